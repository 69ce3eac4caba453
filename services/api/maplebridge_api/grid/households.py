"""The verbs of households: where they live and how many they are, from when on."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import GridLevel, NotAUnit
from maplebridge_domain.grid_change import HouseholdEnded, check_date

from ..platform.database import as_rows
from ..platform.events import EventType
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write, check_version
from . import events, placing, queries
from .changes import rehouse, since
from .placing import Household
from .queries import GRID, Grid
from .schemas import Ending, HouseholdMove, NewHousehold, Recount


async def create_households(write: Write, households: Items[NewHousehold]) -> list[Created]:
    """Enter households in unit grids.

    Raises:
        NotFound, NotAUnit, ChangeInTheFuture, BeforeLastChange, HouseholdTaken.
    """
    await write.tx.run(placing.HOLD_TREE, ids=[one.grid_id for one in households])
    units = await households.named(write.tx, GRID, "grid_id")

    def row(household: NewHousehold) -> dict[str, object]:
        unit = units[household.grid_id]
        write.caller.must(Right.GRID_WRITE, on=unit.path)
        _must_be_unit(unit)
        check_date(_begins(household), write.now, from_=[unit.began], pointer="/since")
        return {"street_id": unit.street_id, "id": household.id}

    def place(household: NewHousehold) -> dict[str, object]:
        return {
            "street_id": units[household.grid_id].street_id,
            "household_id": household.id,
            "grid_id": household.grid_id,
            "address": household.address,
            "residents": household.residents,
            "during": since(_begins(household)),
        }

    def _begins(household: NewHousehold) -> datetime:
        return household.since or write.now

    ids = await write.tx.all(placing.ADD_HOUSEHOLDS, rows=as_rows(households.each(row)))
    await write.tx.run(placing.PLACE_HOUSEHOLDS, rows=as_rows(households.each(place)))
    shown = await write.tx.all(queries.SHOW_HOUSEHOLDS, ids=ids)
    await write.record_created(events.HOUSEHOLDS_CREATED, "households", ids, units.values())
    return shown


async def move_household(write: Write, id: UUID, version: int, body: HouseholdMove) -> Created:
    """Let a household live in another unit, or at another address, from an instant on.

    Raises:
        NotFound, RightMissing, Stale, HouseholdEnded, NotAUnit, ChangeInTheFuture, BeforeLastChange,
        HouseholdTaken.
    """
    household = await _take(write, id, version)
    unit = await write.tx.visible(GRID, body.grid_id, "/grid_id")
    if unit.street_id != household.street_id:
        raise NotFound("/grid_id")
    write.caller.must(Right.GRID_WRITE, on=unit.path)
    _must_be_unit(unit)
    at = body.at or write.now
    check_date(at, write.now, from_=[unit.began])
    address = body.address or household.living.address
    living = replace(household.living, grid_id=unit.id, address=address)
    await rehouse(write, household.street_id, [living], at)
    grids = {"from_grid_id": household.living.grid_id, "grid_id": unit.id}
    return await _tell(write, events.HOUSEHOLD_MOVED, household, at, **grids)


async def recount_household(write: Write, id: UUID, version: int, body: Recount) -> Created:
    """Enter how many live in a household from an instant on.

    Raises:
        NotFound, RightMissing, Stale, HouseholdEnded, ChangeInTheFuture, BeforeLastChange.
    """
    household = await _take(write, id, version)
    at = body.at or write.now
    living = replace(household.living, residents=body.residents)
    await rehouse(write, household.street_id, [living], at)
    return await _tell(write, events.HOUSEHOLD_RECOUNTED, household, at)


async def end_household(write: Write, id: UUID, version: int, body: Ending) -> Created:
    """Let a household be no more from an instant on: the flat was joined to another, the house pulled down.

    Raises:
        NotFound, RightMissing, Stale, HouseholdEnded, ChangeInTheFuture, BeforeLastChange.
    """
    household = await _take(write, id, version)
    at = body.at or write.now
    check_date(at, write.now, after=[household.living.since])
    ids = [household.living.id]
    await write.tx.run(placing.CLOSE_HOUSEHOLD_PLACEMENTS, ids=ids, at=at)
    await write.tx.run(placing.COUNT_HOUSEHOLDS, ids=[id])
    return await _tell(write, events.HOUSEHOLD_ENDED, household, at)


async def _take(write: Write, id: UUID, version: int) -> Household:
    """Return a household to be changed, in a tree that stays as it is meanwhile.

    Raises:
        NotFound, RightMissing, Stale, HouseholdEnded.
    """
    await write.tx.run(placing.HOLD_TREE_OF_HOUSEHOLDS, ids=[id])
    household = await write.tx.visible(placing.HOUSEHOLD_TO_CHANGE, id)
    write.caller.must(Right.GRID_WRITE, on=household.path)
    check_version(household.version, version)
    if household.living.until is not None:
        raise HouseholdEnded()
    return household


async def _tell(
    write: Write, kind: EventType, household: Household, at: datetime, **data: UUID
) -> Created:
    """Write the event of a change, and return the household as it is now."""
    shown = await write.tx.one(queries.SHOW_HOUSEHOLDS, ids=[household.id])
    subject = f"households/{household.id}"
    await write.record(kind, street_id=household.street_id, subject=subject, since=at, **data)
    return shown


def _must_be_unit(grid: Grid) -> None:
    """Refuse to let households live in anything but a unit.

    Raises:
        NotAUnit.
    """
    if grid.level is not GridLevel.UNIT:
        raise NotAUnit()
