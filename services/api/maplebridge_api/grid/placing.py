"""The statements by which the tree changes: rows are added, or closed at an instant; none is overwritten."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.grid_attributes import ATTRIBUTES, Attributes
from maplebridge_domain.grid_change import Description, Living, Placement

from ..platform.database import Statement, an_id, by_ids, in_scope, insert_rows
from .dated import AT, lasts
from .paths import below, path_of
from .queries import LIVING
from .tables import (
    grid,
    grid_description,
    grid_heir,
    grid_placement,
    household,
    household_placement,
    street,
)


@dataclass(frozen=True)
class Household:
    """A household as the rules look at it: where it lives, or lived last."""

    id: UUID
    street_id: int
    version: int
    path: str
    living: Living


@dataclass(frozen=True)
class Inherited:
    """A grid for which another one stands, since when."""

    id: UUID
    grid_id: UUID
    since: datetime


_IDS: ColumnElement[Any] = bindparam("ids", type_=ARRAY(Uuid()))
_one: ColumnElement[int] = literal_column("1")

ADD_STREET = Statement(insert_rows(street, street.c.street_id), int)
ADD_GRIDS = Statement(insert_rows(grid, grid.c.id), an_id)
PLACE_GRIDS = Statement(insert_rows(grid_placement, grid_placement.c.grid_id), an_id)
DESCRIBE_GRIDS = Statement(insert_rows(grid_description, grid_description.c.grid_id), an_id)
ADD_HOUSEHOLDS = Statement(insert_rows(household, household.c.id), an_id)
PLACE_HOUSEHOLDS = Statement(
    insert_rows(household_placement, household_placement.c.household_id), an_id
)


def _root(named: Any, **lock: Any) -> Statement[Any]:
    """Lock the roots of the trees that some grids or households belong to."""
    streets = select(named.c.street_id).where(in_scope(named), named.c.id == func.any(_IDS))
    return Statement(
        select(grid.c.id)
        .where(
            in_scope(grid),
            grid.c.level == literal_column("'street'"),
            grid.c.street_id.in_(streets),
        )
        .order_by(grid.c.street_id)
        .with_for_update(of=grid, **lock),
        an_id,
    )


_named = grid.alias("named")
#: Who puts something into a tree holds it, beside others: what it is put under stays where it is.
HOLD_TREE = _root(_named, read=True)
HOLD_STREET = Statement(
    select(grid.c.id)
    .where(
        in_scope(grid),
        grid.c.level == literal_column("'street'"),
        grid.c.street_id == bindparam("street_id", type_=Integer),
    )
    .with_for_update(read=True),
    an_id,
)
HOLD_TREE_OF_HOUSEHOLDS = _root(household, read=True)
#: Who changes a tree takes it alone: of two clerks one sees what the other did.
TAKE_TREE = _root(_named, key_share=True)


def _later(table: Table) -> ColumnElement[bool]:
    """Say that a row holds at an instant, or at some later one."""
    until = func.upper(table.c.during)
    return or_(until.is_(None), until > AT)


_root_path: ColumnElement[str] = func.unnest(bindparam("paths", type_=ARRAY(Text))).column_valued(
    "root_path"
)
#: What stands, or stood after an instant, under some paths.
PLACEMENTS = Statement(
    select(
        grid_placement.c.id,
        grid_placement.c.grid_id,
        grid_placement.c.parent_id,
        grid_placement.c.path,
        func.lower(grid_placement.c.during),
        func.upper(grid_placement.c.during),
    ).where(
        in_scope(grid_placement),
        grid_placement.c.street_id == bindparam("street_id", type_=Integer),
        below(grid_placement.c.path, _root_path),
        _later(grid_placement),
    ),
    Placement,
)
#: Where others stand then, or later, who would be in the way by their path or a unit's number.
IN_THE_WAY = Statement(
    select(grid_placement.c.path).where(
        in_scope(grid_placement),
        grid_placement.c.street_id == bindparam("street_id", type_=Integer),
        or_(
            grid_placement.c.path == func.any(bindparam("paths", type_=ARRAY(Text))),
            grid_placement.c.unit_code == func.any(bindparam("units", type_=ARRAY(Text))),
        ),
        grid_placement.c.grid_id != func.all(_IDS),
        _later(grid_placement),
    ),
    str,
)
#: Who lives, or lived after an instant, in some grids.
HOUSEHOLDS_IN = Statement(
    select(
        household_placement.c.id,
        household_placement.c.household_id,
        household_placement.c.grid_id,
        household_placement.c.address,
        household_placement.c.residents,
        func.lower(household_placement.c.during),
        func.upper(household_placement.c.during),
    ).where(
        in_scope(household_placement),
        household_placement.c.grid_id == func.any(_IDS),
        _later(household_placement),
    ),
    Living,
)
_unit = grid_placement.alias("unit")
#: Whether a household lives in a grid, or below it, at an instant.
LIVES_IN = Statement(
    select(household_placement.c.household_id)
    .select_from(
        grid_placement.join(
            _unit,
            and_(
                _unit.c.street_id == grid_placement.c.street_id,
                below(_unit.c.path, grid_placement.c.path),
                _unit.c.during.contains(AT),
            ),
        ).join(
            household_placement,
            and_(
                household_placement.c.street_id == _unit.c.street_id,
                household_placement.c.grid_id == _unit.c.grid_id,
                household_placement.c.during.contains(AT),
            ),
        )
    )
    .where(
        in_scope(grid_placement),
        grid_placement.c.grid_id == bindparam("grid_id", type_=Uuid),
        grid_placement.c.during.contains(AT),
        household_placement.c.household_id == bindparam("household_id", type_=Uuid),
    ),
    an_id,
)
DESCRIPTIONS = Statement(
    select(
        grid_description.c.id,
        grid_description.c.grid_id,
        func.lower(grid_description.c.during),
        grid_description.c.name,
        *(grid_description.c[name] for name in ATTRIBUTES),
    ).where(
        in_scope(grid_description),
        grid_description.c.grid_id == func.any(_IDS),
        lasts(grid_description),
    ),
    lambda id_, grid_id, since, name, *has: Description(
        id_, grid_id, since, name, Attributes(*has)
    ),
)


def _close(table: Table) -> Statement[Any]:
    """Let rows of a table end at an instant."""
    return Statement(
        update(table)
        .where(in_scope(table), table.c.id == func.any(_IDS))
        .values(during=func.tstzrange(func.lower(table.c.during), AT))
        .returning(table.c.id),
        an_id,
    )


CLOSE_PLACEMENTS = _close(grid_placement)
CLOSE_DESCRIPTIONS = _close(grid_description)
CLOSE_HOUSEHOLD_PLACEMENTS = _close(household_placement)


def _change(table: Table, **values: ColumnElement[Any]) -> Statement[Any]:
    """Count rows of a table as changed: they are shown otherwise than before."""
    return Statement(
        update(table)
        .where(in_scope(table), table.c.id == func.any(_IDS))
        .values(version=table.c.version + _one, **values)
        .returning(table.c.id),
        an_id,
    )


COUNT_GRIDS = _change(grid)
COUNT_HOUSEHOLDS = _change(household)
_into = bindparam("into", type_=Uuid)
CLOSE_GRIDS = _change(grid, closed_at=AT, merged_into=_into)
ADD_HEIRS = Statement(insert_rows(grid_heir, grid_heir.c.id), an_id)
#: For which grids some others stand now, and since when.
STOOD_FOR = Statement(
    select(grid_heir.c.id, grid_heir.c.grid_id, func.lower(grid_heir.c.during)).where(
        in_scope(grid_heir), grid_heir.c.heir_id == func.any(_IDS), lasts(grid_heir)
    ),
    Inherited,
)
CLOSE_HEIRS = _close(grid_heir)
#: What was merged into a grid that is merged itself goes where it goes: one step leads to the heir.
INHERIT = Statement(
    update(grid)
    .where(in_scope(grid), grid.c.merged_into == func.any(_IDS))
    .values(merged_into=_into, version=grid.c.version + _one)
    .returning(grid.c.id),
    an_id,
)


def _household(id_: UUID, street_id: int, version: int, path: str, *living: Any) -> Household:
    placement, *more = living
    return Household(id_, street_id, version, path, Living(placement, id_, *more))


HOUSEHOLD_TO_CHANGE = Statement(
    by_ids(
        household,
        household.c.street_id,
        household.c.version,
        path_of(household.c.street_id, household_placement.c.grid_id),
        household_placement.c.id,
        household_placement.c.grid_id,
        household_placement.c.address,
        household_placement.c.residents,
        func.lower(household_placement.c.during),
        func.upper(household_placement.c.during),
    )
    .select_from(LIVING)
    .with_for_update(of=household),
    _household,
)
