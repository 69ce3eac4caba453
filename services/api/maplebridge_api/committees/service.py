"""File a committee, hand over, and what other slices may ask; how it begins and ends has files of its own."""

from uuid import UUID

from maplebridge_domain.committee import Handed, check_filing, check_handover
from maplebridge_domain.worktime import SHANGHAI

from ..platform.request import Created, Write
from . import events, queries
from .end import to_change
from .oneness import must_have_one_committee
from .queries import sitting
from .schemas import CommitteeFiling, Handover

__all__ = ["file", "forget_membership", "hand_over", "must_have_one_committee", "sitting"]


async def file(write: Write, id: UUID, version: int, body: CommitteeFiling) -> Created:
    """Confirm for the street that an owners' committee was filed; a late filing is entered as it is.

    Raises:
        NotFound, RightMissing, Stale, NothingToFile, CommitteeDatesWrong, FilingNumberTaken.
    """
    term = await to_change(write, id, version)
    check_filing(term.voted_on, body.filed_on, write.now.astimezone(SHANGHAI).date())
    shown = await write.tx.one(
        queries.FILE,
        id=id,
        filed_on=body.filed_on,
        filing_number=body.filing_number,
        at=write.now,
        confirmer=write.caller.actor,
        capacity=write.caller.capacity,
    )
    in_time = term.file_by is not None and body.filed_on <= term.file_by
    await write.record(
        events.FILED,
        street_id=term.street_id,
        subject=f"committee-terms/{id}",
        filed_on=body.filed_on,
        in_time=in_time,
    )
    return shown


async def hand_over(write: Write, id: UUID, version: int, body: Handover) -> Created:
    """Enter what of a committee's was handed over on a day; what is entered again is corrected.

    Raises:
        NotFound, RightMissing, Stale, HandoverDateWrong.
    """
    term = await to_change(write, id, version)
    day = body.handed_over_on
    check_handover(term.during, day, write.now.astimezone(SHANGHAI).date())
    days = {one: day if one in body.what else None for one in Handed}
    shown = await write.tx.one(queries.HAND_OVER, id=id, **days)
    await write.record(
        events.HANDED_OVER,
        street_id=term.street_id,
        subject=f"committee-terms/{id}",
        handed_over_on=day,
        what=sorted({*body.what}),
    )
    return shown


async def forget_membership(write: Write, person_id: UUID) -> None:
    """Forget whether a person was a party member as they were elected; the committee's number stays."""
    await write.tx.run(queries.FORGET, id=person_id)
