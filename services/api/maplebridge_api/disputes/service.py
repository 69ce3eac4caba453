"""The verbs of disputes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.dispute import (
    OpenDisputesHere,
    ReportedInTheFuture,
    StepBeforeReport,
    next_state,
)
from maplebridge_domain.grid import GridLevel, NotAQuarter
from maplebridge_domain.person import NothingToStrike, strike
from maplebridge_domain.worktime import SHANGHAI, deadline

from ..platform.clock import clock
from ..platform.database import Database, Transaction, as_rows
from ..platform.hot import create_once
from ..platform.identity import Caller
from ..platform.request import Created, Once, Write, check_version, replace_answers
from . import events, queries
from .queries import Reported, last_case_end
from .schemas import NewDispute, NewStep, Redaction

__all__ = [
    "erase_texts_due",
    "follow_grids",
    "last_case_end",
    "mentioning",
    "must_have_none_open",
    "redact",
    "report",
    "take_step",
]

#: What stands in the place of texts that were kept long enough.
TEXT_ERASED = "（保存期满，文字已删除）"


async def report(database: Database, caller: Caller, once: Once, new: NewDispute) -> Created:
    """Report a dispute in a quarter, in one statement; the day by which it is to be settled is set.

    Raises:
        NotFound, NotAQuarter, RightMissing, ReportedInTheFuture, IdTaken.
    """
    now = clock.now()
    reported_at = new.reported_at or now
    if reported_at > now:
        raise ReportedInTheFuture()
    settled = deadline("dispute_settled", reported_at.astimezone(SHANGHAI).date())

    def refuse(found: Reported) -> None:
        if found.level != GridLevel.QUARTER:
            raise NotAQuarter()

    values = new.model_dump() | {
        "reported_at": reported_at,
        "due_at": settled.until(reported_at),
        "reporter_id": caller.person_id,
    }
    return await create_once(database, caller, once, queries.REPORT, refuse, **values)


async def take_step(write: Write, id: UUID, version: int, step: NewStep) -> Created:
    """Take a case one step further.

    Raises:
        NotFound, RightMissing, Stale, ActNotPossible, SatisfactionWithClosureOnly, StepBeforeReport.
    """
    dispute = await write.tx.visible(queries.DISPUTE_TO_CHANGE, id)
    write.caller.must_see(Right.DISPUTES_READ, on=dispute.path)
    write.caller.must(Right.DISPUTES_HANDLE, on=dispute.path)
    check_version(dispute.version, version)
    state = next_state(dispute.state, step.act, step.satisfaction)
    at = step.at or write.now
    if not dispute.last_step_at <= at <= write.now:
        raise StepBeforeReport()

    shown = await write.tx.one(
        queries.TAKE_STEP, id=id, state=state, at=at, satisfaction=step.satisfaction
    )
    row = {
        "street_id": dispute.street_id,
        "dispute_id": id,
        "act": step.act,
        "at": at,
        "note": step.note,
        "actor": write.caller.actor,
        "capacity": write.caller.capacity,
    }
    await write.tx.run(queries.ADD_STEP, rows=as_rows([row]))
    await write.record(
        events.STEP_TAKEN,
        street_id=dispute.street_id,
        subject=f"disputes/{id}",
        act=step.act,
        state=state,
    )
    return shown


async def redact(write: Write, id: UUID, version: int, body: Redaction) -> Created:
    """Strike words, such as a name, from a case's title, summary and notes; nothing brings them back.

    Raises:
        NotFound, RightMissing, Stale, NothingToStrike.
    """
    dispute = await write.tx.visible(queries.DISPUTE_TO_CHANGE, id)
    write.caller.must_see(Right.DISPUTES_READ, on=dispute.path)
    write.caller.must(Right.PEOPLE_ERASE, on=dispute.path)
    check_version(dispute.version, version)
    said = await write.tx.one(queries.TEXTS, id=id)
    title, summary = strike(said.title, body.strike), strike(said.summary, body.strike)
    notes = await write.tx.all(queries.NOTES, id=id)
    struck = {note.id: strike(note.text, body.strike) for note in notes}
    changed = {note.id: struck[note.id] for note in notes if struck[note.id] != note.text}
    if not changed and (title, summary) == (said.title, said.summary):
        raise NothingToStrike()

    shown = await write.tx.one(queries.SET_TEXTS, id=id, title=title, summary=summary)
    for note_id, note in changed.items():
        await write.tx.one(queries.SET_NOTE, id=note_id, note=note)
    await replace_answers(write.tx, dispute.street_id, [shown])
    # Not even how many words: their number would help to guess them.
    await write.record(events.REDACTED, street_id=dispute.street_id, subject=f"disputes/{id}")
    return shown


async def follow_grids(tx: Transaction, grids: Sequence[UUID]) -> list[UUID]:
    """Let the open cases of grids that were moved or merged lie where these are now.

    What is over stays where it was: its facts are counted there.

    Returns:
        The cases that lie elsewhere than before.
    """
    return sorted(await tx.all(queries.FOLLOW_GRIDS, ids=list(grids)))


async def must_have_none_open(tx: Transaction, grids: Sequence[UUID]) -> None:
    """Refuse what would leave open cases in grids that are no more.

    Raises:
        OpenDisputesHere.
    """
    if await tx.maybe(queries.OPEN_IN, ids=list(grids)) is not None:
        raise OpenDisputesHere()


async def mentioning(tx: Transaction, street_id: int, words: Sequence[str]) -> list[UUID]:
    """Return the cases of a street whose texts say one of some words."""
    return await tx.all(queries.MENTIONING, street_id=street_id, words=list(words))


async def erase_texts_due(write: Write, before: datetime, limit: int) -> int:
    """Erase the texts of cases that were over before an instant, of one street, at most so many.

    Returns:
        How many there were; none: all is done.
    """
    due = await write.tx.all(queries.TEXTS_DUE, before=before, limit=limit)
    of_first = [one.id for one in due if one.street_id == due[0].street_id]
    if not of_first:
        return 0
    left = await write.tx.all(queries.ERASE_TEXTS, ids=of_first, words=TEXT_ERASED, at=write.now)
    await write.tx.run(queries.ERASE_NOTES, ids=of_first)
    await replace_answers(write.tx, due[0].street_id, left)
    for id_ in of_first:
        await write.record(
            events.TEXT_ERASED, street_id=due[0].street_id, subject=f"disputes/{id_}"
        )
    return len(of_first)
