"""What is read of the grid: as it stands now, as it stood at an instant, as it was when it was closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Select,
    Subquery,
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
from maplebridge_domain.grid import GridLevel, path_length
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
from .tables import (
    grid,
    grid_description,
    grid_heir,
    grid_placement,
    household,
    household_placement,
    street,
)

AT: ColumnElement[datetime] = bindparam("at", type_=DateTime(timezone=True))


def below(path: ColumnElement[str], root: ColumnElement[str]) -> ColumnElement[bool]:
    """Say that a path is the root's own or lies below it.

    Paths are digits and slashes, and `0` is the sign after the slash: lane `01` is no ancestor of unit
    `012`. Comparison is leakproof: it reaches the index under row-level security.
    """
    return and_(path >= root, path < root.op("||")(literal_column("'0'")))


def _of(table: FromClause, owner: FromClause, column: str = "grid_id") -> ColumnElement[bool]:
    """Say that a dated row is of an owner."""
    return and_(table.c.street_id == owner.c.street_id, table.c[column] == owner.c.id)


def lasts(table: FromClause) -> ColumnElement[bool]:
    """Say that a dated row holds now: a change closes it and adds another."""
    return func.upper_inf(table.c.during)


def _last(table: FromClause) -> ColumnElement[bool]:
    """Say that a row of a grid is its newest: without an end, or ending as the grid was closed."""
    return func.upper(table.c.during).is_not_distinct_from(grid.c.closed_at)


def _grids(which: Callable[[FromClause], ColumnElement[bool]]) -> FromClause:
    """Join grids to where they stand and what they are called, at one time."""
    tables = grid_placement, grid_description
    placed, described = (and_(_of(table, grid), which(table)) for table in tables)
    return grid.join(grid_placement, placed).join(grid_description, described)


def _households(which: Callable[[FromClause], ColumnElement[bool]]) -> FromClause:
    placed = _of(household_placement, household, "household_id")
    return household.join(household_placement, and_(placed, which(household_placement)))


def _then(table: FromClause) -> ColumnElement[bool]:
    return table.c.during.contains(AT)


#: Where a node stands now.
STANDING = grid.join(grid_placement, and_(_of(grid_placement, grid), lasts(grid_placement)))

#: The same, with what it is called.
NOW = _grids(lasts)

_own = grid.alias("own")


def heir_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[UUID]:
    """Write the grid itself, or that which it was merged into, for another slice's statement."""
    named = (_own.c.street_id == street_id, _own.c.id == grid_id)
    heir = select(func.coalesce(_own.c.merged_into, _own.c.id)).where(*named)
    return heir.correlate_except(_own).scalar_subquery()


def path_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Write the path of a grid as it stands now, for another slice's statement.

    Of one that was merged it is the path of that which took it in: who sits there reaches on. Of one
    that was closed it is the last.
    """
    return (
        select(grid_placement.c.path)
        .where(
            grid_placement.c.street_id == street_id,
            grid_placement.c.grid_id == heir_of(street_id, grid_id),
        )
        .order_by(grid_placement.c.during.desc())
        .limit(literal_column("1"))
        .correlate_except(grid_placement)
        .scalar_subquery()
    )


def quarter_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[UUID]:
    """Write the quarter that a grid is, or stands in now, for another slice's statement."""
    quarter = grid_placement.alias("quarter")
    length: ColumnElement[int] = literal_column(str(path_length(GridLevel.QUARTER)))
    return (
        select(quarter.c.grid_id)
        .where(
            quarter.c.street_id == street_id,
            quarter.c.path == func.left(path_of(street_id, grid_id), length),
            func.length(quarter.c.path) == length,  # not of a community
            lasts(quarter),
        )
        .correlate_except(quarter)
        .scalar_subquery()
    )


