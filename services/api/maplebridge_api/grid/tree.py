"""What is read of a whole tree at an instant: its nodes, with households and residents rolled up."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Subquery,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import array

from maplebridge_domain.grid import CHILDREN, GridLevel, path_length

from ..platform.database import GATE, Read, in_scope, json_object
from .queries import AT, below
from .tables import grid_description, grid_placement, household_placement

#: Several times what a large street has; a client that asks for a tree gets it whole.
NODES_MAX = 100_000

_root = grid_placement.alias("root")
_at = cast(AT, DateTime(timezone=True))
_zero: ColumnElement[int] = literal_column("0")
_ID = bindparam("id", type_=Uuid)
#: Looked up once, before all else: what lies below it is then a stretch of the index on paths.
_ROOT_PATH = (
    select(_root.c.path)
    .where(GATE, in_scope(_root), _root.c.grid_id == _ID, _root.c.during.contains(AT))
    .scalar_subquery()
)
#: A grid, and all that stood below it at the instant.
NODE = grid_placement.alias("node")
HERE = (GATE, in_scope(NODE), below(NODE.c.path, _ROOT_PATH), NODE.c.during.contains(AT))
_LIVED = and_(
    household_placement.c.street_id == NODE.c.street_id,
    household_placement.c.grid_id == NODE.c.grid_id,
    household_placement.c.during.contains(AT),
)
_households = func.count(household_placement.c.id)
_residents = func.coalesce(func.sum(household_placement.c.residents), _zero)

TOTALS = Read(
    select(
        json_object(grid_id=_ID, at=_at, households=_households, residents=_residents).label(
            "item"
        ),
        null().label("version"),
    )
    .select_from(NODE.outerjoin(household_placement, _LIVED))
    .where(*HERE)
    .having(func.count() > _zero)
    .limit(1),
    lambda *row: row,
)

_lived = (
    select(
        # Small numbers: sums of them are quick.
        cast(_households, Integer).label("households"),
        cast(_residents, Integer).label("residents"),
    )
    .where(_LIVED)
    .correlate(NODE)
    .lateral("lived")
)
_described = and_(
    grid_description.c.street_id == NODE.c.street_id,
    # As a list: the temporal key's index, which the planner would take, is three times as slow.
    grid_description.c.grid_id == func.any(array([NODE.c.grid_id])),
    grid_description.c.during.contains(AT),
)
#: Levels that hold others, by the length of their paths.
_ABOVE = [path_length(level) for level in GridLevel if CHILDREN[level]]


def within(path: ColumnElement[str], length: int) -> ColumnElement[str]:
    """Write which grid, by the length of its path, a node lies in: lane `01` holds no unit `012`."""
    slashed = path + literal_column("'/'")
    return func.left(slashed, literal_column(str(length + 1)))


def counted(*columns: ColumnElement[Any]) -> Subquery:
    """Write the nodes with their path, some columns, and the households and residents in each and below.

    Whoever lives in a node lives in every grid whose path is the beginning of its own. Nothing is joined
    but by an index, whatever the planner takes the numbers for: it cannot know how many rows hold at an
    instant.
    """
    here = (
        select(*columns, NODE.c.path, _lived.c.households, _lived.c.residents)
        .select_from(NODE.join(grid_description, _described).join(_lived, literal_column("true")))
        .where(*HERE)
        .subquery("here")
    )
    in_all = {
        name: case(
            *(
                (
                    func.length(here.c.path) == literal_column(str(length)),
                    func.sum(here.c[name]).over(partition_by=within(here.c.path, length)),
                )
                for length in _ABOVE
            ),
            else_=here.c[name],
        ).label(name)
        for name in ("households", "residents")
    }
    return select(*(one for one in here.c if one.name not in in_all), *in_all.values()).subquery(
        "node"
    )


_node = counted(
    NODE.c.grid_id,
    NODE.c.parent_id,
    NODE.c.unit_code,
    grid_description.c.level,
    grid_description.c.name,
    grid_description.c.management,
)
_nodes = (
    select(
        json_object(
            id=_node.c.grid_id,
            parent_id=_node.c.parent_id,
            level=_node.c.level,
            code=func.split_part(_node.c.path, "/", -1),
            path=_node.c.path,
            unit_code=_node.c.unit_code,
            name=_node.c.name,
            management=_node.c.management,
            households=_node.c.households,
            residents=_node.c.residents,
        ).label("item")
    )
    .order_by(_node.c.path)
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
