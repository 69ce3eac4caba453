"""Routes of the grid: streets, grids, households."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import (
    GridCodeTaken,
    GridLevel,
    ManagementNotHere,
    NotAUnit,
    WrongGridCode,
    WrongLevel,
)

from ..platform.bodies import Batch, BatchOut, Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import Tx, create, create_batch
from ..platform.routing import router
from . import queries, service
from .schemas import (
    GridOut,
    HouseholdOut,
    NewGrid,
    NewHousehold,
    NewStreet,
    StreetOut,
    Totals,
)

routes = router("grid")

Reader = Annotated[Caller, needs(Right.READ)]
Keeper = Annotated[Caller, needs(Right.LEDGERS_READ)]
Surveyor = Annotated[Caller, needs(Right.GRID_WRITE)]
GRID_RULES = (WrongLevel, WrongGridCode, ManagementNotHere, GridCodeTaken, IdTaken)


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
) -> Response:
    """List grids, by parent or level. 网格列表"""
    return await queries.GRIDS.page(request, caller, limit, after, parent_id=parent_id, level=level)


@routes.get("/grids/{id:uuid}", responses=answers(GridOut))
async def get_grid(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a grid as it stands now. 网格详情"""
    return await get(request, caller, queries.GRID_BY_ID, id=id)


@routes.get("/grids/{id:uuid}/totals", responses=answers(Totals))
async def get_grid_totals(request: Request, caller: Reader, id: UUID) -> Response:
    """Count households and residents in a grid and below. 户数与人口"""
    return await get(request, caller, queries.TOTALS, id=id)


@routes.post("/households", status_code=201, responses=created(HouseholdOut, NotAUnit, IdTaken))
async def create_household(body: NewHousehold, caller: Surveyor, tx: Tx) -> Response:
    """Enter a household. 新增住户"""
    return await create(tx, body, service.create_households, "households")


@routes.post("/households/batch", status_code=201, responses=created(BatchOut, NotAUnit, IdTaken))
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
) -> Response:
    """List households, by unit. 住户列表"""
    return await queries.HOUSEHOLDS.page(request, caller, limit, after, grid_id=grid_id)


@routes.get("/households/{id:uuid}", responses=answers(HouseholdOut))
async def get_household(request: Request, caller: Keeper, id: UUID) -> Response:
    """Get a household. 住户详情"""
    return await get(request, caller, queries.HOUSEHOLD_BY_ID, id=id)
