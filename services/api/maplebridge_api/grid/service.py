"""The verbs of the grid, and what other slices may ask of it."""

from dataclasses import asdict
from datetime import datetime

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import GridLevel, ManagementNotHere, NotAQuarter
from maplebridge_domain.grid_attributes import AttributeNotHere, PartyOrgNotOfLevel, check_grid
from maplebridge_domain.grid_change import check_date

from ..platform.bodies import dump
from ..platform.database import as_rows
from ..platform.ids import new_id
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write
from . import events, placing, queries
from .changes import Changed, move, renumber, show, since
from .dated import AT
from .describing import add_attributes, describe
from .division import close, merge, split
from .ground import NOBODYS_HOUSEHOLDS, NODES, ROOT, asked
from .heirs import (
    begins_as_one,
    closed_at,
    heir_of,
    kin,
    of_one,
    runs_in,
    stood_for,
    taken_in,
)
from .households import create_households, end_household, move_household, recount_household
from .ledger import ADD_NEW_HOUSEHOLDS, GRID_LEDGER, HOUSEHOLD_LEDGER, GridLine
from .paths import led_after, level_of, path_at, path_of, quarter_of, standing
from .placing import HOLD_STREET
from .queries import GRID, Grid
from .schemas import Attributed, GridOut, NewGrid, NewStreet

#: What refuses what a grid is said to have.
ATTRIBUTE_RULES = (ManagementNotHere, AttributeNotHere, PartyOrgNotOfLevel)

__all__ = [
    "ADD_NEW_HOUSEHOLDS",
    "AT",
    "ATTRIBUTE_RULES",
    "GRID",
    "GRID_LEDGER",
    "HOLD_STREET",
    "HOUSEHOLD_LEDGER",
    "NOBODYS_HOUSEHOLDS",
    "NODES",
    "ROOT",
    "Attributed",
    "Changed",
    "Grid",
    "GridLine",
    "GridOut",
    "NewGrid",
    "add_attributes",
    "asked",
    "begins_as_one",
    "close",
    "closed_at",
    "create_grids",
    "create_households",
    "create_street",
    "describe",
    "end_household",
    "heir_of",
    "kin",
    "led_after",
    "level_of",
    "merge",
    "move",
    "move_household",
    "must_be_quarter",
    "of_one",
    "path_at",
    "path_of",
    "quarter_of",
    "recount_household",
    "renumber",
    "runs_in",
    "show",
    "split",
    "standing",
    "stood_for",
    "taken_in",
]


async def create_street(write: Write, street: NewStreet) -> str:
    """Enter a street and the root of its grid.

    Raises:
        NotFound, IdTaken.
    """
    if street.street_id not in write.caller.scope:
        raise NotFound("/street_id")
    grid_id = street.grid_id or new_id()
    of_street = {"street_id": street.street_id}
    root = of_street | {"id": grid_id, "level": "street"}
    always = of_street | {"grid_id": grid_id, "during": "(,)"}  # it was there before it was entered
    place = always | {"path": str(street.street_id)}
    description = always | {"level": "street", "name": street.name}

    await write.tx.run(placing.ADD_STREET, rows=as_rows([dump(street)]))
    await write.tx.run(placing.ADD_GRIDS, rows=as_rows([root]))
    await write.tx.run(placing.PLACE_GRIDS, rows=as_rows([place]))
    await write.tx.run(placing.DESCRIBE_GRIDS, rows=as_rows([description]))
    shown = await write.tx.one(queries.SHOW_STREET, street_id=street.street_id)
    await write.record(
        events.STREET_CREATED, street_id=street.street_id, subject=f"streets/{street.street_id}"
    )
    return shown


async def create_grids(write: Write, grids: Items[NewGrid]) -> list[Created]:
    """Enter grids below parents that are there already.

    Raises:
        NotFound, WrongLevel, WrongGridCode, ManagementNotHere, AttributeNotHere, PartyOrgNotOfLevel,
        ChangeInTheFuture, BeforeLastChange, GridCodeTaken, UnitNumberTaken.
    """
    await write.tx.run(placing.HOLD_TREE, ids=[grid.parent_id for grid in grids])
    parents = await grids.named(write.tx, GRID, "parent_id")

    def node(grid: NewGrid) -> dict[str, object]:
        parent = parents[grid.parent_id]
        write.caller.must(Right.GRID_WRITE, on=parent.path)
        check_grid(grid.level, grid.code, grid.attributes(), parent.level)
        check_date(begins(grid), write.now, from_=[parent.since], pointer="/since")
        return {"street_id": parent.street_id, "id": grid.id, "level": grid.level}

    def place(grid: NewGrid) -> dict[str, object]:
        parent = parents[grid.parent_id]
        path = f"{parent.path}/{grid.code}"
        return _dated(grid) | {"parent_id": parent.id, "path": path}

    def description(grid: NewGrid) -> dict[str, object]:
        said = {"level": grid.level, "name": grid.name}
        return _dated(grid) | said | asdict(grid.attributes())

    def _dated(grid: NewGrid) -> dict[str, object]:
        street_id = parents[grid.parent_id].street_id
        return {"street_id": street_id, "grid_id": grid.id, "during": since(begins(grid))}

    def begins(grid: NewGrid) -> datetime:
        return grid.since or write.now

    ids = await write.tx.all(placing.ADD_GRIDS, rows=as_rows(grids.each(node)))
    await write.tx.run(placing.PLACE_GRIDS, rows=as_rows(grids.each(place)))
    await write.tx.run(placing.DESCRIBE_GRIDS, rows=as_rows(grids.each(description)))
    shown = await write.tx.all(queries.SHOW_GRIDS, ids=ids)
    await write.record_created(events.GRIDS_CREATED, "grids", ids, parents.values())
    return shown


def must_be_quarter(grid: Grid) -> Grid:
    """Return the grid if it is a quarter.

    Raises:
        NotAQuarter.
    """
    if grid.level is not GridLevel.QUARTER:
        raise NotAQuarter()
    return grid
