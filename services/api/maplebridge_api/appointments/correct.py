"""Correct the dates of an appointment that were entered wrongly; what it said before is kept."""

from uuid import UUID

from maplebridge_domain.appointment import PostTaken, check_dependants
from maplebridge_domain.authority import Right

from ..organisations.service import POST_TO_FILL
from ..platform.bodies import range_text
from ..platform.request import Created, Items, Write, check_version
from . import events, term_queries
from .cross_appoint import check_rules, find_grounds
from .interest import supervision
from .schemas import Correction, NewCrossAppointment
from .seating import seating
from .term_queries import Term


async def correct(write: Write, id: UUID, version: int, body: Correction) -> Created:
    """Correct the dates of an appointment; every rule is asked again, and what rests on it must fit.

    Raises:
        NotFound, Stale, AppointmentWithdrawn, EmptyPeriod, DependantDoesNotFit, PostTaken,
        AlreadyHoldsPost, CommitteeNotSitting, SupervisesIt, OfficeNotYoursToFill, OwnOffice, and what
        `check_rules` refuses.
    """
    term = await write.tx.visible(term_queries.TERM_TO_CHANGE, id)
    post = await write.tx.visible(POST_TO_FILL, term.post_id)
    write.caller.must(Right.APPOINTMENTS_WRITE, on=post.place.path)
    write.caller.must_fill(post.place.holder, post.place.post_kind, term.person_id)
    check_version(term.version, version)
    before, during = term.during, body.during.period()

    new = _as_new(term, body)
    if new is not None:
        grounds = await find_grounds(write.tx, Items([new], batch=False))
        check_rules(new, grounds(new), write.now)
    else:
        must_be_there = await seating(write.tx, [post])
        must_be_there(post, during)
        must_not_supervise = await supervision(write.tx, [(term.person_id, post)])
        must_not_supervise(term.person_id, post, during)
    resting = await write.tx.all(term_queries.DEPENDANTS, street_id=term.street_id, id=id)
    check_dependants(during, ((one.id, one.during) for one in resting))

    shown = await write.tx.maybe(
        term_queries.CORRECT,
        street_id=term.street_id,
        id=id,
        post_id=post.id,
        seats=post.seats,
        during=range_text(during),
        election=new.election_text() if new else None,
        no_interest_declared_on=new.no_interest_declared_on if new else None,
        evidence=new.evidence_text() if new else None,
        note=body.note,
        now=write.now,
    )
    if shown is None:
        raise PostTaken()
    await write.record(
        events.CORRECTED,
        street_id=term.street_id,
        subject=f"appointments/{id}",
        was={"from": before.start, "until": before.until},
    )
    return shown


def _as_new(term: Term, body: Correction) -> NewCrossAppointment | None:
    """Write a corrected cross-appointment as if it were entered now; a plain one has no rules to ask."""
    if term.step is None:
        return None
    given = body.model_dump(by_alias=True, exclude_none=True, exclude={"note"})
    return NewCrossAppointment.model_validate(term.body() | given)
