"""Routes of owners' committees and property management committees."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from maplebridge_domain.appointment import AlreadyHoldsPost, PostTaken, SourceNotInForce
from maplebridge_domain.authority import Right
from maplebridge_domain.committee import (
    CommitteeDatesWrong,
    CommitteeKind,
    CommitteeNotInForce,
    CommitteeSizeWrong,
    CommitteeThereAlready,
    ElectedTwice,
    FilingNumberTaken,
    FormedNotElected,
    HandoverDateWrong,
    NotACommittee,
    NothingToFile,
    NotItsPost,
    OwnersVoteMissing,
    TermTooLong,
    TooFewOwnersInCommittee,
)
from maplebridge_domain.hierarchy import OrganisationDissolved, StillRestedOn
from maplebridge_domain.owners_vote import (
    TooFewOwnersAgreed,
    TooFewOwnersTookPart,
    TooLittleAreaAgreed,
    TooLittleAreaTookPart,
    VotesInconsistent,
)
from maplebridge_domain.period import EmptyPeriod
from maplebridge_domain.person import PersonErased, PersonMerged
from maplebridge_domain.worktime import SHANGHAI, Timeliness

from ..appointments.service import FILLING
from ..platform.bodies import Instant, Page
from ..platform.clock import clock
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, Tx, create
from ..platform.routing import router
from . import queries, service
from .begin import begin
from .end import end
from .schemas import (
    CommitteeEnd,
    CommitteeFiling,
    CommitteeTermOut,
    Handover,
    MembersOut,
    NewCommitteeTerm,
    PartyShareOut,
    RenewalOut,
)

routes = router("committees")

Reader = Annotated[Caller, needs(Right.READ)]
Registrar = Annotated[Caller, needs(Right.ORGANISATIONS_WRITE)]
_BEGINNING = (
    *(NotACommittee, EmptyPeriod, TermTooLong, CommitteeThereAlready, CommitteeDatesWrong),
    *(OwnersVoteMissing, FormedNotElected, CommitteeSizeWrong, TooFewOwnersInCommittee),
    *(VotesInconsistent, TooFewOwnersTookPart, TooLittleAreaTookPart),
    *(TooFewOwnersAgreed, TooLittleAreaAgreed),
    *(NotItsPost, ElectedTwice, PersonMerged, PersonErased, PostTaken, AlreadyHoldsPost, *FILLING),
    *(OrganisationDissolved, SourceNotInForce, StillRestedOn, IdTaken),
)


@routes.post("/committee-terms", status_code=201, responses=created(CommitteeTermOut, *_BEGINNING))
async def begin_committee_term(body: NewCommitteeTerm, caller: Registrar, tx: Tx) -> Response:
    """Enter an elected owners' committee, or a management committee where none exists. 委员会选举、组建"""
    return await create(tx, body, begin, "committee-terms")


@routes.get("/committee-terms", responses=answers(Page[CommitteeTermOut]))
async def list_committee_terms(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    organisation_id: UUID | None = None,
    quarter_id: UUID | None = None,
    kind: CommitteeKind | None = None,
    filing: Timeliness | None = None,
    handover: Timeliness | None = None,
    at: Annotated[Instant | None, Query(description="In force then. 当时在任")] = None,
) -> Response:
    """List terms of committees, also by how filing or hand-over stands. 委员会任期列表

    Those of a quarter are also those that ran on when it took in the quarter of theirs.
    """
    named = {"organisation_id": organisation_id, "quarter_id": quarter_id}
    standing = {"kind": kind, "filing": filing, "handover": handover}
    of_when = {"today": _today(), "then": at}
    return await queries.TERMS.page(
        request, caller, limit, after, of_when, **named, **standing, at=at
    )


@routes.get("/committee-terms/renewals", responses=answers(Page[RenewalOut]))
async def list_committee_renewals(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    quarter_id: UUID | None = None,
    within_days: Annotated[
        int, Query(ge=0, le=1830, description="How many days from today on. 今后多少天之内")
    ] = 30,
) -> Response:
    """List owners' committees whose renewal starts soon, is due, or is overdue. 业主委员会换届"""
    only = {"today": _today(), "at": clock.now(), "then": clock.now()}
    filters = {"quarter_id": quarter_id, "within_days": within_days}
    return await queries.RENEWALS.page(request, caller, limit, after, only, **filters)


@routes.get("/committee-terms/party-shares", responses=answers(Page[PartyShareOut]))
async def list_committee_party_shares(
    request: Request,
    caller: Annotated[Caller, needs(Right.PEOPLE_READ)],
    limit: Limit = 50,
    after: After = None,
    organisation_id: UUID | None = None,
    quarter_id: UUID | None = None,
    reached: bool | None = None,
    at: Instant | None = None,
) -> Response:
    """List owners' committees in office with their share of party members. 业主委员会党员占比"""
    filters = {"organisation_id": organisation_id, "quarter_id": quarter_id, "reached": reached}
    at = at or clock.now()
    of_when = {"then": at}
    return await queries.PARTY_SHARES.page(request, caller, limit, after, of_when, **filters, at=at)


@routes.get("/committee-terms/{id:uuid}", responses=answers(CommitteeTermOut))
async def get_committee_term(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a committee's term. 委员会任期详情"""
    return await get(request, caller, queries.TERM_BY_ID, id=id)


@routes.get("/committee-terms/{id:uuid}/members", responses=answers(MembersOut))
async def get_committee_members(request: Request, caller: Reader, id: UUID) -> Response:
    """Read who sat in a committee as its term began. 委员会当选人员"""
    return await get(request, caller, queries.MEMBERS, id=id)


@routes.post(
    "/committee-terms/{id:uuid}/filing",
    responses=answers(CommitteeTermOut, NothingToFile, CommitteeDatesWrong, FilingNumberTaken),
)
async def file_committee_term(
    id: UUID, body: CommitteeFiling, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Confirm that an owners' committee was filed with the street, in time or late. 业主委员会备案"""
    return await tx.changed(await service.file(tx, id, version, body), version)


@routes.post(
    "/committee-terms/{id:uuid}/end",
    responses=answers(CommitteeTermOut, CommitteeNotInForce, SourceNotInForce),
)
async def end_committee_term(
    id: UUID, body: CommitteeEnd, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """End a committee's term early, its members' terms with it, not the next one's. 委员会任期提前终止"""
    return await tx.changed(await end(tx, id, version, body), version)


@routes.post(
    "/committee-terms/{id:uuid}/handover", responses=answers(CommitteeTermOut, HandoverDateWrong)
)
async def hand_over_committee_term(
    id: UUID, body: Handover, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Enter what a committee whose term is over has handed over, and when. 委员会移交"""
    return await tx.changed(await service.hand_over(tx, id, version, body), version)


def _today() -> date:
    return clock.now().astimezone(SHANGHAI).date()
