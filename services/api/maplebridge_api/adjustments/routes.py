"""Routes of changes of the tree."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from maplebridge_domain.authority import Right
from maplebridge_domain.committee import SeveralCommittees
from maplebridge_domain.dispute import OpenDisputesHere
from maplebridge_domain.grid import (
    GridCodeTaken,
    HouseholdTaken,
    UnitNumberTaken,
    WrongGridCode,
    WrongLevel,
)
from maplebridge_domain.grid_change import (
    BeforeLastChange,
    ChangeInTheFuture,
    CodesClash,
    GridClosed,
    GridNotEmpty,
    NotOfOneLevel,
    NotPartOfGrid,
    StreetStays,
)
from maplebridge_domain.organisation import SeveralContracts

from ..grid.service import ATTRIBUTE_RULES, GridOut
from ..platform.bodies import BatchOut
from ..platform.identity import Caller, needs
from ..platform.openapi import answers
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, Tx
from ..platform.routing import router
from . import service
from .schemas import Closing, GridMove, Merger, Split

routes = router("grid")

Surveyor = Annotated[Caller, needs(Right.GRID_WRITE)]
RULES = (StreetStays, GridClosed, ChangeInTheFuture, BeforeLastChange)
NUMBERED = (GridCodeTaken, UnitNumberTaken)


@routes.post(
    "/grids/{id:uuid}/move",
    responses=answers(
        GridOut, WrongLevel, WrongGridCode, NotPartOfGrid, CodesClash, *NUMBERED, *RULES
    ),
)
async def move_grid(
    id: UUID, body: GridMove, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Put a grid, with all below it, under another one from an instant on. 网格迁移"""
    return await tx.changed(await service.move(tx, id, version, body), version)


@routes.post(
    "/grids/{id:uuid}/split",
    responses=answers(
        BatchOut, WrongGridCode, *ATTRIBUTE_RULES, NotPartOfGrid, *NUMBERED, *RULES, IdTaken
    ),
)
async def split_grid(id: UUID, body: Split, caller: Surveyor, version: IfMatch, tx: Tx) -> Response:
    """Divide new grids off one, with some of its grids or households. 网格拆分"""
    ids = await service.split(tx, id, version, body)
    made = BatchOut(count=len(ids), ids=ids)
    return await tx.answer(200, made.model_dump_json(), version=version + 1)


@routes.post(
    "/grids/{id:uuid}/merge",
    responses=answers(
        GridOut,
        *(NotOfOneLevel, NotPartOfGrid, WrongGridCode, CodesClash, HouseholdTaken),
        *(SeveralContracts, SeveralCommittees),
        *NUMBERED,
        *RULES,
    ),
)
async def merge_grids(
    id: UUID, body: Merger, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Take other grids of the level into one; they close. 网格合并"""
    return await tx.changed(await service.merge(tx, id, version, body), version)


@routes.post(
    "/grids/{id:uuid}/close",
    responses=answers(GridOut, GridNotEmpty, OpenDisputesHere, *RULES),
)
async def close_grid(
    id: UUID, body: Closing, caller: Surveyor, version: IfMatch, tx: Tx
) -> Response:
    """Close a grid in which nothing is left. 网格撤销"""
    return await tx.changed(await service.close(tx, id, version, body), version)
