"""What other slices' reports stand on: the grids below one at an instant, with what each has."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from maplebridge_domain.grid import GridLevel, path_length

from ..platform.database import in_scope
from .dated import AT
from .tables import grid_description, grid_placement, household, household_placement
from .tree import DESCRIBED, NODE, counted, within

#: The grid that a report is asked for, as it stood at the instant.
ROOT = grid_placement.alias("asked")


def asked() -> tuple[ColumnElement[bool], ...]:
    """Say that it is the grid with the request's `id`, which stood at the instant `at`."""
    named = ROOT.c.grid_id == bindparam("id", type_=Uuid)
    return in_scope(ROOT), named, ROOT.c.during.contains(AT)


_unit = grid_placement.alias("unit")

#: Whether a central household has left: it lives at the instant neither in the grid nor below it.
_left = and_(
    DESCRIBED.c.central_household_id.is_not(None),
    ~exists(
        select(literal_column("1"))
        .select_from(
            household_placement.join(
                _unit,
                and_(
                    _unit.c.street_id == household_placement.c.street_id,
                    _unit.c.grid_id == household_placement.c.grid_id,
                    _unit.c.during.contains(AT),
                ),
            )
        )
        .where(
            household_placement.c.street_id == NODE.c.street_id,
            household_placement.c.household_id == DESCRIBED.c.central_household_id,
            household_placement.c.during.contains(AT),
            func.starts_with(
                _unit.c.path + literal_column("'/'"), NODE.c.path + literal_column("'/'")
            ),
        )
        .correlate(NODE, DESCRIBED)
    ),
)
_first = grid_placement.alias("first")
_has = or_(DESCRIBED.c.cameras.is_not(None), DESCRIBED.c.access_control)
_node = counted(
    NODE.c.grid_id,
    DESCRIBED.c.level,
    DESCRIBED.c.name,
    DESCRIBED.c.management,
    DESCRIBED.c.cameras,
    _has.label("has"),
    DESCRIBED.c.party_org_id,
    _left.label("central_household_left"),
    select(func.min(func.lower(_first.c.during)))
    .where(_first.c.street_id == NODE.c.street_id, _first.c.grid_id == NODE.c.grid_id)
    .correlate(NODE)
    .scalar_subquery()
    .label("began"),
)


def _in_its(level: GridLevel, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say that a condition holds of a node in the same grid of a level; nulls do not count."""
    some = func.bool_or(condition).over(partition_by=within(_node.c.path, path_length(level)))
    return func.coalesce(some, literal_column("false"))


_BELOW_QUARTERS: list[ColumnElement[str]] = [literal_column("'lane'"), literal_column("'unit'")]
_is_lane = _node.c.level == literal_column("'lane'")
_below = {level: _in_its(level, _node.c.has) for level in (GridLevel.LANE, GridLevel.QUARTER)}
NODES = select(
    _node,
    # Of quarters and lanes: on it or below it.
    case((_is_lane, _below[GridLevel.LANE]), else_=_below[GridLevel.QUARTER]).label("equipped"),
    _in_its(GridLevel.QUARTER, _is_lane).label("in_divided_quarter"),
    _in_its(GridLevel.QUARTER, _node.c.level.in_(_BELOW_QUARTERS)).label("in_built_quarter"),
)

_place = grid_placement.alias("place")
_level = grid_description.alias("described")


def _at_unit() -> ColumnElement[bool]:
    """Say that a household lives in a grid that is a unit, and stands, at the instant."""
    unit: Any = select(literal_column("1")).select_from(
        household_placement.join(
            _place,
            and_(
                _place.c.street_id == household_placement.c.street_id,
                _place.c.grid_id == household_placement.c.grid_id,
                _place.c.during.contains(AT),
            ),
        ).join(
            _level,
            and_(
                _level.c.street_id == _place.c.street_id,
                _level.c.grid_id == _place.c.grid_id,
                _level.c.level == literal_column("'unit'"),
                _level.c.during.contains(AT),
            ),
        )
    )
    return exists(
        unit.where(
            household_placement.c.street_id == household.c.street_id,
            household_placement.c.household_id == household.c.id,
            household_placement.c.during.contains(AT),
        ).correlate(household)
    )


_own = household_placement.alias("own_placement")
_ever: Any = select(literal_column("1")).where(
    _own.c.street_id == household.c.street_id, _own.c.household_id == household.c.id
)
_then = _ever.where(_own.c.during.contains(AT))
#: Households of the range that live at the instant, but in no unit that stands; or never lived anywhere.
NOBODYS_HOUSEHOLDS = select(household.c.street_id, household.c.id).where(
    in_scope(household),
    or_(exists(_then.correlate(household)), ~exists(_ever.correlate(household))),
    ~_at_unit(),
)