def level_of(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Write the level of a grid, for another slice's statement."""
    named = (grid.c.street_id == street_id, grid.c.id == grid_id)
    return select(grid.c.level).where(*named).correlate_except(grid).scalar_subquery()


def kin(ids: ColumnElement[Any]) -> Subquery:
    """Write which grids some that are there have become one with, themselves among them, for another slice.

    Returns:
        `street_id`, `asked_id`, `grid_id`, and `since` when they are one; null: ever.
    """
    asked = grid.alias("asked")
    taken = select(
        grid_heir.c.street_id,
        grid_heir.c.heir_id,
        grid_heir.c.grid_id,
        func.lower(grid_heir.c.during),
    ).where(in_scope(grid_heir), grid_heir.c.heir_id == func.any(ids), lasts(grid_heir))
    own = select(
        asked.c.street_id,
        asked.c.id.label("asked_id"),
        asked.c.id.label("grid_id"),
        cast(null(), DateTime(timezone=True)).label("since"),
    ).where(in_scope(asked), asked.c.id == func.any(ids))
    return own.union_all(taken).subquery("kin")


def taken_in(
    street_id: ColumnElement[int], grid_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> Select[Any]:
    """Select the grids for which one stood at an instant, for another slice's statement: `grid_id`."""
    return (
        select(grid_heir.c.grid_id)
        .where(
            grid_heir.c.street_id == street_id,
            grid_heir.c.heir_id == grid_id,
            grid_heir.c.during.contains(at),
        )
        .correlate_except(grid_heir)
    )


def runs_in(
    asked_id: ColumnElement[UUID], dated: FromClause, at: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Say that what is dated in a quarter runs in the one that is asked for, for another slice's list.

    It is that quarter's own, or ran on while that one stood for its quarter; at an instant, or, without one,
    ever.
    """
    stood = select(grid_heir.c.id).where(
        grid_heir.c.street_id == dated.c.street_id,
        grid_heir.c.grid_id == dated.c.quarter_id,
        grid_heir.c.heir_id == asked_id,
        grid_heir.c.during.overlaps(dated.c.during),
        or_(at.is_(None), grid_heir.c.during.contains(at)),
    )
    return or_(dated.c.quarter_id == asked_id, stood.correlate_except(grid_heir).exists())


def is_no_more(street_id: ColumnElement[int], grid_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Say that a grid was closed, and none took it in or that one was closed too, for another's statement."""
    heir = grid.alias("heir")
    named = (heir.c.street_id == street_id, heir.c.id == heir_of(street_id, grid_id))
    closed = select(heir.c.closed_at.is_not(None)).where(*named)
    return closed.correlate_except(heir).scalar_subquery()


def stood_for(
    street_id: ColumnElement[int], grid_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> ColumnElement[UUID]:
    """Write which grid stands for one at an instant: itself, or, once it was merged, that which took it in."""
    heir = select(grid_heir.c.heir_id).where(
        grid_heir.c.street_id == street_id,
        grid_heir.c.grid_id == grid_id,
        grid_heir.c.during.contains(at),
    )
    return func.coalesce(heir.correlate_except(grid_heir).scalar_subquery(), grid_id)


def path_at(
    street_id: ColumnElement[int], grid_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> ColumnElement[str]:
    """Write where a grid, or that which had taken it in, stood at an instant, for another's statement."""
    return (
        select(grid_placement.c.path)
        .where(
            grid_placement.c.street_id == street_id,
            grid_placement.c.grid_id == stood_for(street_id, grid_id, at),
            grid_placement.c.during.contains(at),
        )
        .correlate_except(grid_placement)
        .scalar_subquery()
    )


def led_after(
    organisation_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> ColumnElement[int]:
    """Write how many grids a party organisation answers to after an instant, for another's statement."""
    until = func.upper(grid_description.c.during)
    return (
        select(func.count())
        .where(
            in_scope(grid_description),
            grid_description.c.party_org_id == organisation_id,
            or_(until.is_(None), until > at),
        )
        .scalar_subquery()
    )


def standing(grid_id: ColumnElement[UUID]) -> Select[tuple[int, str, str]]:
    """Select a grid's street, level and path, for another slice's hot write."""
    return (
        select(grid.c.street_id, grid.c.level, grid_placement.c.path)
        .select_from(STANDING)
        .where(in_scope(grid), grid.c.id == grid_id)
    )


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
    .where(_of(_first, grid))
    .correlate(grid)
    .scalar_subquery(),
    grid.c.closed_at,
    grid.c.version,
)
GRID = Statement(_GRIDS.select_from(STANDING), _grid)
#: Also one that is closed: who changes it is told so.
GRID_TO_CHANGE = Statement(
    _GRIDS.select_from(
        grid.join(grid_placement, and_(_of(grid_placement, grid), _last(grid_placement)))
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
    _grids(_then),
    refer={"parent_id": grid.c.id},
)
GRID_BY_ID = Single(grid, GRID_OUT, _grids(_last))
GRID_BY_ID_AT = Single(grid, GRID_OUT, _grids(_then), versioned=False)

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
    _households(_then),
    seen=_HOUSEHOLDS_SEEN,
    refer={"grid_id": grid.c.id},
)
HOUSEHOLD_BY_ID = Single(household, HOUSEHOLD_OUT, LIVING, seen=_HOUSEHOLDS_SEEN)
HOUSEHOLD_BY_ID_AT = Single(
    household, HOUSEHOLD_OUT, _households(_then), seen=_HOUSEHOLDS_SEEN, versioned=False
)
