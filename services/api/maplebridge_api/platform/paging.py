"""Reading over HTTP: lists by keyset, single resources with an ETag; JSON text from PostgreSQL."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    true,
)

from .database import GATE, Database, Read, in_scope
from .identity import Caller
from .problems import NotFound

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most. 每页条数")]
After = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{1,9}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        description="Where the last page ended; follow `next`. 翻页游标，请直接使用 next 链接",
    ),
]

_LAST_ID = UUID(int=2**128 - 1)
_FIRST = f"999999999.{_LAST_ID}"
#: The streets of the caller's range; row-level security holds for this table, too.
_street = table("street", column("street_id", Integer)).alias("within")

Page = tuple[str, str | None]


class Pages:
    """A collection's list: by street, newest first; one compiled statement for each set of filters."""

    def __init__(
        self,
        of: Table,
        item: ColumnElement[Any],
        filters: Mapping[str, ColumnElement[bool]] | None = None,
        source: FromClause | None = None,
        only: ColumnElement[bool] | None = None,
    ) -> None:
        self._only = [] if only is None else [only]
        self._table = of
        self._item = item
        self._source = of if source is None else source
        self._filters = filters or {}
        self._reads = {frozenset[str](): self._compile(frozenset())}

    def _compile(self, given: frozenset[str]) -> Read[Page]:
        street_id, id_ = self._table.c.street_id, self._table.c.id
        limit = bindparam("limit", type_=Integer)
        wanted = limit + literal_column("1")  # one more than asked for: is there a next page?
        after_street = bindparam("after_street", type_=Integer)
        # Street by street, so that each finds its page at one place of an index that begins with
        # (street_id, filter, id). A range of streets, or a row comparison, would walk all of it.
        before = case(
            (_street.c.street_id == after_street, bindparam("after_id", type_=Uuid)),
            else_=literal_column(f"'{_LAST_ID}'::uuid"),
        )
        found = (
            select(self._item.label("item"), id_.label("id"))
            .select_from(self._source)
            .where(GATE, street_id == _street.c.street_id, id_ < before)
            .where(*self._only, *(self._filters[name] for name in sorted(given)))
            .order_by(id_.desc())
            .limit(wanted)
            .correlate(_street)
            .lateral("of_street")
        )
        rows = (
            select(_street.c.street_id, found.c.id, found.c.item)
            .select_from(_street.join(found, true()))
            .where(GATE, in_scope(_street), _street.c.street_id <= after_street)
            .order_by(_street.c.street_id.desc(), found.c.id.desc())
            .limit(wanted)
            .subquery("rows")
        )
        return Read(_page(rows, limit), lambda items, cursor: (items, cursor))

    async def page(
        self, request: Request, caller: Caller, limit: int, after: str | None, **filters: Any
    ) -> Response:
        """Answer with one page: `{"items": [...], "next": link or null}`."""
        given = {name: value for name, value in filters.items() if value is not None}
        read = self._reads.get(frozenset(given))
        if read is None:
            read = self._reads[frozenset(given)] = self._compile(frozenset(given))
        street, _, id_ = (after or _FIRST).partition(".")
        database: Database = request.app.state.database
        cursor = {"after_street": int(street), "after_id": UUID(id_)}
        found = await database.read(read, caller.scope, limit=limit, **cursor, **given)
        items, last = found or ("[]", None)
        following = "null"
        if last is not None:
            query = urlencode({**given, "limit": limit, "after": last})
            following = f'"{request.url.path}?{query}"'
        return json_answer(f'{{"items":{items},"next":{following}}}')


def _page(rows: Any, limit: ColumnElement[int]) -> Select[Any]:
    items = func.array_agg(rows.c.item, type_=ARRAY(JSON))
    streets = func.array_agg(rows.c.street_id, type_=ARRAY(Integer))
    ids = func.array_agg(rows.c.id, type_=ARRAY(Uuid))
    last = cast(streets[limit], Text) + "." + cast(ids[limit], Text)
    return select(
        func.coalesce(cast(func.array_to_json(items[1:limit]), Text), "[]").label("items"),
        case((func.count() > limit, last)).label("last"),
    )


def single(of: Table, item: ColumnElement[Any], source: FromClause | None = None) -> Read[Any]:
    """Write the read of one resource by `id`: its JSON, and its version for the ETag."""
    version = of.c.version if "version" in of.c else literal_column("1")
    rows = select(item.label("item"), version.label("version"))
    if source is not None:
        rows = rows.select_from(source)
    named = of.c.id == bindparam("id", type_=Uuid)
    return Read(rows.where(GATE, in_scope(of), named).limit(1), lambda *row: row)


async def get(request: Request, caller: Caller, read: Read[Any], **values: Any) -> Response:
    """Answer with one resource and its strong ETag; 304 when the client has that version.

    Raises:
        NotFound: it does not exist, or lies outside the caller's range.
    """
    database: Database = request.app.state.database
    found = await database.read(read, caller.scope, **values)
    if found is None:
        raise NotFound()
    text, version = found
    etag = f'"{version}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return json_answer(text, etag)


def json_answer(text: str, etag: str | None = None) -> Response:
    """Answer with JSON text as PostgreSQL wrote it."""
    headers = {"ETag": etag} if etag else None
    return Response(text.encode(), headers=headers, media_type="application/json")
