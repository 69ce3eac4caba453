"""In which order a list stands, and where in it a page begins: what its cursor holds of the last row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from maplebridge_domain.problem import Kind, Problem

from .database import HI, LO, ByScope, in_scope

#: The cursor of a list by name: a row, and its version, so that it stands where it stood. Never the name.
NAMED_ROW = r"^[0-9]{1,9}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9]{1,9}$"
AfterNamed = Annotated[
    str | None,
    Query(
        pattern=NAMED_ROW,
        description="Where the last page ended; follow `next`. 翻页游标，请直接使用 next 链接",
    ),
]


@dataclass(eq=False)
class PageMoved(Problem):
    """A list by name goes on behind a row as it was: one that has another name since stands elsewhere."""

    kind = Kind.CONFLICT
    zh = "名单在翻页期间有变动，请从第一页重新查看。"
    en = "The entry at which the last page ended has changed since; begin again at the first page."


@dataclass(frozen=True)
class Order:
    """By what a list is sorted, which rows come after a cursor, and what it holds of a row."""

    by: tuple[ColumnElement[Any], ...]
    after: ColumnElement[bool]
    marks: tuple[ColumnElement[Any], ...]
    read: Callable[[str | None], Mapping[str, Any]]


def newest_first(table: Table) -> Order:
    """Sort by street, then by id: the newest first, as ids are made in the order of time."""
    street_id, id_ = table.c.street_id, table.c.id
    after_street = bindparam("after_street", type_=Integer)
    after_id = bindparam("after_id", type_=Uuid)
    # Of one street, an index is walked from the cursor on, and only as far as the page goes.
    passed = or_(street_id < after_street, id_ < after_id)
    after = ByScope(
        and_(street_id == LO, id_ < after_id),
        and_(street_id.between(LO, HI), street_id <= after_street, passed),
    )
    return Order((street_id.desc(), id_.desc()), after, (street_id, id_), _newest)


def _newest(after: str | None) -> Mapping[str, Any]:
    # Before the first row: every street and id comes after.
    street, id_ = after.split(".") if after else ("999999999", str(UUID(int=2**128 - 1)))
    return {"after_street": int(street), "after_id": UUID(id_)}


PAGE_STREET = bindparam("page_street", type_=Integer)
PAGE_ID = bindparam("page_id", type_=Uuid)
PAGE_VERSION = bindparam("page_version", type_=Integer)


def by_name(table: FromClause, id: str = "id") -> Order:
    """Sort by street, then by pinyin (`name_listed`); behind a row that is looked up as it was."""
    begun = select(table.c.name_listed).where(
        table.c.street_id == PAGE_STREET,
        table.c[id] == PAGE_ID,
        table.c.version == PAGE_VERSION,
    )
    behind = select(
        case(
            (
                literal_column("0") < PAGE_STREET,
                func.coalesce(begun.scalar_subquery(), func.mb_page_moved()),
            ),
            else_=literal_column("''"),
        )
    ).scalar_subquery()
    place = (table.c.street_id, table.c.name_listed, table.c[id])
    after = and_(in_scope(table), tuple_(*place) > tuple_(PAGE_STREET, behind, PAGE_ID))
    return Order(place, after, (*place[::2], table.c.version), behind_row)


def behind_row(after: str | None) -> Mapping[str, Any]:
    """Read the cursor of a list by name; before the first row is the street 0."""
    street, id_, version = after.split(".") if after else ("0", str(UUID(int=0)), "0")
    return {"page_street": int(street), "page_id": UUID(id_), "page_version": int(version)}
