"""Routes of the coverage report."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.coverage import DaysOutOfRange, grid_size, weeks
from maplebridge_domain.worktime import SHANGHAI

from ..platform.bodies import Day, Instant
from ..platform.clock import clock
from ..platform.database import as_rows
from ..platform.identity import Caller, needs
from ..platform.openapi import answers
from ..platform.paging import Limit, get
from ..platform.routing import router
from . import queries
from .schemas import Coverage, WeeklyMeetings

routes = router("coverage")

Keeper = Annotated[Caller, needs(Right.LEDGERS_READ)]


@routes.get("/grids/{id:uuid}/coverage", responses=answers(Coverage))
async def get_grid_coverage(
    request: Request,
    caller: Keeper,
    id: UUID,
    at: Annotated[Instant | None, Query(description="As it was at an instant. 查询时点")] = None,
    limit: Limit = 50,
) -> Response:
    """List what a grid and those below it lack, now or at an instant. 网格覆盖情况

    Of each finding all are counted and the first are listed, in the order of their paths; who wants the
    rest asks for the grids below.
    """
    then = at or clock.now()
    size = grid_size(then.astimezone(SHANGHAI).date(), caller.scope.lo)
    return await get(
        request,
        caller,
        queries.COVERAGE[queries.SEEN.by(caller)],
        id=id,
        at=then,
        limit=limit,
        households_min=size.min,
        households_max=size.max,
    )


@routes.get("/grids/{id:uuid}/weekly-meetings", responses=answers(WeeklyMeetings, DaysOutOfRange))
async def get_weekly_meetings(
    request: Request,
    caller: Keeper,
    id: UUID,
    from_: Annotated[Day, Query(alias="from", examples=["2026-10-01"])],
    until: Annotated[Day, Query(description="Exclusive. 不含当日", examples=["2026-11-01"])],
    limit: Limit = 50,
) -> Response:
    """Count the weekly meetings held, in time and missing, by quarter. 周例会召开情况

    A meeting is held when somebody on the host's list was present; in time when it began by the end of its
    week's last working day. Weeks whose day is still to come are not counted.
    """
    owed = [
        {"monday": week.monday, "begins": week.begins, "due": week.due, "ends": week.ends}
        for week in weeks(from_, until)
        if week.due <= clock.now()
    ]
    return await get(
        request,
        caller,
        queries.WEEKLY_MEETINGS[queries.SEEN.by(caller)],
        id=id,
        at=clock.now(),
        limit=limit,
        from_=from_,
        until=until,
        rows=as_rows(owed),
    )
