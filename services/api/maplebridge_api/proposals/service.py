"""The verbs of proposals: propose, approve, reject, take back."""

from collections.abc import Iterable
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.evaluation import NeedsAPerson
from maplebridge_domain.evidence import check_evidence
from maplebridge_domain.proposal import (
    OwnProposal,
    ProposalNotYours,
    ProposalState,
    check_can_be_taken_back,
    check_undecided,
)
from maplebridge_domain.worktime import SHANGHAI

from ..appointments.service import (
    APPOINTED,
    CROSS_APPOINTED,
    NewAppointment,
    NewCrossAppointment,
    check_rules,
    find_grounds,
    same_street,
    seat,
    seat_across,
)
from ..organisations.service import POST, POST_TO_FILL, Post
from ..people.service import PERSON_TO_APPOINT, entries_of, must_be_named
from ..platform.bodies import dump, range_text
from ..platform.database import as_rows
from ..platform.ids import new_id
from ..platform.request import Created, Items, Write, check_version
from . import events, queries
from .queries import Proposal
from .schemas import NewCrossProposal, NewProposal, Rejection, TakingBack


async def propose(write: Write, proposals: Items[NewProposal]) -> list[Created]:
    """Propose persons for posts; nobody holds anything by that.

    Raises:
        NotFound, RightMissing, EmptyPeriod, PersonMerged, PersonErased, EvidenceInTheFuture.
    """
    people = await proposals.named(write.tx, PERSON_TO_APPOINT, "person_id")
    posts = await proposals.named(write.tx, POST_TO_FILL, "post_id")

    def row(new: NewProposal) -> dict[str, object]:
        post, person = posts[new.post_id], people[new.person_id]
        write.caller.must(Right.APPOINTMENTS_PROPOSE, on=post.place.path)
        same_street(person.street_id, post)
        must_be_named(person, "/person_id")
        today = write.now.astimezone(SHANGHAI).date()
        check_evidence((one.dated_on for one in new.evidence), today)
        return _row(write, new, post)

    return await _add(write, proposals.each(row), posts.values())


async def propose_across(write: Write, proposals: Items[NewCrossProposal]) -> list[Created]:
    """Propose holders of posts for a second by one of the five steps, with what it asks for on file.

    Raises:
        NotFound, RightMissing, and what `check_rules` refuses.
    """
    grounds = await find_grounds(write.tx, proposals)

    def row(new: NewCrossProposal) -> dict[str, object]:
        found = grounds(new)
        write.caller.must(Right.APPOINTMENTS_PROPOSE, on=found.post.place.path)
        check_rules(new, found, write.now)
        own = {"person_id": found.person.id, "rests_on": new.source_id}
        return _row(write, new, found.post) | own

    rows = proposals.each(row)
    return await _add(write, rows, [grounds(new).post for new in proposals])


def _row(write: Write, new: NewProposal | NewCrossProposal, post: Post) -> dict[str, object]:
    return dump(
        new,
        street_id=post.street_id,
        during=range_text(new.during.period()),
        state=ProposalState.PROPOSED,
        proposed_at=write.now,
        proposer=write.caller.actor,
        proposed_in_capacity=write.caller.capacity,
    )


async def _add(write: Write, rows: list[dict[str, object]], posts: Iterable[Post]) -> list[Created]:
    made = await write.tx.all(queries.ADD_PROPOSALS, rows=as_rows(rows))
    ids = [one.id for one in made]
    await write.record_created(events.PROPOSED, "appointment-proposals", ids, posts)
    return made


async def approve(write: Write, id: UUID, version: int) -> Created:
    """Approve a proposal and with it appoint: every rule is asked again, as things stand now.

    Raises:
        NotFound, NeedsAPerson, OwnProposal, Stale, ProposalDecided, ProposalWithdrawn, and what
        `appoint` and `cross_appoint` refuse.
    """
    proposal = await _to_decide(write, id, version)
    if proposal.crossing:
        new = NewCrossAppointment.model_validate(proposal.asked | {"id": new_id()})
        made, posts = await seat_across(write, Items([new], batch=False))
    else:
        plain = NewAppointment.model_validate(proposal.asked | {"id": new_id()})
        made, posts = await seat(write, Items([plain], batch=False))
    shown = await _decide(write, id, ProposalState.APPROVED, appointment_id=made[0].id)
    kind = CROSS_APPOINTED if proposal.crossing else APPOINTED
    collection = "cross-appointments" if proposal.crossing else "appointments"
    await write.record_created(kind, collection, [made[0].id], posts, proposal=id)
    return shown


async def reject(write: Write, id: UUID, version: int, body: Rejection) -> Created:
    """Reject a proposal, with the reason.

    Raises:
        NotFound, NeedsAPerson, RightMissing, OfficeNotYoursToFill, OwnOffice, OwnProposal, Stale,
        ProposalDecided, ProposalWithdrawn.
    """
    proposal = await _to_decide(write, id, version)
    shown = await _decide(write, id, ProposalState.REJECTED, reason=body.reason)
    subject = f"appointment-proposals/{id}"
    await write.record(events.REJECTED, street_id=proposal.street_id, subject=subject)
    return shown


async def take_back(write: Write, id: UUID, version: int, body: TakingBack) -> Created:
    """Take back one's own proposal while nobody has decided on it.

    Raises:
        NotFound, ProposalNotYours, Stale, ProposalWithdrawn, TooLateToTakeBack.
    """
    proposal, _ = await _seen(write, id, version)
    if not proposal.is_of(write.caller):
        raise ProposalNotYours()
    check_can_be_taken_back(proposal.state)
    # Under the name that it was made: the proposer's entry may have been merged into another since.
    shown = await _decide(
        write, id, ProposalState.WITHDRAWN, decider=proposal.proposer, reason=body.reason
    )
    subject = f"appointment-proposals/{id}"
    await write.record(events.WITHDRAWN, street_id=proposal.street_id, subject=subject)
    return shown


async def _to_decide(write: Write, id: UUID, version: int) -> Proposal:
    """Return a proposal that is the caller's to decide: another person's, about somebody else."""
    caller = write.caller
    proposal, post = await _seen(write, id, version)
    if caller.person_id is None:
        raise NeedsAPerson()
    # An actor's name stays as it was when their entry is merged into another of theirs.
    entries = await entries_of(write, caller.person_id)
    if proposal.proposer in {f"persons/{entry}" for entry in entries}:
        raise OwnProposal()
    caller.must(Right.APPOINTMENTS_WRITE, on=post.place.path)
    caller.must_fill(post.place.holder, post.place.post_kind, proposal.person_id)
    check_undecided(proposal.state)
    return proposal


async def _seen(write: Write, id: UUID, version: int) -> tuple[Proposal, Post]:
    """Return a proposal that the caller sees, as its list does: of their place, or their own; locked."""
    proposal = await write.tx.visible(queries.PROPOSAL_TO_DECIDE, id)
    [post] = await write.tx.all(POST, ids=[proposal.post_id])
    if not proposal.is_of(write.caller):
        write.caller.must_see(Right.APPOINTMENTS_PROPOSE, on=post.place.path)
    check_version(proposal.version, version)
    return proposal, post


async def _decide(
    write: Write,
    id: UUID,
    state: ProposalState,
    *,
    decider: str | None = None,
    reason: str | None = None,
    appointment_id: UUID | None = None,
) -> Created:
    return await write.tx.one(
        queries.DECIDE,
        id=id,
        state=state,
        at=write.now,
        decider=decider or write.caller.actor,
        capacity=write.caller.capacity,
        reason=reason,
        appointment_id=appointment_id,
    )
