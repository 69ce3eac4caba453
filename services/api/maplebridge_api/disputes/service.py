"""The verbs of disputes."""

from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.dispute import ReportedInTheFuture, StepBeforeReport, next_state
from maplebridge_domain.grid import GridLevel, NotAQuarter
from maplebridge_domain.worktime import SHANGHAI, deadline

from ..platform.clock import clock
from ..platform.database import Database, as_rows
from ..platform.hot import create_once
from ..platform.identity import Caller
from ..platform.request import Created, Once, Write, check_version
from . import events, queries
from .queries import Reported
from .schemas import NewDispute, NewStep


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
