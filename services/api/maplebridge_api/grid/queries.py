"""What is read of the grid: as it stands now, as it stood at an instant, as it was when it was closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    select,
)

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import GridLevel
from maplebridge_domain.grid_attributes import ATTRIBUTES

from ..platform.database import (
    GATE,
    Read,
    Statement,
    by_ids,
    in_scope,
    json_object,
    json_period,
)
from ..platform.paging import Pages, Seen, Single
from ..platform.request import Created
from .dated import lasts, of, then
from .paths import STANDING, path_of
from .tables import (
    grid,
    grid_description,
    grid_placement,
    household,
    household_placement,
    street,
)


def _last(table: FromClause) -> ColumnElement[bool]:
    """Say that a row of a grid is its newest: without an end, or ending as the grid was closed."""
    return func.upper(table.c.during).is_not_distinct_from(grid.c.closed_at)


def _grids(which: Callable[[FromClause], ColumnElement[bool]]) -> FromClause:
    """Join grids to where they stand and what they are called, at one time."""
    tables = grid_placement, grid_description
    placed, described = (and_(of(table, grid), which(table)) for table in tables)
    return grid.join(grid_placement, placed).join(grid_description, described)


def _households(which: Callable[[FromClause], ColumnElement[bool]]) -> FromClause:
    placed = of(household_placement, household, "household_id")
    return household.join(household_placement, and_(placed, which(household_placement)))


#: The same, with what it is called.
NOW = _grids(lasts)


@dataclass(frozen=True)
class Grid:
    """A node as the rules look at it."""

    id: UUID
    street_id: int
    level: GridLevel
    parent_id: UUID | None
    path: str
    since: datetime | None  # when it came to stand there; null: the street, always
    began: datetime | None  # when it came to be
    closed_at: datetime | None
    version: int


def _grid(id_: UUID, street_id: int, level: str, *more: Any) -> Grid:
    return Grid(id_, street_id, GridLevel(level), *more)


_first = grid_placement.alias("first")
_GRIDS = by_ids(
    grid,
    grid.c.street_id,
    grid.c.level,
    grid_placement.c.parent_id,
    grid_placement.c.path,
    func.lower(grid_placement.c.during),
    select(func.min(func.lower(_first.c.during)))
    .where(of(_first, grid))
    .correlate(grid)
    .scalar_subquery(),
    grid.c.closed_at,
    grid.c.version,
)
GRID = Statement(_GRIDS.select_from(STANDING), _grid)
#: Also one that is closed: who changes it is told so.
GRID_TO_CHANGE = Statement(
    _GRIDS.select_from(
        grid.join(grid_placement, and_(of(grid_placement, grid), _last(grid_placement)))
    ),
    _grid,
)

GRID_OUT = json_object(
    id=grid.c.id,
    street_id=grid.c.street_id,
    parent_id=grid_placement.c.parent_id,
    level=grid.c.level,
    code=func.split_part(grid_placement.c.path, "/", -1),
    path=grid_placement.c.path,
    unit_code=grid_placement.c.unit_code,
    name=grid_description.c.name,
    **{name: grid_description.c[name] for name in ATTRIBUTES},
    during=json_period(grid_placement.c.during),
    merged_into=grid.c.merged_into,
)
STREET_OUT = json_object(
    street_id=street.c.street_id,
    grid_id=grid.c.id,
    name=street.c.name,
    district=street.c.district,
    city=street.c.city,
    province=street.c.province,
)
HOUSEHOLD_OUT = json_object(
    id=household.c.id,
    street_id=household.c.street_id,
    grid_id=household_placement.c.grid_id,
    address=household_placement.c.address,
    residents=household_placement.c.residents,
    during=json_period(household_placement.c.during),
)

_OF_STREET = street.join(
    grid, and_(grid.c.street_id == street.c.street_id, grid.c.level == literal_column("'street'"))
)
_STREET_ID = bindparam("street_id", type_=Integer)
SHOW_STREET = Statement(
    select(STREET_OUT)
    .select_from(_OF_STREET)
    .where(in_scope(street), street.c.street_id == _STREET_ID),
    str,
)
SHOW_GRIDS = Statement(by_ids(grid, GRID_OUT).select_from(_grids(_last)), Created)


def _last_of_household(table: FromClause) -> ColumnElement[bool]:
    """Say that a household lives there, or lived there last."""
    later = household_placement.alias("later")
    named = later.c.street_id == table.c.street_id, later.c.household_id == table.c.household_id
    last = select(later.c.during).where(*named).order_by(later.c.during.desc())
    newest = last.limit(literal_column("1")).correlate(household_placement).scalar_subquery()
    return table.c.during == newest


#: Where a household lives, or lived last.
LIVING = _households(_last_of_household)
SHOW_HOUSEHOLDS = Statement(by_ids(household, HOUSEHOLD_OUT).select_from(LIVING), Created)

STREET = Read(
    select(STREET_OUT, street.c.version)
    .select_from(_OF_STREET)
    .where(GATE, in_scope(street), street.c.street_id == _STREET_ID)
    .limit(1),
    lambda *row: row,
)
STREETS = Pages(grid, STREET_OUT, source=_OF_STREET)

_GRID_FILTERS = {
    "parent_id": grid_placement.c.parent_id == bindparam("parent_id", type_=Uuid),
    "level": grid.c.level == bindparam("level", type_=Text),
}
#: Asked for by the join; here, so that the link to the next page says it.
_THEN_FILTER: dict[str, ColumnElement[bool]] = {"at": literal_column("true")}
GRIDS = Pages(grid, GRID_OUT, _GRID_FILTERS, NOW, refer={"parent_id": grid.c.id})
GRIDS_AT = Pages(
    grid,
    GRID_OUT,
    _GRID_FILTERS | _THEN_FILTER,
    _grids(then),
    refer={"parent_id": grid.c.id},
)
GRID_BY_ID = Single(grid, GRID_OUT, _grids(_last))
GRID_BY_ID_AT = Single(grid, GRID_OUT, _grids(then), versioned=False)

#: Not `false()`: that would leave nothing else of a condition, not even the gate.
NOBODYS: ColumnElement[bool] = literal_column("false")
_HOUSEHOLDS_SEEN = Seen(
    Right.LEDGERS_READ,
    lambda _: path_of(household.c.street_id, household_placement.c.grid_id),
    own=lambda *_: NOBODYS,  # whose household it is, nobody enters
)
_HOUSEHOLD_FILTERS = {"grid_id": household_placement.c.grid_id == bindparam("grid_id", type_=Uuid)}
HOUSEHOLDS = Pages(
    household,
    HOUSEHOLD_OUT,
    _HOUSEHOLD_FILTERS,
    _households(lasts),
    seen=_HOUSEHOLDS_SEEN,
    refer={"grid_id": grid.c.id},
)
HOUSEHOLDS_AT = Pages(
    household,
    HOUSEHOLD_OUT,
    _HOUSEHOLD_FILTERS | _THEN_FILTER,
    _households(then),
    seen=_HOUSEHOLDS_SEEN,
    refer={"grid_id": grid.c.id},
)
HOUSEHOLD_BY_ID = Single(household, HOUSEHOLD_OUT, LIVING, seen=_HOUSEHOLDS_SEEN)
HOUSEHOLD_BY_ID_AT = Single(
    household, HOUSEHOLD_OUT, _households(then), seen=_HOUSEHOLDS_SEEN, versioned=False
)
