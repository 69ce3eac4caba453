"""The sandbox's test clock: it stands still until it is moved forward. One API process serves a sandbox."""

from datetime import datetime
from typing import Annotated

import structlog
from fastapi import Request
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import DateTime, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from maplebridge_domain.authority import Right
from maplebridge_domain.problem import Kind, Problem

from .bodies import Body, Instant, example
from .clock import clock
from .database import Database, Statement
from .identity import Caller, needs
from .openapi import answers
from .routing import router
from .tables import sandbox_clock

routes = router("sandbox", "/v1/sandbox")


class ClockMovesForward(Problem):
    """The test clock never goes back: what was done stays done."""

    kind = Kind.CONFLICT
    zh = "沙盒时钟只能向前拨动。"
    en = "The test clock moves forward only."
    pointer = "/now"


class ClockSetting(Body):
    """An instant of business time."""

    model_config = example({"now": "2026-11-10T09:00:00+08:00"})

    now: Instant


class ClockOut(BaseModel):
    """Where the test clock stands."""

    now: AwareDatetime


SET = Statement(
    insert(sandbox_clock)
    .values(single=True, set_to=bindparam("now", type_=DateTime(timezone=True)))
    .on_conflict_do_update(
        index_elements=["single"], set_={"set_to": bindparam("now", type_=DateTime(timezone=True))}
    )
    .returning(sandbox_clock.c.set_to),
    lambda set_to: set_to,
)
STANDS_AT: Statement[datetime] = Statement(select(sandbox_clock.c.set_to), lambda set_to: set_to)


async def resume(database: Database) -> None:
    """Let the clock stand where it stood before the process was started again."""
    try:
        clock.set_to = await database.shared(STANDS_AT)
    except OSError as error:
        structlog.get_logger().warning("sandbox_clock_unknown", error=type(error).__name__)


@routes.put("/clock", responses=answers(ClockOut, ClockMovesForward))
async def set_clock(
    request: Request, body: ClockSetting, caller: Annotated[Caller, needs(Right.CLOCK_MOVE)]
) -> ClockOut:
    """Move the test clock forward. 拨动沙盒时钟"""
    if clock.set_to is not None and body.now < clock.set_to:
        raise ClockMovesForward()
    database: Database = request.app.state.database
    await database.shared(SET, now=body.now)
    clock.set_to = body.now
    return ClockOut(now=body.now)
