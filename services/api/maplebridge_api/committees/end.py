"""End a committee's term before its time, and the terms of its members with it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from maplebridge_domain.appointment import EndReason
from maplebridge_domain.authority import Right
from maplebridge_domain.committee import check_early_end, hand_over_by

from ..appointments.service import end_all_in, with_it
from ..organisations.service import end_organisation
from ..platform.request import Created, Write, check_version
from . import events, queries
from .queries import Term
from .schemas import CommitteeEnd


async def end(write: Write, id: UUID, version: int, body: CommitteeEnd) -> Created:
    """End a committee's term early; at the same instant its members leave their posts.

    Who is elected already for the next term takes up the post when that begins.

    Raises:
        NotFound, RightMissing, Stale, CommitteeNotInForce, SourceNotInForce.
    """
    term = await to_change(write, id, version)
    check_early_end(term.during, body.at)
    shown, ended = await _end(write, term, body.at, body.reason)
    await write.record(
        events.ENDED,
        street_id=term.street_id,
        subject=f"committee-terms/{id}",
        ended_at=body.at,
        reason=body.reason,
        **ended,
    )
    return shown


async def to_change(write: Write, id: UUID, version: int) -> Term:
    """Return a term that the caller may change, locked until the end of the transaction.

    Raises:
        NotFound, RightMissing, Stale.
    """
    term = await write.tx.visible(queries.TERM_TO_CHANGE, id)
    write.caller.must(Right.ORGANISATIONS_WRITE, on=term.quarter_path)
    check_version(term.version, version)
    return term


async def make_way(write: Write, quarter_id: UUID, at: datetime) -> dict[str, Any]:
    """End the property management committee that sits in a quarter as its owners' committee begins.

    It was there because no owners' committee was: the organisation ends as well. Returns what to tell.

    Raises:
        SourceNotInForce, StillRestedOn.
    """
    term = await write.tx.maybe(queries.STANDING_IN, quarter_id=quarter_id, at=at)
    if term is None:
        return {}
    _, ended = await _end(write, term, at, EndReason.TERM_OVER)
    await end_organisation(write, term.organisation_id, at)
    return {"in_place_of": term.id, **ended}


async def _end(
    write: Write, term: Term, at: datetime, reason: EndReason
) -> tuple[Created, dict[str, list[UUID]]]:
    shown = await write.tx.one(queries.END, id=term.id, at=at, hand_over_by=hand_over_by(at))
    left = await end_all_in(
        write, term.street_id, term.organisation_id, at, term.during.until, reason
    )
    return shown, with_it(left)
