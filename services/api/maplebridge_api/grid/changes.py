"""How the tree changes: verbs on what is there, each from an instant on; all that stood before stays known.

Other slices may have to follow (open disputes stand in a quarter), so moving, splitting, merging and
closing are told by the slice that calls them; what concerns the grid alone is a verb of its own here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import check_code, check_place, is_unit, unit_code
from maplebridge_domain.grid_change import (
    GridClosed,
    Living,
    Move,
    NotPartOfGrid,
    Placement,
    check_codes,
    check_date,
    code_of,
    must_not_be_street,
    rehung,
)
from maplebridge_domain.period import Period
from maplebridge_domain.problem import pointing_at

from ..platform.bodies import range_text
from ..platform.database import as_rows
from ..platform.problems import NotFound
from ..platform.request import Created, Write, check_version
from . import events, placing, queries
from .queries import GRID, GRID_TO_CHANGE, Grid
from .schemas import Renumbering


@dataclass(frozen=True)
class Changed:
    """What a change touched: every grid that stands elsewhere than before, or is no more."""

    street_id: int
    at: datetime
    grids: list[UUID]


async def take(write: Write, id: UUID, version: int) -> Grid:
    """Return a grid to be changed; whoever else changes its tree waits until this one is done.

    Raises:
        NotFound, RightMissing, Stale, GridClosed.
    """
    await write.tx.run(placing.TAKE_TREE, ids=[id])
    grid = await write.tx.visible(GRID_TO_CHANGE, id)
    write.caller.must(Right.GRID_WRITE, on=grid.path)
    check_version(grid.version, version)
    if grid.closed_at is not None:
        raise GridClosed()
    return grid


async def show(write: Write, id: UUID) -> Created:
    """Return a grid as the API shows it, also one that is closed."""
    return await write.tx.one(queries.SHOW_GRIDS, ids=[id])


async def renumber(write: Write, id: UUID, version: int, body: Renumbering) -> Created:
    """Give a grid another code under its parent; the paths of all below it follow.

    Raises:
        NotFound, RightMissing, Stale, GridClosed, StreetStays, WrongGridCode, ChangeInTheFuture,
        BeforeLastChange, GridCodeTaken, UnitNumberTaken.
    """
    grid = await take(write, id, version)
    changed = await _go(write, grid, grid.parent_id, body.code, body.at)
    shown = await show(write, id)
    await write.record(
        events.RENUMBERED,
        street_id=grid.street_id,
        subject=f"grids/{id}",
        since=changed.at,
        code=body.code,
    )
    return shown


async def move(
    write: Write,
    id: UUID,
    version: int,
    *,
    parent_id: UUID,
    code: str | None,
    codes: Mapping[UUID, str],
    at: datetime | None,
) -> Changed:
    """Put a grid under another parent, with all below it; without a `code` it keeps its own.

    `codes` are new ones for some of those below it, in whose way others stand there.

    Households, posts, organisations, contracts and meetings are tied to the grids' ids: they go along.

    Raises:
        NotFound, RightMissing, Stale, GridClosed, StreetStays, WrongLevel, WrongGridCode, NotPartOfGrid,
        ChangeInTheFuture, BeforeLastChange, CodesClash.
    """
    grid = await take(write, id, version)
    return await _go(write, grid, parent_id, code or code_of(grid.path), at, codes)


async def _go(
    write: Write,
    grid: Grid,
    parent_id: UUID | None,
    code: str,
    at: datetime | None,
    codes: Mapping[UUID, str] | None = None,
) -> Changed:
    must_not_be_street(grid.level)
    assert parent_id is not None  # all but the street have one
    parent = await write.tx.visible(GRID, parent_id, "/parent_id")
    same_street(grid, parent, "/parent_id")
    write.caller.must(Right.GRID_WRITE, on=parent.path)
    check_place(grid.level, code, parent.level)
    at = at or write.now
    check_date(at, write.now, from_=[parent.since])
    placements = await placements_below(write, grid.street_id, [grid.path], at)
    go = Move(grid.id, grid.path, parent.id, f"{parent.path}/{code}")
    moved = await rehang(write, grid.street_id, placements, [go], at, codes)
    return Changed(grid.street_id, at, moved)


async def placements_below(
    write: Write, street_id: int, paths: Sequence[str], at: datetime
) -> list[Placement]:
    """Return what stands under some paths, to be moved from an instant on.

    Raises:
        ChangeInTheFuture, BeforeLastChange.
    """
    found = await write.tx.all(placing.PLACEMENTS, street_id=street_id, paths=list(paths), at=at)
    check_date(at, write.now, after=[one.changed_at for one in found])
    return found


async def rehang(
    write: Write,
    street_id: int,
    placements: Sequence[Placement],
    moves: Sequence[Move],
    at: datetime,
    codes: Mapping[UUID, str] | None = None,
) -> list[UUID]:
    """Let grids, and all below them, stand elsewhere from an instant on; return which these are.

    Without `codes` each comes to stand where the request says, and the database knows who is in the way.

    Raises:
        NotPartOfGrid, WrongGridCode, CodesClash.
    """
    moved = rehung(placements, moves, codes or {})
    if codes is not None:
        await _check_codes(write, street_id, codes, placements, moved, at)
    rows = [
        {
            "street_id": street_id,
            "grid_id": one.grid_id,
            "parent_id": one.parent_id,
            "path": one.path,
            "during": since(at),
        }
        for one in moved
    ]
    # First all that goes, then all that comes: two may change places.
    await write.tx.run(placing.CLOSE_PLACEMENTS, ids=[one.id for one in moved], at=at)
    await write.tx.run(placing.PLACE_GRIDS, rows=as_rows(rows))
    ids = [one.grid_id for one in moved]
    await write.tx.run(placing.COUNT_GRIDS, ids=ids)
    return ids


async def _check_codes(
    write: Write,
    street_id: int,
    codes: Mapping[UUID, str],
    before: Sequence[Placement],
    moved: Sequence[Placement],
    at: datetime,
) -> None:
    ids, paths = [one.grid_id for one in moved], [one.path for one in moved]
    going = set(ids)
    for id_ in codes:
        with pointing_at(f"/codes/{id_}"):
            if id_ not in going:
                raise NotPartOfGrid()
    for one in await write.tx.all(GRID, ids=list(codes)) if codes else []:
        with pointing_at(f"/codes/{one.id}"):
            check_code(one.level, codes[one.id])
    units = [unit_code(path) for path in paths if is_unit(path)]
    asked = {"street_id": street_id, "paths": paths, "units": units, "ids": ids, "at": at}
    check_codes(before, moved, await write.tx.all(placing.IN_THE_WAY, **asked) if ids else [])


async def rehouse(write: Write, street_id: int, living: Sequence[Living], at: datetime) -> None:
    """Let households live as they are given here from an instant on: where, and how many.

    Raises:
        ChangeInTheFuture, BeforeLastChange, HouseholdTaken.
    """
    check_date(at, write.now, after=[one.changed_at for one in living])
    rows = [
        {
            "street_id": street_id,
            "household_id": one.household_id,
            "grid_id": one.grid_id,
            "address": one.address,
            "residents": one.residents,
            "during": since(at),
        }
        for one in living
    ]
    await write.tx.run(placing.CLOSE_HOUSEHOLD_PLACEMENTS, ids=[one.id for one in living], at=at)
    await write.tx.run(placing.PLACE_HOUSEHOLDS, rows=as_rows(rows))
    await write.tx.run(placing.COUNT_HOUSEHOLDS, ids=[one.household_id for one in living])


def since(at: datetime) -> str:
    """Write the period that begins at an instant."""
    return range_text(Period(at))


def same_street(grid: Grid, other: Grid, pointer: str) -> None:
    """Refuse to let grids of two streets have to do with each other.

    Raises:
        NotFound.
    """
    if other.street_id != grid.street_id:
        raise NotFound(pointer)
