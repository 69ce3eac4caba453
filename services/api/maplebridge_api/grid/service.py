"""The verbs of the grid, and what other slices may ask of it."""

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import GridLevel, NotAQuarter, NotAUnit, check_grid
from maplebridge_domain.period import Period

from ..platform.bodies import dump, range_text
from ..platform.database import as_rows
from ..platform.ids import new_id
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write
from . import events, queries
from .ledger import ADD_NEW_HOUSEHOLDS, GRID_LEDGER, HOUSEHOLD_LEDGER, GridLine
from .queries import GRID, Grid, level_of, path_of, standing
from .schemas import NewGrid, NewHousehold, NewStreet

__all__ = [
    "ADD_NEW_HOUSEHOLDS",
    "GRID",
    "GRID_LEDGER",
    "HOUSEHOLD_LEDGER",
    "Grid",
    "GridLine",
    "NewGrid",
    "create_grids",
    "create_households",
    "create_street",
    "level_of",
    "must_be_quarter",
    "path_of",
    "standing",
]


async def create_street(write: Write, street: NewStreet) -> str:
    """Enter a street and the root of its grid.

    Raises:
        NotFound, IdTaken.
    """
    if street.street_id not in write.caller.scope:
        raise NotFound("/street_id")
    grid_id = street.grid_id or new_id()
    root = {"street_id": street.street_id, "id": grid_id, "level": "street", "name": street.name}
    since = Period(write.now)
    place = {"grid_id": grid_id, "path": str(street.street_id), "during": range_text(since)}

    await write.tx.run(queries.ADD_STREET, rows=as_rows([dump(street)]))
    await write.tx.run(queries.ADD_GRIDS, rows=as_rows([root]))
    await write.tx.run(queries.PLACE_GRIDS, rows=as_rows([place | {"street_id": street.street_id}]))
    shown = await write.tx.one(queries.SHOW_STREET, street_id=street.street_id)
    await write.record(
        events.STREET_CREATED, street_id=street.street_id, subject=f"streets/{street.street_id}"
    )
    return shown


async def create_grids(write: Write, grids: Items[NewGrid]) -> list[Created]:
    """Enter grids below parents that are there already.

    Raises:
        NotFound, WrongLevel, WrongGridCode, ManagementNotHere, GridCodeTaken.
    """
    parents = await grids.named(write.tx, GRID, "parent_id")

    def node(grid: NewGrid) -> dict[str, object]:
        parent = parents[grid.parent_id]
        write.caller.must(Right.GRID_WRITE, on=parent.path)
        check_grid(grid.level, grid.code, grid.management, parent.level)
        return dump(grid, street_id=parent.street_id)

    def place(grid: NewGrid) -> dict[str, object]:
        parent = parents[grid.parent_id]
        since = Period(grid.since or write.now)
        return {
            "street_id": parent.street_id,
            "grid_id": grid.id,
            "parent_id": parent.id,
            "path": f"{parent.path}/{grid.code}",
            "during": range_text(since),
        }

    ids = await write.tx.all(queries.ADD_GRIDS, rows=as_rows(grids.each(node)))
    await write.tx.run(queries.PLACE_GRIDS, rows=as_rows(grids.each(place)))
    shown = await write.tx.all(queries.SHOW_GRIDS, ids=ids)
    await write.record_created(events.GRIDS_CREATED, "grids", ids, parents.values())
    return shown


async def create_households(write: Write, households: Items[NewHousehold]) -> list[Created]:
    """Enter households in unit grids.

    Raises:
        NotFound, NotAUnit.
    """
    units = await households.named(write.tx, GRID, "grid_id")

    def row(household: NewHousehold) -> dict[str, object]:
        unit = units[household.grid_id]
        write.caller.must(Right.GRID_WRITE, on=unit.path)
        if unit.level is not GridLevel.UNIT:
            raise NotAUnit()
        return dump(household, street_id=unit.street_id)

    made = await write.tx.all(queries.ADD_HOUSEHOLDS, rows=as_rows(households.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.HOUSEHOLDS_CREATED, "households", ids, units.values())
    return made


def must_be_quarter(grid: Grid) -> Grid:
    """Return the grid if it is a quarter.

    Raises:
        NotAQuarter.
    """
    if grid.level is not GridLevel.QUARTER:
        raise NotAQuarter()
    return grid
