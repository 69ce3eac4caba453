"""What is read of the grid, and the statements of its writes."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
)

from maplebridge_domain.authority import Right
from maplebridge_domain.grid import GridLevel

from ..platform.database import (
    GATE,
    Read,
    Statement,
    an_id,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
)
from ..platform.paging import Pages, Seen, Single
from ..platform.request import Created
from .tables import grid, grid_placement, household, street


def subtree(path: ColumnElement[str], root: ColumnElement[str]) -> ColumnElement[bool]:
    """Say that a path is the root's own or lies below it.

    `starts_with` is leakproof and reaches the index under row-level security. The slash matters: lane
    `01` is no ancestor of unit `012`.
    """
    return or_(path == root, func.starts_with(path, root + "/"))


#: Where a node stands now.
PLACED = and_(
    grid_placement.c.street_id == grid.c.street_id,
    grid_placement.c.grid_id == grid.c.id,
    func.upper_inf(grid_placement.c.during),
)
STANDING = grid.join(grid_placement, PLACED)

_CODE = func.split_part(grid_placement.c.path, "/", -1)


@dataclass(frozen=True)
class Grid:
    """A node as the rules look at it."""

    id: UUID
    street_id: int
    level: GridLevel
    path: str


def path_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Write the path of a grid as it stands now, for another slice's statement."""
    return (
        select(grid_placement.c.path)
        .where(
            grid_placement.c.street_id == street_id,
            grid_placement.c.grid_id == grid_id,
            func.upper_inf(grid_placement.c.during),
        )
        .correlate_except(grid_placement)
        .scalar_subquery()
    )


def level_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Write the level of a grid, for another slice's statement."""
    named = (grid.c.street_id == street_id, grid.c.id == grid_id)
    return select(grid.c.level).where(*named).correlate_except(grid).scalar_subquery()


GRID = Statement(
    by_ids(grid, grid.c.street_id, grid.c.level, grid_placement.c.path).select_from(STANDING),
    lambda id_, street_id, level, path: Grid(id_, street_id, GridLevel(level), path),
)


def standing(grid_id: ColumnElement[UUID]) -> Select[tuple[int, str, str]]:
    """Select a grid's street, level and path, for another slice's hot write."""
    return (
        select(grid.c.street_id, grid.c.level, grid_placement.c.path)
        .select_from(STANDING)
        .where(in_scope(grid), grid.c.id == grid_id)
    )


GRID_OUT = json_object(
    id=grid.c.id,
    street_id=grid.c.street_id,
    parent_id=grid_placement.c.parent_id,
    level=grid.c.level,
    code=_CODE,
    path=grid_placement.c.path,
    name=grid.c.name,
    management=grid.c.management,
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
    grid_id=household.c.grid_id,
    address=household.c.address,
    residents=household.c.residents,
)

ADD_STREET = Statement(insert_rows(street, street.c.street_id), int)
ADD_GRIDS = Statement(insert_rows(grid, grid.c.id), an_id)
PLACE_GRIDS = Statement(insert_rows(grid_placement, grid_placement.c.grid_id), an_id)
ADD_HOUSEHOLDS = Statement(insert_rows(household, household.c.id, HOUSEHOLD_OUT), Created)
SHOW_GRIDS = Statement(by_ids(grid, GRID_OUT).select_from(STANDING), Created)

_OF_STREET = street.join(
    grid, and_(grid.c.street_id == street.c.street_id, grid.c.level == "street")
)
SHOW_STREET = Statement(
    select(STREET_OUT)
    .select_from(_OF_STREET)
    .where(in_scope(street), street.c.street_id == bindparam("street_id", type_=Integer)),
    str,
)

STREET = Read(
    select(STREET_OUT, street.c.version)
    .select_from(_OF_STREET)
    .where(GATE, in_scope(street), street.c.street_id == bindparam("street_id", type_=Integer))
    .limit(1),
    lambda *row: row,
)
GRID_BY_ID = Single(grid, GRID_OUT, STANDING)
#: Not `false()`: that would leave nothing else of a condition, not even the gate.
_NOBODYS: ColumnElement[bool] = literal_column("false")
_HOUSEHOLDS_SEEN = Seen(
    Right.LEDGERS_READ,
    lambda _: path_of(household.c.street_id, household.c.grid_id),
    own=lambda *_: _NOBODYS,  # whose household it is, nobody enters
)
HOUSEHOLD_BY_ID = Single(household, HOUSEHOLD_OUT, seen=_HOUSEHOLDS_SEEN)

GRIDS = Pages(
    grid,
    GRID_OUT,
    {
        "parent_id": grid_placement.c.parent_id == bindparam("parent_id", type_=Uuid),
        "level": grid.c.level == bindparam("level", type_=Text),
    },
    STANDING,
    refer={"parent_id": grid.c.id},
)
HOUSEHOLDS = Pages(
    household,
    HOUSEHOLD_OUT,
    {"grid_id": household.c.grid_id == bindparam("grid_id", type_=Uuid)},
    seen=_HOUSEHOLDS_SEEN,
)
STREETS = Pages(grid, STREET_OUT, source=_OF_STREET)

_below = grid_placement.alias("below")
TOTALS = Read(
    select(
        cast(
            json_object(
                grid_id=grid.c.id,
                households=func.count(household.c.id),
                residents=func.coalesce(func.sum(household.c.residents), 0),
            ),
            Text,
        ).label("item"),
        null().label("version"),
    )
    .select_from(
        STANDING.join(
            _below,
            and_(
                _below.c.street_id == grid.c.street_id,
                func.upper_inf(_below.c.during),
                subtree(_below.c.path, grid_placement.c.path),
            ),
        ).outerjoin(
            household,
            and_(
                household.c.street_id == _below.c.street_id,
                household.c.grid_id == _below.c.grid_id,
            ),
        )
    )
    .where(GATE, in_scope(grid), grid.c.id == bindparam("id", type_=Uuid))
    .group_by(grid.c.street_id, grid.c.id)
    .limit(1),
    lambda *row: row,
)
