"""How grids are divided, put together and closed: verbs on the tree, from an instant on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.grid_attributes import Attributes, check_grid
from maplebridge_domain.grid_change import (
    GridNotEmpty,
    Living,
    Move,
    NotOfOneLevel,
    NotPartOfGrid,
    Placement,
    check_date,
    check_merger,
    code_of,
    must_not_be_street,
)
from maplebridge_domain.problem import pointing_at

from ..platform.database import Statement, as_rows
from ..platform.ids import new_id
from ..platform.problems import NotFound
from ..platform.request import Created, Write
from . import placing, queries
from .changes import Changed, placements_below, rehang, rehouse, same_street, since, take
from .queries import GRID, Grid

Here = TypeVar("Here")


class Part(Protocol):
    """A new grid of a split, and what goes to it."""

    @property
    def id(self) -> UUID | None:
        """Its id, if the client brings one."""

    @property
    def code(self) -> str:
        """Its code, beside the old grid."""

    @property
    def name(self) -> str:
        """What it is called."""

    def attributes(self) -> Attributes:
        """Return what it has."""

    @property
    def grids(self) -> Sequence[UUID]:
        """Which of the grids directly under the old one go to it."""

    @property
    def households(self) -> Sequence[UUID]:
        """Which of the households of the old one go to it."""


async def split(
    write: Write, id: UUID, version: int, *, into: Sequence[Part], at: datetime | None
) -> tuple[Changed, list[UUID]]:
    """Divide a grid: new ones of its level come to stand beside it, with what is given to each.

    Of a unit households are given away, of any other grid the grids directly under it. What is given
    to none stays, and so do the grid's own posts, organisations, contracts and meetings: an office is
    not doubled by a line on the map. Whoever wants nothing left closes the grid afterwards.

    Returns:
        What was touched, and the ids of the new grids.

    Raises:
        NotFound, RightMissing, Stale, GridClosed, StreetStays, WrongGridCode, ManagementNotHere,
        AttributeNotHere, PartyOrgNotOfLevel, NotPartOfGrid, ChangeInTheFuture, BeforeLastChange,
        GridCodeTaken, UnitNumberTaken, IdTaken.
    """
    grid = await take(write, id, version)
    must_not_be_street(grid.level)
    assert grid.parent_id is not None
    parent = await write.tx.visible(GRID, grid.parent_id)
    at = at or write.now
    placements = await placements_below(write, grid.street_id, [grid.path], at)
    living = await write.tx.all(placing.HOUSEHOLDS_IN, ids=[id], at=at)
    grids = {one.grid_id: one for one in placements if one.parent_id == id}
    households = {one.household_id: one for one in living}

    ids: list[UUID] = []
    moves: list[Move] = []
    moving: list[Living] = []
    for index, part in enumerate(into):
        with pointing_at(f"/into/{index}"):
            check_grid(grid.level, part.code, part.attributes(), parent.level)
            own = part.id or new_id()
            path = f"{parent.path}/{part.code}"
            given = await _given(write, queries.SHOW_GRIDS, part.grids, grids, "grids")
            moves += [
                Move(one.grid_id, one.path, own, f"{path}/{code_of(one.path)}") for one in given
            ]
            theirs = await _given(
                write, queries.SHOW_HOUSEHOLDS, part.households, households, "households"
            )
            moving += [replace(one, grid_id=own) for one in theirs]
            ids.append(own)

    await _add(write, grid, parent, list(zip(ids, into, strict=True)), at)
    moved = await rehang(write, grid.street_id, placements, moves, at)
    await rehouse(write, grid.street_id, moving, at)
    await write.tx.run(placing.COUNT_GRIDS, ids=[id])
    return Changed(grid.street_id, at, moved), ids


async def _given(
    write: Write,
    known: Statement[Created],
    ids: Sequence[UUID],
    here: dict[UUID, Here],
    name: str,
) -> list[Here]:
    """Take what goes to a new grid from what the old one has.

    Raises:
        NotFound: there is no such thing. NotPartOfGrid: it is not there, or was given away before.
    """
    taken = []
    for index, one in enumerate(ids):
        with pointing_at(f"/{name}/{index}"):
            if one not in here:
                await write.tx.visible(known, one)
                raise NotPartOfGrid()
        taken.append(here.pop(one))
    return taken


async def _add(
    write: Write, beside: Grid, parent: Grid, parts: Sequence[tuple[UUID, Part]], at: datetime
) -> None:
    """Add grids beside another one, from an instant on."""
    of_street = {"street_id": beside.street_id}
    during = {"during": since(at)}
    grids = [of_street | {"id": id_, "level": beside.level} for id_, _ in parts]
    descriptions = [
        of_street
        | during
        | {"grid_id": id_, "level": beside.level}
        | {"name": part.name, **asdict(part.attributes())}
        for id_, part in parts
    ]
    places = [
        of_street
        | during
        | {"grid_id": id_, "parent_id": parent.id, "path": f"{parent.path}/{part.code}"}
        for id_, part in parts
    ]
    await write.tx.run(placing.ADD_GRIDS, rows=as_rows(grids))
    await write.tx.run(placing.DESCRIBE_GRIDS, rows=as_rows(descriptions))
    await write.tx.run(placing.PLACE_GRIDS, rows=as_rows(places))


async def merge(
    write: Write,
    id: UUID,
    version: int,
    *,
    grids: Sequence[UUID],
    codes: Mapping[UUID, str],
    at: datetime | None,
) -> Changed:
    """Take other grids of the level into one: what stands and who lives in them goes there, and they close.

    Posts and organisations keep their seat on the closed grid, where what they did is still counted, and
    their holders' rights reach over the one that took it in (`path_of`): nobody loses office by a line on
    the map, and who is to go is dismissed by name. Service contracts are the owners', and stay as well.
    `codes` are new ones for some of those that go there, in whose way others stand.

    Raises:
        NotFound, RightMissing, Stale, GridClosed, StreetStays, NotOfOneLevel, NotPartOfGrid,
        WrongGridCode, ChangeInTheFuture, BeforeLastChange, CodesClash.
    """
    grid = await take(write, id, version)
    found = await write.tx.by_id(GRID, grids)
    for index, one in enumerate(grids):
        if one not in found:
            raise NotFound(f"/grids/{index}")
        same_street(grid, found[one], f"/grids/{index}")
        write.caller.must(Right.GRID_WRITE, on=found[one].path)
    check_merger(grid.level, [one.level for one in found.values()])
    if id in found or len(found) < len(grids):
        raise NotOfOneLevel()
    at = at or write.now
    check_date(at, write.now, from_=[grid.since])

    placements = await placements_below(
        write, grid.street_id, [one.path for one in found.values()], at
    )
    moves = [
        Move(one.grid_id, one.path, id, f"{grid.path}/{code_of(one.path)}")
        for one in placements
        if one.parent_id in found
    ]
    living = await write.tx.all(placing.HOUSEHOLDS_IN, ids=list(grids), at=at)
    await _close(write, [one for one in placements if one.grid_id in found], at, into=id)
    await _inherit(write, grid, list(grids), at)
    moved = await rehang(write, grid.street_id, placements, moves, at, codes)
    await rehouse(write, grid.street_id, [replace(one, grid_id=id) for one in living], at)
    await write.tx.run(placing.COUNT_GRIDS, ids=[id])
    return Changed(grid.street_id, at, [*grids, *moved])


async def close(write: Write, id: UUID, version: int, *, at: datetime | None) -> Changed:
    """Close a grid in which nothing is left; its posts and organisations are left to be ended by name.

    Raises:
        NotFound, RightMissing, Stale, GridClosed, StreetStays, GridNotEmpty, ChangeInTheFuture,
        BeforeLastChange.
    """
    grid = await take(write, id, version)
    must_not_be_street(grid.level)
    at = at or write.now
    placements = await write.tx.all(
        placing.PLACEMENTS, street_id=grid.street_id, paths=[grid.path], at=at
    )
    living = await write.tx.all(placing.HOUSEHOLDS_IN, ids=[id], at=at)
    if any(one.until is None and one.grid_id != id for one in placements) or any(
        one.until is None for one in living
    ):
        raise GridNotEmpty()
    here: list[Placement | Living] = [*placements, *living]
    check_date(at, write.now, after=[one.changed_at for one in here])
    await _close(write, placements, at, into=None)
    return Changed(grid.street_id, at, [id])


async def _close(
    write: Write, placements: Sequence[Placement], at: datetime, *, into: UUID | None
) -> None:
    """Let grids end at an instant, and go where they are merged into."""
    ids = [one.grid_id for one in placements]
    descriptions = await write.tx.all(placing.DESCRIPTIONS, ids=ids)
    check_date(at, write.now, after=[one.since for one in descriptions])
    await write.tx.run(placing.CLOSE_PLACEMENTS, ids=[one.id for one in placements], at=at)
    await write.tx.run(placing.CLOSE_DESCRIPTIONS, ids=[one.id for one in descriptions], at=at)
    await write.tx.run(placing.CLOSE_GRIDS, ids=ids, at=at, into=into)


async def _inherit(write: Write, heir: Grid, grids: Sequence[UUID], at: datetime) -> None:
    """Let a grid stand, from an instant on, for others, and for those that they stood for until then.

    Raises:
        BeforeLastChange.
    """
    inherited = await write.tx.all(placing.STOOD_FOR, ids=grids)
    check_date(at, write.now, after=[one.since for one in inherited])
    rows = [
        {"street_id": heir.street_id, "grid_id": one, "heir_id": heir.id, "during": since(at)}
        for one in (*grids, *(one.grid_id for one in inherited))
    ]
    await write.tx.run(placing.CLOSE_HEIRS, ids=[one.id for one in inherited], at=at)
    await write.tx.run(placing.ADD_HEIRS, rows=as_rows(rows))
    await write.tx.run(placing.INHERIT, ids=grids, into=heir.id)
