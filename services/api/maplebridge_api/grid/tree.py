"""What is read of a whole tree at an instant: its nodes, with households and residents rolled up."""

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
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
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.grid import GridLevel, path_length

from ..platform.database import GATE, Read, in_scope, json_object
from .queries import AT, below
from .tables import grid_description, grid_placement, household_placement

#: Several times what a large street has; a client that asks for a tree gets it whole.
NODES_MAX = 100_000

_root = grid_placement.alias("root")
NODE = grid_placement.alias("node")
_at = cast(AT, DateTime(timezone=True))
_zero: ColumnElement[int] = literal_column("0")
#: A grid, and itself with all that stood below it at the instant.
STOOD = _root.join(
    NODE,
    and_(
        NODE.c.street_id == _root.c.street_id,
        below(NODE.c.path, _root.c.path),
        NODE.c.during.contains(AT),
    ),
)
ASKED = (
    GATE,
    in_scope(_root),
    _root.c.grid_id == bindparam("id", type_=Uuid),
    _root.c.during.contains(AT),
)
_LIVED = and_(
    household_placement.c.street_id == NODE.c.street_id,
    household_placement.c.grid_id == NODE.c.grid_id,
    household_placement.c.during.contains(AT),
)
_households = func.count(household_placement.c.id)
_residents = func.coalesce(func.sum(household_placement.c.residents), _zero)

TOTALS = Read(
    select(
        json_object(
            grid_id=_root.c.grid_id, at=_at, households=_households, residents=_residents
        ).label("item"),
        null().label("version"),
    )
    .select_from(STOOD.outerjoin(household_placement, _LIVED))
    .where(*ASKED)
    .group_by(_root.c.grid_id)
    .limit(1),
    lambda *row: row,
)

_units = (
    select(NODE.c.path, _households.label("households"), _residents.label("residents"))
    .select_from(STOOD.join(household_placement, _LIVED))
    .where(*ASKED)
    .group_by(NODE.c.path)
    .subquery("units")
)
_LENGTHS = {path_length(level) for level in GridLevel} | {
    path_length(GridLevel.UNIT, lane=False)  # stands in its quarter
}
_length: ColumnElement[int] = func.unnest(
    literal_column(f"ARRAY{sorted(_LENGTHS)}", ARRAY(Integer))
).column_valued("length")
_above = func.left(_units.c.path, _length)
_is_above = or_(
    func.length(_units.c.path) == _length,
    func.substr(_units.c.path, _length + literal_column("1"), literal_column("1"))
    == literal_column("'/'"),
)
#: Each unit counts for itself and for every grid above it: their paths are the beginnings of its own.
ROLLED_UP = (
    select(
        _above.label("path"),
        func.sum(_units.c.households).label("households"),
        func.sum(_units.c.residents).label("residents"),
    )
    .where(_is_above)
    .group_by(_above)
    .subquery("rolled_up")
)
DESCRIBED = and_(
    grid_description.c.street_id == NODE.c.street_id,
    grid_description.c.grid_id == NODE.c.grid_id,
    grid_description.c.during.contains(AT),
)
_nodes = (
    select(
        json_object(
            id=NODE.c.grid_id,
            parent_id=NODE.c.parent_id,
            level=grid_description.c.level,
            code=func.split_part(NODE.c.path, "/", -1),
            path=NODE.c.path,
            unit_code=NODE.c.unit_code,
            name=grid_description.c.name,
            management=grid_description.c.management,
            households=func.coalesce(ROLLED_UP.c.households, _zero),
            residents=func.coalesce(ROLLED_UP.c.residents, _zero),
        ).label("item")
    )
    .select_from(
        STOOD.join(grid_description, DESCRIBED).outerjoin(
            ROLLED_UP, ROLLED_UP.c.path == NODE.c.path
        )
    )
    .where(*ASKED)
    .order_by(NODE.c.path)
    .limit(literal_column(str(NODES_MAX)))
    .subquery("nodes")
)
TREE = Read(
    select(
        json_object(at=_at, items=func.json_agg(_nodes.c.item)).label("item"),
        null().label("version"),
    )
    .having(func.count() > _zero)
    .limit(1),
    lambda *row: row,
)
