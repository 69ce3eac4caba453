"""Routes of the grid: streets, grids, households."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import (
    GridCodeTaken,
    GridLevel,
    HouseholdTaken,
    NotAUnit,
    UnitNumberTaken,
    WrongGridCode,
    WrongLevel,
)
from maplebridge_domain.grid_attributes import CentralHouseholdElsewhere
from maplebridge_domain.grid_change import (
    BeforeLastChange,
    ChangeInTheFuture,
    GridClosed,
    HouseholdEnded,
    StreetStays,
)

from ..platform.bodies import Batch, BatchOut, Instant, Page
from ..platform.clock import clock
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, Tx, create, create_batch
from ..platform.routing import router
from . import queries, service, tree
from .schemas import (
    Describing,
    Ending,
    GridOut,
    HouseholdMove,
    HouseholdOut,
    NewGrid,
    NewHousehold,
    NewStreet,
    Recount,
    Renumbering,
    StreetOut,
    Totals,
    Tree,
)

routes = router("grid")

Reader = Annotated[Caller, needs(Right.READ)]
Keeper = Annotated[Caller, needs(Right.LEDGERS_READ)]
Surveyor = Annotated[Caller, needs(Right.GRID_WRITE)]
Then = Annotated[Instant | None, Query(description="As it was at an instant. 查询时点")]
DATED = (ChangeInTheFuture, BeforeLastChange)
NUMBERED = (WrongGridCode, GridCodeTaken, UnitNumberTaken)
GRID_RULES = (WrongLevel, *service.ATTRIBUTE_RULES, *NUMBERED, *DATED, IdTaken)
HOUSEHOLD_RULES = (NotAUnit, HouseholdTaken, *DATED, IdTaken)


@routes.post("/streets", status_code=201, responses=created(StreetOut, IdTaken))
async def create_street(
    body: NewStreet, caller: Annotated[Caller, needs(Right.STREETS_WRITE)], tx: Tx
) -> Response:
    """Enter a street. 新增街道"""
    shown = await service.create_street(tx, body)
    return await tx.answer(201, shown, f"/v1/streets/{body.street_id}", version=1)


@routes.get("/streets", responses=answers(Page[StreetOut]))
async def list_streets(
    request: Request, caller: Reader, limit: Limit = 50, after: After = None
) -> Response:
    """List the streets of the caller's range. 街道列表"""
    return await queries.STREETS.page(request, caller, limit, after)


@routes.get("/streets/{street_id}", responses=answers(StreetOut))
async def get_street(
    request: Request, caller: Reader, street_id: Annotated[int, Path(ge=0, le=999_999_999)]
) -> Response:
    """Get a street. 街道详情"""
    return await get(request, caller, queries.STREET, street_id=street_id)


@routes.post("/grids", status_code=201, responses=created(GridOut, *GRID_RULES))
async def create_grid(body: NewGrid, caller: Surveyor, tx: Tx) -> Response:
    """Enter a grid. 新增网格"""
    return await create(tx, body, service.create_grids, "grids")


@routes.post("/grids/batch", status_code=201, responses=created(BatchOut, *GRID_RULES))
async def create_grids(body: Batch[NewGrid], caller: Surveyor, tx: Tx) -> Response:
    """Enter many grids, all or none; their parents are there already. 批量新增网格"""
    return await create_batch(tx, body, service.create_grids)


@routes.get("/grids", responses=answers(Page[GridOut]))
async def list_grids(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    parent_id: UUID | None = None,
    level: GridLevel | None = None,
    at: Then = None,
) -> Response:
    """List grids, by parent or level, now or at an instant. 网格列表"""
    pages = queries.GRIDS_AT if at else queries.GRIDS
    return await pages.page(request, caller, limit, after, parent_id=parent_id, level=level, at=at)


@routes.get("/grids/{id:uuid}", responses=answers(GridOut))
async def get_grid(request: Request, caller: Reader, id: UUID, at: Then = None) -> Response:
    """Get a grid as it stands now, was when it closed, or stood at an instant. 网格详情"""
    one = queries.GRID_BY_ID_AT if at else queries.GRID_BY_ID
    return await get(request, caller, one, id=id, at=at)


