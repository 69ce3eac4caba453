"""Reading over HTTP: lists by keyset, single resources with an ETag; JSON text from PostgreSQL."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import (
    JSON,
    ColumnClause,
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
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.authority import Reach, Right
from maplebridge_domain.grid import GridLevel, path_length

from .database import GATE, Database, Read, in_scope
from .identity import Caller
from .ordering import Order, newest_first
from .problems import NotFound

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most. 每页条数")]
After = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{1,9}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        description="Where the last page ended; follow `next`. 翻页游标，请直接使用 next 链接",
    ),
]

Page = tuple[str, str | None]


PathOf = Callable[[frozenset[str]], ColumnElement[str]]
#: How far a caller's right reaches, and whether they stand in a part of a quarter.
Sight = tuple[Reach, bool]
_ALL: Sight = (Reach.STREET, False)
#: A place in a quarter is longer than the quarter's own path with its slash.
_IN_QUARTER = path_length(GridLevel.QUARTER) + 1


class Seen:
    """What a caller sees of a table by a right, where it reaches less than the whole street.

    The same condition for its list and its single read, so that neither shows what the other hides.
    `path` gives the path of a row's quarter, or of whatever grid it lies in (none: it is seen by no place),
    and `part` that of a lane or unit of the quarter: it is asked only for those who stand in one, PostgreSQL
    pays for each subquery though it never runs it. A list by a filter that settles a path for all rows says
    so by that filter's parameter, and it is looked up once.
    """

    def __init__(
        self,
        right: Right,
        path: PathOf | None = None,
        *,
        own: Callable[[ColumnElement[UUID], ColumnElement[UUID]], ColumnElement[bool]],
        part: PathOf | None = None,
    ) -> None:
        self._right = right
        self._path = path
        self._part = part
        self._own = own(bindparam("person_id_", type_=Uuid), bindparam("capacity", type_=Uuid))

    def sights(self) -> list[Sight]:
        """Return all that callers may be asked for."""
        return [(reach, False) for reach in Reach] + ([(Reach.PLACE, True)] if self._part else [])

    def by(self, caller: Caller) -> Sight:
        """Return what a caller is to be asked for."""
        reach = caller.rights[self._right]
        if reach == Reach.PLACE and self._part is not None:
            return reach, any(len(place) > _IN_QUARTER for place in caller.place)
        return reach, False

    def condition(
        self, sight: Sight, given: frozenset[str] = frozenset()
    ) -> list[ColumnElement[bool]]:
        """Return the condition for those who are asked for so much; none where it is the whole street."""
        reach, in_parts = sight
        if reach == Reach.STREET:
            return []
        if reach == Reach.OWN or self._path is None:
            return [self._own]
        places = func.any(bindparam("places", type_=ARRAY(Text)))
        paths = [self._path, self._part] if in_parts and self._part else [self._path]
        ends = [path(given) + literal_column("'/'") for path in paths]
        return [or_(*(end.op("^@", is_comparison=True)(places) for end in ends), self._own)]


def _asks(caller: Caller) -> dict[str, Any]:
    """Return the values of what `Seen` asks."""
    return {
        "places": list(caller.place),
        "person_id_": caller.person_id,
        "capacity": caller.capacity,
    }


class Pages:
    """A collection's list: by street, newest first unless `order` says otherwise.

    One compiled statement for each set of filters.
    """

    def __init__(
        self,
        table: Table,
        item: ColumnElement[Any],
        filters: Mapping[str, ColumnElement[bool]] | None = None,
        source: FromClause | None = None,
        only: ColumnElement[bool] | None = None,
        seen: Seen | None = None,
        refer: Mapping[str, ColumnClause[Any]] | None = None,
        order: Order | None = None,
    ) -> None:
        self._order = order or newest_first(table)
        self._only = [] if only is None else [only]
        self._seen = seen
        self._refer = dict(refer or {})
        self._known: dict[str, Read[Any]] = {}
        self._table = table
        self._item = item
        self._source = table if source is None else source
        self._filters = filters or {}
        self._reads = {(frozenset[str](), _ALL): self._compile(frozenset(), _ALL)}

    def _compile(self, given: frozenset[str], sight: Sight) -> Read[Page]:
        limit = bindparam("limit", type_=Integer)
        rows = (
            select(self._item.label("item"), *self._order.marks)
            .select_from(self._source)
            .where(GATE, self._order.after)
            .where(*self._only, *(self._seen.condition(sight, given) if self._seen else ()))
            .where(*(self._filters[name] for name in sorted(given)))
            .order_by(*self._order.by)
            .limit(limit + literal_column("1"))  # one more than asked for: is there a next page?
            .subquery("rows")
        )
        return Read(_page(rows, limit), lambda items, cursor: (items, cursor))

    async def page(
        self,
        request: Request,
        caller: Caller,
        limit: int,
        after: str | None,
        only: Mapping[str, Any] | None = None,
        /,
        **filters: Any,
    ) -> Response:
        """Answer with one page: `{"items": [...], "next": link or null}`.

        `only` gives what the list's own condition asks for, such as the present instant.
        """
        given = {name: value for name, value in filters.items() if value is not None}
        form = (frozenset(given), self._seen.by(caller) if self._seen else _ALL)
        read = self._reads.get(form)
        if read is None:
            read = self._reads[form] = self._compile(*form)
        database: Database = request.app.state.database
        values = {**_asks(caller), **self._order.read(after), **given, **(only or {})}
        found = await database.read(read, caller.scope, limit=limit, **values)
        items, last = found or ("[]", None)
        if items == "[]":
            await self._must_know(database, caller, given)
        following = "null"
        if last is not None:
            query = urlencode({**given, "limit": limit, "after": last})
            following = f'"{request.url.path}?{query}"'
        return json_answer(f'{{"items":{items},"next":{following}}}')

    async def _must_know(
        self, database: Database, caller: Caller, given: Mapping[str, Any]
    ) -> None:
        """Refuse to list by what is not there: a wrong id, or one that the caller may not see.

        Raises:
            NotFound.
        """
        for name, value in given.items():
            if isinstance(value, UUID):
                known = self._known.get(name) or self._known.setdefault(name, self._knows(name))
                if await database.read(known, caller.scope, named=value) is None:
                    raise NotFound(f"query:{name}")

    def _knows(self, name: str) -> Read[Any]:
        """Write the read that tells whether what a filter names is there."""
        id_ = self._refer.get(name)
        if id_ is None:
            id_ = next(iter(self._table.c[name].foreign_keys)).column
        assert id_.table is not None
        named = id_ == bindparam("named", type_=Uuid)
        return Read(select(id_).where(GATE, in_scope(id_.table), named).limit(1), _row)


def _page(rows: Any, limit: ColumnElement[int]) -> Select[Any]:
    """Write one row for the page: its items, and the cursor of the last if there are more."""
    items = func.array_to_json(func.array_agg(rows.c.item, type_=ARRAY(JSON))[1:limit])
    _, *marks = rows.c
    cursor = func.concat_ws(
        literal_column("'.'"), *(func.array_agg(mark, type_=ARRAY(Text))[limit] for mark in marks)
    )
    more = func.count() > limit
    return select(
        func.coalesce(cast(items, Text), "[]").label("items"),
        case((more, cursor)).label("last"),
    )


class Single:
    """The read of one resource by `id`: its JSON, and its version for the ETag.

    Not `versioned` is how it was at an instant: what was changed since has another number.
    """

    def __init__(
        self,
        table: Table,
        item: ColumnElement[Any],
        source: FromClause | None = None,
        only: ColumnElement[bool] | None = None,
        seen: Seen | None = None,
        *,
        versioned: bool = True,
    ) -> None:
        version: ColumnElement[Any] = null()
        if versioned:
            version = table.c.version if "version" in table.c else literal_column("1")
        rows = select(item.label("item"), version.label("version"))
        if source is not None:
            rows = rows.select_from(source)
        named = table.c.id == bindparam("id", type_=Uuid)
        rows = rows.where(GATE, in_scope(table), named, *([] if only is None else [only])).limit(1)
        self._seen = seen
        self._reads = {
            sight: Read(rows.where(*(seen.condition(sight) if seen else ())), _row)
            for sight in (seen.sights() if seen else [_ALL])
        }

    def read(self, caller: Caller) -> Read[Any]:
        """Return the read that shows no more than the caller's right reaches."""
        return self._reads[self._seen.by(caller) if self._seen else _ALL]


def _row(*row: Any) -> Any:
    return row


async def get(request: Request, caller: Caller, one: Single | Read[Any], **values: Any) -> Response:
    """Answer with one resource and its strong ETag; 304 when the client has that version.

    Raises:
        NotFound: it does not exist, or lies outside what the caller may see.
    """
    database: Database = request.app.state.database
    read = one.read(caller) if isinstance(one, Single) else one
    found = await database.read(read, caller.scope, **_asks(caller), **values)
    if found is None:
        raise NotFound()
    text, version = found
    # What is computed from other rows has no version of its own: its tag is a digest of what it says.
    etag = f'"{version or hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    if _has(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers={"ETag": etag})
    return json_answer(text, etag)


def _has(if_none_match: str, etag: str) -> bool:
    """Tell whether the client has a version, by a weak comparison (RFC 9110 section 13.1.2)."""
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known


def json_answer(text: str, etag: str | None = None) -> Response:
    """Answer with JSON text as PostgreSQL wrote it."""
    headers = {"ETag": etag} if etag else None
    return Response(text.encode(), headers=headers, media_type="application/json")
