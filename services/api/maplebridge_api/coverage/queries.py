"""What is read for the coverage report: each answer one statement over the grids below one."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from maplebridge_domain.authority import Right

from ..appointments.service import held_posts
from ..committees.service import sitting
from ..grid.service import AT, NOBODYS_HOUSEHOLDS, NODES, ROOT, asked
from ..meetings.service import meetings_held
from ..organisations.service import seats, served
from ..platform.database import GATE, Read, json_object, recordset
from ..platform.paging import Seen, Sight

_LIMIT = bindparam("limit", type_=Integer)
_SLASH: ColumnElement[str] = literal_column("'/'")
_ONE: ColumnElement[int] = literal_column("1")
_ZERO: ColumnElement[int] = literal_column("0")
_TRUE: ColumnElement[bool] = literal_column("true")
_FALSE: ColumnElement[bool] = literal_column("false")
_EMPTY: ColumnElement[Any] = literal_column("'[]'::json")

#: A report is of a place: who reaches nothing but what is their own sees none.
SEEN = Seen(Right.LEDGERS_READ, lambda _: ROOT.c.path, own=lambda *_: _FALSE)


def _reports(answer: ColumnElement[Any], found: Any) -> dict[Sight, Read[Any]]:
    """Write a report on the grid that is asked for: by what a caller sees, one that shows no more."""
    rows = select(answer.label("item"), null().label("version"))
    rows = rows.select_from(ROOT.join(found, _TRUE)).where(GATE, *asked())
    return {
        sight: Read(rows.where(*SEEN.condition(sight)).limit(1), lambda *row: row)
        for sight in SEEN.sights()
    }


def _is(column: ColumnElement[Any], *values: str) -> ColumnElement[bool]:
    listed: list[ColumnElement[str]] = [literal_column(f"'{value}'") for value in values]
    return func.coalesce(column.in_(listed), _FALSE)


def _found(
    item: ColumnElement[Any], condition: ColumnElement[bool], nth: ColumnElement[int]
) -> ColumnElement[Any]:
    """Write how many of some rows fulfil a condition, and the first of them."""
    items = func.json_agg(aggregate_order_by(item, nth)).filter(condition, nth <= _LIMIT)
    return json_object(count=func.count().filter(condition), items=func.coalesce(items, _EMPTY))


# What is there besides grids, gathered once for all of them: paths end in a slash.
_post = held_posts(AT).where(GATE).subquery("held")
_offices = select(
    *(
        func.array_agg(_post.c.path + _SLASH).filter(_is(_post.c.kind, *kinds)).label(name)
        for name, kinds in (
            ("members", ("grid_member",)),
            ("patrols", ("volunteer", "supervisor")),
        )
    )
).subquery("offices")
_seat = seats(AT).where(GATE).subquery("seat")
_organs = select(
    func.array_agg(_seat.c.grid_id).filter(_is(_seat.c.kind, "quarter_party_org")).label("branches")
).subquery("organs")
_term = sitting(AT).where(GATE).subquery("term")
_committees = select(func.array_agg(_term.c.grid_id).label("quarters")).subquery("committees")
_contract = served(AT).where(GATE).subquery("contract")
_contracts = select(func.array_agg(_contract.c.grid_id).label("quarters")).subquery("contracts")
_node = NODES.subquery("node")


def _among(ids: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.coalesce(_node.c.grid_id == func.any(ids), _FALSE)


def _near(paths: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say that one of some places is a node, holds it, or lies in it."""
    place = _node.c.path + _SLASH
    path: ColumnElement[str] = func.unnest(paths).column_valued("one_path")
    within = select(_ONE).where(func.starts_with(path, place)).correlate(_node, _offices)
    holds = place.op("^@", is_comparison=True)(func.any(paths))
    return or_(func.coalesce(holds, _FALSE), within.exists())


