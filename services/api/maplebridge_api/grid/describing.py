"""What grids are called and what they have, from an instant on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.grid_attributes import (
    ATTRIBUTES,
    CentralHouseholdElsewhere,
    check_attributes,
)
from maplebridge_domain.grid_change import Description, check_date

from ..platform.database import as_rows
from ..platform.ids import new_id
from ..platform.request import Created, Write
from . import events, placing, queries
from .changes import show, since, take
from .ledger import GridLine
from .queries import Grid
from .schemas import Describing


async def describe(write: Write, id: UUID, version: int, body: Describing) -> Created:
    """Call a grid otherwise, or enter what it has, from an instant on; what is left out stays.

    Raises:
        NotFound, RightMissing, Stale, GridClosed, ManagementNotHere, AttributeNotHere,
        CentralHouseholdElsewhere, PartyOrgNotOfLevel, ChangeInTheFuture, BeforeLastChange.
    """
    grid = await take(write, id, version)
    at = body.at or write.now
    [last] = await write.tx.all(placing.DESCRIPTIONS, ids=[id])
    changed = body.model_dump(include=set(ATTRIBUTES), exclude_unset=True)
    attributes = replace(last.attributes, **changed)
    check_attributes(grid.level, attributes)
    check_date(at, write.now, after=[last.since])
    if body.central_household_id is not None:
        await _must_live_here(write, grid, body.central_household_id, at)

    said = {"name": body.name or last.name, **asdict(attributes)}
    await _say(write, grid.street_id, [last], [{"grid_id": id, "level": grid.level, **said}], at)
    shown = await show(write, id)
    await write.record(
        events.DESCRIBED, street_id=grid.street_id, subject=f"grids/{id}", since=at, **said
    )
    return shown


async def add_attributes(
    write: Write, grids: Sequence[GridLine], given: Mapping[UUID, Mapping[str, Any]]
) -> list[UUID]:
    """Give grids a party organisation or a central household from now on, in the place of none.

    Returns:
        The ids of what is said of them now.

    Raises:
        RightMissing, BeforeLastChange.
    """
    street = grids[0].path.partition("/")[0]
    write.caller.must(Right.GRID_WRITE, on=street)
    levels = {one.id: one.level for one in grids}
    last = await write.tx.all(placing.DESCRIPTIONS, ids=sorted(given))
    check_date(write.now, write.now, after=[one.since for one in last])
    said = [
        {"grid_id": one.grid_id, "level": levels[one.grid_id], "name": one.name}
        | asdict(replace(one.attributes, **given[one.grid_id]))
        for one in last
    ]
    made = await _say(write, int(street), last, said, write.now)
    for id_ in sorted(given):
        await write.record(
            events.DESCRIBED,
            street_id=int(street),
            subject=f"grids/{id_}",
            since=write.now,
            **given[id_],
        )
    return made


async def _say(
    write: Write,
    street_id: int,
    last: Sequence[Description],
    said: Sequence[Mapping[str, Any]],
    at: datetime,
) -> list[UUID]:
    """Say something of grids from an instant on, in the place of what was said last; return its ids."""
    ids = [new_id() for _ in said]
    of_all = {"street_id": street_id, "during": since(at)}
    rows = [{"id": id_, **of_all, **one} for id_, one in zip(ids, said, strict=True)]
    await write.tx.run(placing.CLOSE_DESCRIPTIONS, ids=[one.id for one in last], at=at)
    await write.tx.run(placing.DESCRIBE_GRIDS, rows=as_rows(rows))
    await write.tx.run(placing.COUNT_GRIDS, ids=[one.grid_id for one in last])
    return ids


async def _must_live_here(write: Write, grid: Grid, household_id: UUID, at: datetime) -> None:
    """Refuse a central household that does not live in the grid or below it at an instant.

    One that leaves later stays named, as it was: the coverage report tells of it.

    Raises:
        NotFound, CentralHouseholdElsewhere.
    """
    await write.tx.visible(queries.SHOW_HOUSEHOLDS, household_id, "/central_household_id")
    asked = {"grid_id": grid.id, "household_id": household_id, "at": at}
    if await write.tx.maybe(placing.LIVES_IN, **asked) is None:
        raise CentralHouseholdElsewhere()