@routes.get("/grids/{id:uuid}/totals", responses=answers(Totals))
async def get_grid_totals(request: Request, caller: Reader, id: UUID, at: Then = None) -> Response:
    """Count households and residents in a grid and below, now or at an instant. 户数与人口

    Of lanes and units for who may read their households; null for others. 小区以下仅限有台账查阅权者
    """
    totals = tree.TOTALS[tree.sight(caller)]
    return await get(request, caller, totals, id=id, at=at or clock.now())


@routes.get("/grids/{id:uuid}/tree", responses=answers(Tree))
async def get_grid_tree(request: Request, caller: Reader, id: UUID, at: Then = None) -> Response:
    """Get a grid and all below it, with households and residents of each. 网格树

    Those of lanes and units for who may read their households; null for others. 小区以下仅限有台账查阅权者
    """
    found = tree.TREE[tree.sight(caller)]
    return await get(request, caller, found, id=id, at=at or clock.now())


@routes.post(
    "/grids/{id:uuid}/describe",
    responses=answers(
        GridOut, *service.ATTRIBUTE_RULES, CentralHouseholdElsewhere, GridClosed, *DATED
    ),
)
async def describe_grid(
    id: UUID, body: Describing, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Change a grid's name, or what it has, from an instant on. 变更网格信息"""
    return await tx.changed(await service.describe(tx, id, version, body), version)


@routes.post(
    "/grids/{id:uuid}/renumber",
    responses=answers(GridOut, StreetStays, GridClosed, *NUMBERED, *DATED),
)
async def renumber_grid(
    id: UUID, body: Renumbering, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Give a grid another code from an instant on; all below it follows. 网格改号"""
    return await tx.changed(await service.renumber(tx, id, version, body), version)


@routes.post("/households", status_code=201, responses=created(HouseholdOut, *HOUSEHOLD_RULES))
async def create_household(body: NewHousehold, caller: Surveyor, tx: Tx) -> Response:
    """Enter a household. 新增住户"""
    return await create(tx, body, service.create_households, "households")


@routes.post("/households/batch", status_code=201, responses=created(BatchOut, *HOUSEHOLD_RULES))
async def create_households(body: Batch[NewHousehold], caller: Surveyor, tx: Tx) -> Response:
    """Enter many households, all or none. 批量新增住户"""
    return await create_batch(tx, body, service.create_households)


@routes.get("/households", responses=answers(Page[HouseholdOut]))
async def list_households(
    request: Request,
    caller: Keeper,
    limit: Limit = 50,
    after: After = None,
    grid_id: UUID | None = None,
    at: Then = None,
) -> Response:
    """List households, by unit, now or at an instant. 住户列表"""
    pages = queries.HOUSEHOLDS_AT if at else queries.HOUSEHOLDS
    return await pages.page(request, caller, limit, after, grid_id=grid_id, at=at)


@routes.get("/households/{id:uuid}", responses=answers(HouseholdOut))
async def get_household(request: Request, caller: Keeper, id: UUID, at: Then = None) -> Response:
    """Get a household as it is, was when it ended, or was at an instant. 住户详情"""
    one = queries.HOUSEHOLD_BY_ID_AT if at else queries.HOUSEHOLD_BY_ID
    return await get(request, caller, one, id=id, at=at)


@routes.post(
    "/households/{id:uuid}/move",
    responses=answers(HouseholdOut, NotAUnit, HouseholdTaken, HouseholdEnded, *DATED),
)
async def move_household(
    id: UUID, body: HouseholdMove, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Let a household live in another unit, or at another address, from an instant on. 住户迁移"""
    return await tx.changed(await service.move_household(tx, id, version, body), version)


@routes.post(
    "/households/{id:uuid}/recount", responses=answers(HouseholdOut, HouseholdEnded, *DATED)
)
async def recount_household(
    id: UUID, body: Recount, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Enter how many live in a household from an instant on. 变更住户人数"""
    return await tx.changed(await service.recount_household(tx, id, version, body), version)


@routes.post("/households/{id:uuid}/end", responses=answers(HouseholdOut, HouseholdEnded, *DATED))
async def end_household(
    id: UUID, body: Ending, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Let a household be no more from an instant on. 住户注销"""
    return await tx.changed(await service.end_household(tx, id, version, body), version)
