"""Routes of proposals of appointments."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.committee import CommitteeNotSitting
from maplebridge_domain.evaluation import NeedsAPerson
from maplebridge_domain.evidence import EvidenceInTheFuture
from maplebridge_domain.period import EmptyPeriod
from maplebridge_domain.person import PersonErased, PersonMerged
from maplebridge_domain.proposal import (
    OwnProposal,
    ProposalDecided,
    ProposalNotYours,
    ProposalState,
    ProposalWithdrawn,
    TooLateToTakeBack,
)

from ..appointments.service import CROSS_RULES, FILLING, STEP_RULES
from ..platform.bodies import Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, Tx, create
from ..platform.routing import router
from . import queries, service
from .schemas import Approval, NewCrossProposal, NewProposal, ProposalOut, Rejection, TakingBack

routes = router("proposals")

Proposer = Annotated[Caller, needs(Right.APPOINTMENTS_PROPOSE)]
Decider = Annotated[Caller, needs(Right.APPOINTMENTS_WRITE)]
_NEW = (EmptyPeriod, PersonMerged, PersonErased, IdTaken)
_DECIDING = (NeedsAPerson, OwnProposal, ProposalDecided, ProposalWithdrawn)


@routes.post(
    "/appointment-proposals",
    status_code=201,
    responses=created(ProposalOut, *_NEW, EvidenceInTheFuture),
)
async def propose_appointment(body: NewProposal, caller: Proposer, tx: Tx) -> Response:
    """Propose a person for a post. 提出任职建议"""
    return await create(tx, body, service.propose, "appointment-proposals")


@routes.post(
    "/cross-appointment-proposals",
    status_code=201,
    responses=created(ProposalOut, *_NEW, *STEP_RULES, CommitteeNotSitting),
)
async def propose_cross_appointment(body: NewCrossProposal, caller: Proposer, tx: Tx) -> Response:
    """Propose a second post on the strength of the first, with what its step asks for. 提出交叉任职建议"""
    return await create(tx, body, service.propose_across, "appointment-proposals")


@routes.get("/appointment-proposals", responses=answers(Page[ProposalOut]))
async def list_appointment_proposals(
    request: Request,
    caller: Proposer,
    limit: Limit = 50,
    after: After = None,
    post_id: UUID | None = None,
    person_id: UUID | None = None,
    state: ProposalState | None = None,
) -> Response:
    """List proposals, by post, person or state. 任职建议列表"""
    filters = {"post_id": post_id, "person_id": person_id, "state": state}
    return await queries.PROPOSALS.page(request, caller, limit, after, **filters)


@routes.get("/appointment-proposals/{id:uuid}", responses=answers(ProposalOut))
async def get_appointment_proposal(request: Request, caller: Proposer, id: UUID) -> Response:
    """Get a proposal. 任职建议详情"""
    return await get(request, caller, queries.PROPOSAL_BY_ID, id=id)


@routes.post(
    "/appointment-proposals/{id:uuid}/approval",
    responses=answers(ProposalOut, *_DECIDING, *CROSS_RULES),
)
async def approve_appointment_proposal(
    id: UUID, body: Approval, caller: Decider, version: IfMatch, tx: Tx
) -> Response:
    """Approve a proposal and with it appoint; never one's own, nor about oneself. 审核通过"""
    return await tx.changed(await service.approve(tx, id, version), version)


@routes.post(
    "/appointment-proposals/{id:uuid}/rejection",
    responses=answers(ProposalOut, *_DECIDING, *FILLING),
)
async def reject_appointment_proposal(
    id: UUID, body: Rejection, caller: Decider, version: IfMatch, tx: Tx
) -> Response:
    """Reject a proposal, with the reason. 审核不予通过"""
    return await tx.changed(await service.reject(tx, id, version, body), version)


@routes.post(
    "/appointment-proposals/{id:uuid}/withdrawal",
    responses=answers(ProposalOut, ProposalNotYours, ProposalWithdrawn, TooLateToTakeBack),
)
async def withdraw_appointment_proposal(
    id: UUID, body: TakingBack, caller: Proposer, version: IfMatch, tx: Tx
) -> Response:
    """Take back one's own proposal while nobody has decided on it. 撤回任职建议"""
    return await tx.changed(await service.take_back(tx, id, version, body), version)
