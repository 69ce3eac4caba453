"""What is read of a whole tree at an instant: its nodes, with households and residents rolled up."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Subquery,
    Table,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array

from maplebridge_domain.authority import Reach, Right
from maplebridge_domain.grid import CHILDREN, GridLevel, path_length

from ..platform.database import GATE, Read, in_scope, json_object
from ..platform.identity import Caller
from ..platform.paging import Seen, Sight
from .dated import AT
from .paths import below, path_of
from .queries import NOBODYS
from .tables import grid_description, grid_placement, household_placement

#: Several times what a large street has; a client that asks for a tree gets it whole.
NODES_MAX = 100_000

_root = grid_placement.alias("root")
_at = cast(AT, DateTime(timezone=True))
_zero: ColumnElement[int] = literal_column("0")
_true: ColumnElement[bool] = literal_column("true")
_ID = bindparam("id", type_=Uuid)
#: Looked up once, before all else: what lies below it is then a stretch of the index on paths.
_ROOT = (GATE, in_scope(_root), _root.c.grid_id == _ID, _root.c.during.contains(AT))
_ROOT_PATH = select(_root.c.path).where(*_ROOT).scalar_subquery()
#: A place is where it is now, also of who asks for the past: as households are seen.
_ROOT_NOW = select(path_of(_root.c.street_id, _root.c.grid_id)).where(*_ROOT).scalar_subquery()
#: A grid, and all that stood below it at the instant.
NODE = grid_placement.alias("node")
HERE = (GATE, in_scope(NODE), below(NODE.c.path, _ROOT_PATH), NODE.c.during.contains(AT))


def _of_node(table: Table) -> FromClause:
    """Select a node's rows of some table at the instant, grid by grid by the index on street and grid.

    `OFFSET 0` keeps the instant out of the search: PostgreSQL cannot know how many rows hold at one, and
    has taken the temporal key's index for the whole street's rows, anew for each of its grids. The grid is
    named as a list, which that index does not serve: even for one grid it is three times as slow.
    """
    here = (
        table.c.street_id == NODE.c.street_id,
        table.c.grid_id == func.any(array([NODE.c.grid_id])),
    )
    rows = select(table).where(*here).correlate(NODE).offset(_zero).subquery()
    return select(rows).where(rows.c.during.contains(AT)).lateral(table.name)


#: What is said of a node at the instant.
DESCRIBED = _of_node(grid_description)
_home = _of_node(household_placement)
_households = func.count(_home.c.id)
_residents = func.coalesce(func.sum(_home.c.residents), _zero)

_QUARTER: ColumnElement[int] = literal_column(str(path_length(GridLevel.QUARTER)))
_NOTHING: Sight = (Reach.OWN, False)
_SIGHTS = (*((reach, False) for reach in Reach if reach != Reach.OWN), _NOTHING)


def sight(caller: Caller) -> Sight:
    """Return what a caller is to be asked for: without the right to ledgers, nothing is theirs to see."""
    rights = caller.rights
    return (rights[Right.LEDGERS_READ], False) if Right.LEDGERS_READ in rights else _NOTHING


def _shown(
    number: ColumnElement[int],
    path: ColumnElement[str],
    now: ColumnElement[str],
    sight: Sight,
) -> ColumnElement[Any]:
    """Write a number of a grid; below the quarter null for who may not read the households there.

    A lane or unit may have one household only, and then the number is its own.
    """
    seen = Seen(Right.LEDGERS_READ, lambda _: now, own=lambda *_: NOBODYS).condition(sight)
    if not seen:
        return number
    return case((or_(func.length(path) <= _QUARTER, *seen), number))


def _totals(sight: Sight) -> Read[Any]:
    numbers = {
        name: _shown(number, _ROOT_PATH, _ROOT_NOW, sight)
        for name, number in (("households", _households), ("residents", _residents))
    }
    return Read(
        select(json_object(grid_id=_ID, at=_at, **numbers).label("item"), null().label("version"))
        .select_from(NODE.outerjoin(_home, _true))
        .where(*HERE)
        .having(func.count() > _zero)
        .limit(1),
        lambda *row: row,
    )


#: By what a caller sees: households and residents of a grid and all below.
TOTALS = {one: _totals(one) for one in _SIGHTS}


_lived = select(
    # Small numbers: sums of them are quick.
    cast(_households, Integer).label("households"),
    cast(_residents, Integer).label("residents"),
).lateral("lived")
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
        .select_from(NODE.join(DESCRIBED, _true).join(_lived, _true))
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
    NODE.c.street_id,
    NODE.c.grid_id,
    NODE.c.parent_id,
    NODE.c.unit_code,
    DESCRIBED.c.level,
    DESCRIBED.c.name,
    DESCRIBED.c.management,
)


def _tree(sight: Sight) -> Read[Any]:
    now = path_of(_node.c.street_id, _node.c.grid_id)
    nodes = (
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
                households=_shown(_node.c.households, _node.c.path, now, sight),
                residents=_shown(_node.c.residents, _node.c.path, now, sight),
            ).label("item")
        )
        .order_by(_node.c.path)
        .limit(literal_column(str(NODES_MAX)))
        .subquery("nodes")
    )
    return Read(
        select(
            json_object(at=_at, items=func.json_agg(nodes.c.item)).label("item"),
            null().label("version"),
        )
        .having(func.count() > _zero)
        .limit(1),
        lambda *row: row,
    )


#: By what a caller sees: a grid and all below it.
TREE = {one: _tree(one) for one in _SIGHTS}