_quarter = _is(_node.c.level, "quarter")
_patrolled = _near(_offices.c.patrols)
#: The standard's grid: the quarter, or its lanes where it has some (our own reading).
_standard = or_(_is(_node.c.level, "lane"), and_(_quarter, not_(_node.c.in_divided_quarter)))
_FINDINGS: dict[str, ColumnElement[bool]] = {
    "without_grid_member": and_(
        or_(_is(_node.c.level, "lane", "unit"), and_(_quarter, not_(_node.c.in_built_quarter))),
        not_(_near(_offices.c.members)),
    ),
    "without_contract": and_(_quarter, not_(_among(_contracts.c.quarters))),
    "without_owners_committee": and_(_quarter, not_(_among(_committees.c.quarters))),
    "without_party_branch": and_(
        _quarter, _node.c.party_org_id.is_(None), not_(_among(_organs.c.branches))
    ),
    "without_party_org": _node.c.party_org_id.is_(None),
    "three_nos": and_(
        _is(_node.c.management, "three_nos"), not_(and_(_node.c.equipped, _patrolled))
    ),
    "unsigned_cameras": _is(_node.c.cameras, "unsigned"),
    "central_household_left": _node.c.central_household_left,
    "above_standard": and_(
        or_(_standard, _is(_node.c.level, "unit")),
        _node.c.households > bindparam("households_max", type_=Integer),
    ),
    "below_standard": and_(
        _standard, _node.c.households < bindparam("households_min", type_=Integer)
    ),
}
_looked_at = (
    select(
        _node,
        _patrolled.label("patrolled"),
        *(is_.label(f"is_{n}") for n, is_ in _FINDINGS.items()),
    )
    .select_from(
        _node.join(_offices, _TRUE)
        .join(_organs, _TRUE)
        .join(_contracts, _TRUE)
        .join(_committees, _TRUE)
    )
    .subquery("looked_at")
)
_numbered = select(
    _looked_at,
    *(
        func.sum(case((_looked_at.c[f"is_{name}"], _ONE), else_=_ZERO))
        .over(order_by=_looked_at.c.path)
        .label(f"nth_{name}")
        for name in _FINDINGS
    ),
).subquery("numbered")
_LACKING = {name: _numbered.c[name] for name in ("level", "path", "name", "households")}
_LACKING = {"id": _numbered.c.grid_id, **_LACKING}
_ITEMS = {
    "three_nos": json_object(
        **_LACKING, equipped=_numbered.c.equipped, patrolled=_numbered.c.patrolled
    )
}
_homeless = NOBODYS_HOUSEHOLDS.where(GATE).subquery("homeless")
_nth_homeless = select(
    _homeless,
    func.row_number()
    .over(partition_by=_homeless.c.street_id, order_by=_homeless.c.id)
    .label("nth"),
).subquery("nth_homeless")
_coverage = select(
    *(
        _found(
            _ITEMS.get(name, json_object(**_LACKING)),
            _numbered.c[f"is_{name}"],
            _numbered.c[f"nth_{name}"],
        ).label(name)
        for name in _FINDINGS
    )
).subquery("coverage")
#: They stand nowhere in the tree, so they are told with the whole street.
_households = case(
    (
        ROOT.c.parent_id.is_(None),
        select(_found(_nth_homeless.c.id, _TRUE, _nth_homeless.c.nth))
        .where(_nth_homeless.c.street_id == ROOT.c.street_id)
        .scalar_subquery(),
    ),
    else_=json_object(count=_ZERO, items=_EMPTY),
)
COVERAGE = _reports(
    json_object(
        grid_id=ROOT.c.grid_id,
        at=cast(AT, DateTime(timezone=True)),
        households_min=bindparam("households_min", type_=Integer),
        households_max=bindparam("households_max", type_=Integer),
        **{name: _coverage.c[name] for name in _FINDINGS},
        households_in_no_unit=_households,
    ),
    _coverage,
)

_instants = {name: DateTime(timezone=True) for name in ("begins", "due", "ends")}
_week = recordset({"monday": Date(), **_instants})
_met = meetings_held(AT).where(GATE).subquery("met")
_by_week = (
    select(
        *(_node.c[name] for name in ("grid_id", "path", "name")),
        _week.c.monday,
        func.bool_or(_met.c.begun.is_not(None)).label("held"),
        func.coalesce(func.bool_or(_met.c.begun < _week.c.due), _FALSE).label("on_time"),
    )
    .select_from(
        _node.outerjoin(
            _week, or_(_node.c.began.is_(None), _node.c.began <= _week.c.begins)
        ).outerjoin(
            _met,
            and_(
                _met.c.grid_id == _node.c.grid_id,
                _met.c.begun >= _week.c.begins,
                _met.c.begun < _week.c.ends,
            ),
        )
    )
    .where(_quarter)
    .group_by(*(_node.c[name] for name in ("grid_id", "path", "name")), _week.c.monday)
    .subquery("by_week")
)
_missing = and_(_by_week.c.monday.is_not(None), not_(_by_week.c.held))
_by_quarter = (
    select(
        *(_by_week.c[name] for name in ("grid_id", "path", "name")),
        func.count(_by_week.c.monday).label("weeks"),
        func.count().filter(_by_week.c.held).label("held"),
        func.count().filter(_by_week.c.on_time).label("on_time"),
        func.count().filter(_missing).label("missing"),
        func.coalesce(
            func.json_agg(aggregate_order_by(_by_week.c.monday, _by_week.c.monday)).filter(
                _missing
            ),
            _EMPTY,
        ).label("missing_weeks"),
        func.row_number().over(order_by=_by_week.c.path).label("nth"),
    )
    .group_by(*(_by_week.c[name] for name in ("grid_id", "path", "name")))
    .subquery("by_quarter")
)
_COUNTS = ("weeks", "held", "on_time", "missing")
_meetings = select(
    *(func.coalesce(func.sum(_by_quarter.c[name]), _ZERO).label(name) for name in _COUNTS),
    _found(
        json_object(
            id=_by_quarter.c.grid_id,
            **{name: _by_quarter.c[name] for name in ("path", "name", *_COUNTS, "missing_weeks")},
        ),
        _TRUE,
        _by_quarter.c.nth,
    ).label("quarters"),
).subquery("meetings")
WEEKLY_MEETINGS = _reports(
    json_object(
        grid_id=ROOT.c.grid_id,
        from_=bindparam("from_", type_=Date),
        until=bindparam("until", type_=Date),
        **{name: _meetings.c[name] for name in _COUNTS},
        quarters=_meetings.c.quarters,
    ),
    _meetings,
)
