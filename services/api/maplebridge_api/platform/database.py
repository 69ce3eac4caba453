"""The way to the database: SQL written in SQLAlchemy Core, compiled once, run on raw asyncpg.

A **read** is one statement that enters the caller's range of streets itself. A **write** is one
transaction, begun and committed here and nowhere else; the two hot writes are one statement, too.
docs/decisions/0002-core-on-asyncpg.md says what each way costs.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    FromClause,
    Integer,
    Select,
    Table,
    Uuid,
    bindparam,
    case,
    column,
    func,
    insert,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

from maplebridge_domain.worktime import calendar

from .connections import Connections
from .problems import NotFound

Row = TypeVar("Row")

DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]

LO = bindparam("lo", type_=Integer)
HI = bindparam("hi", type_=Integer)

#: The gate enters the caller's range. What reads behind it says `.where(GATE, ...)` and ends in a LIMIT:
#: only then can no row be read before (a plain CTE beside the query gave another scope's rows).
GATE: ColumnElement[bool] = literal_column("gate.ok", Boolean)


@dataclass(frozen=True)
class Scope:
    """The range of streets that a caller may see: division codes, both ends included."""

    lo: int
    hi: int

    def __contains__(self, street_id: int) -> bool:
        return self.lo <= street_id <= self.hi


#: For the installation's own work over all its streets (the job worker).
EVERYWHERE = Scope(0, 999_999_999)


#: The end of what has none, as an instant: `infinity` has no counterpart in Python.
NO_END: ColumnElement[Any] = literal_column("'9999-12-31'::timestamptz")


def an_id(value: UUID) -> UUID:
    """Read a row of one UUID."""
    return value


class Compiled:
    """SQL as it is sent, with the names of its placeholders in order."""

    def __init__(self, sql: ClauseElement, *, one_street: bool) -> None:
        compiled = sql.compile(dialect=DIALECT, compile_kwargs={"one_street": one_street})
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        self.names = list(compiled.positiontup or ())
        self.constants = {
            name: value
            for name, value in compiled.params.items()
            if not compiled.binds[name].required
        }


class Statement(Generic[Row]):
    """A statement compiled once; each of its rows is read into `row`, column by column."""

    def __init__(self, sql: Executable, row: Callable[..., Row]) -> None:
        assert isinstance(sql, ClauseElement)
        self.row = row
        self.several = Compiled(sql, one_street=False)
        self.one = Compiled(sql, one_street=True)

    def prepare(self, scope: Scope, values: Mapping[str, Any]) -> list[Any]:
        """Return the SQL for a range, then the arguments of its placeholders, in their order.

        Raises:
            KeyError: a value is missing.
        """
        compiled = self.one if scope.lo == scope.hi else self.several
        known = {**compiled.constants, "lo": scope.lo, "hi": scope.hi, **values}
        return [compiled.sql, *[known[name] for name in compiled.names]]


class Read(Statement[Row]):
    """A read: the slice's own select, joined behind the gate."""

    def __init__(self, rows: Select[*tuple[Any, ...]], row: Callable[..., Row]) -> None:
        found = rows.lateral("found")
        super().__init__(select(found).select_from(gate().join(found, true())), row)
        for sql in (self.one.sql, self.several.sql):
            behind = sql.partition("LATERAL")[2]
            if "gate.ok" not in behind or "LIMIT" not in behind:
                raise ValueError(f"a read needs GATE in its WHERE, and a LIMIT: {sql}")


def gate() -> Any:
    """Write the common table expression that enters the caller's range: `gate(ok)`."""
    return select(func.mb_enter(LO, HI).label("ok")).cte("gate")


def json_object(**members: ColumnElement[Any]) -> ColumnElement[Any]:
    """Let PostgreSQL build a JSON object; a trailing underscore of a name is dropped (`from_`)."""
    pairs: list[tuple[Any, Any]] = [
        (literal_column(f"'{name.rstrip('_')}'"), value) for name, value in members.items()
    ]
    return func.json_build_object(*(part for pair in pairs for part in pair))


def json_period(during: ColumnElement[Any]) -> ColumnElement[Any]:
    """Show a range of time as `{"from": ..., "until": ...}`."""
    return json_object(from_=func.lower(during), until=func.upper(during))


def provisional(due: ColumnElement[Any]) -> ColumnElement[Any]:
    """Tell whether a deadline lies in a year whose days off are not published yet."""
    published = calendar().published_until
    return due > bindparam("published_until", published, DateTime(timezone=True))


def timeliness(done_on: ColumnElement[date], by: ColumnElement[date]) -> ColumnElement[str]:
    """Tell how something stands `today` that is to be done by a day (`worktime.Timeliness`)."""
    return case(
        (done_on > by, literal_column("'late'")),
        (done_on.is_not(None), literal_column("'in_time'")),
        (by < bindparam("today", type_=Date), literal_column("'missing'")),
        else_=literal_column("'pending'"),
    )


class ByScope(ColumnElement[bool]):
    """A condition in two forms: for a range of one street, and for one of several.

    Of one street the planner must be told by equality: a range it takes for half a percent of all rows,
    and walks an index that knows the street alone.
    """

    inherit_cache = False
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's own
        ("one", InternalTraversal.dp_clauseelement),
        ("several", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, one: ColumnElement[bool], several: ColumnElement[bool]) -> None:
        self.one = one
        self.several = several

    @property
    def _from_objects(self) -> Any:
        return [*self.one._from_objects, *self.several._from_objects]


@compiles(ByScope)
def _write_by_scope(element: ByScope, compiler: SQLCompiler, *, one_street: bool, **kw: Any) -> str:
    chosen = element.one if one_street else element.several
    return f"({compiler.process(chosen, one_street=one_street, **kw)})"


def in_scope(table: FromClause) -> ColumnElement[bool]:
    """Name the street in a statement: the caller's range, which row-level security holds as well."""
    street_id: ColumnElement[int] = table.c.street_id
    return ByScope(street_id == LO, street_id.between(LO, HI))


def by_ids(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select rows of the caller's range by `ids`: the way to any row that a request names."""
    ids = bindparam("ids", type_=ARRAY(Uuid()))
    return select(table.c.id, *columns).where(in_scope(table), table.c.id == func.any(ids))


def recordset(types: Mapping[str, TypeEngine[Any]]) -> Any:
    """Read the rows of one JSON array, `rows`, as the table `given`."""
    return (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*(column(name, type_) for name, type_ in types.items()), name="given")
        .render_derived(with_types=True)
    )


def insert_rows(table: Table, *returning: ColumnElement[Any]) -> Any:
    """Write an INSERT of the rows in one JSON array, `rows`; an id is made where none is given."""
    names = [c.name for c in table.c if c.server_default is None or c.name == "id"]
    given = recordset({name: table.c[name].type for name in names})
    values: dict[str, ColumnElement[Any]] = {name: given.c[name] for name in names}
    if "id" in values:
        values["id"] = func.coalesce(given.c.id, func.uuidv7())
    source = select(*(value.label(name) for name, value in values.items()))
    return insert(table).from_select(names, source).returning(*returning)


def as_rows(items: Iterable[Mapping[str, Any]]) -> str:
    """Write rows for `insert_rows`; PostgreSQL reads UUIDs, dates and ranges from their text."""
    return json.dumps(list(items), default=str, ensure_ascii=False)


class Identified(Protocol):
    """A row that has an id."""

    @property
    def id(self) -> UUID:
        """Its id."""


Named = TypeVar("Named", bound=Identified)


@dataclass
class Transaction:
    """Runs statements inside one transaction, in the caller's range."""

    connection: Any
    scope: Scope

    async def maybe(self, statement: Statement[Row], **values: Any) -> Row | None:
        """Run a statement that gives one row or none."""
        record = await self.connection.fetchrow(*statement.prepare(self.scope, values))
        return None if record is None else statement.row(*record)

    async def one(self, statement: Statement[Row], **values: Any) -> Row:
        """Run a statement that gives a row."""
        row = await self.maybe(statement, **values)
        if row is None:
            raise LookupError(f"no row from {statement.one.sql}")
        return row

    async def all(self, statement: Statement[Row], **values: Any) -> list[Row]:
        """Run a statement that gives any number of rows."""
        records = await self.connection.fetch(*statement.prepare(self.scope, values))
        return [statement.row(*record) for record in records]

    async def by_id(self, statement: Statement[Named], ids: Iterable[UUID]) -> dict[UUID, Named]:
        """Return the rows with some ids, by them; what is not there is not among them."""
        return {row.id: row for row in await self.all(statement, ids=sorted({*ids}))}

    async def run(self, statement: Statement[Any], **values: Any) -> None:
        """Run a statement whose rows do not matter."""
        await self.connection.execute(*statement.prepare(self.scope, values))

    async def start_over(self) -> None:
        """Roll back and begin anew in the same range, after the database has refused a statement."""
        await self.connection.execute(f"ROLLBACK; {_begin(self.scope)}")

    async def visible(self, statement: Statement[Named], id: UUID, pointer: str = "") -> Named:
        """Return the row with an id, which a request names at `pointer`.

        Raises:
            NotFound: it does not exist, or the caller may not see it; the answer does not tell which.
        """
        row = await self.maybe(statement, ids=[id])
        if row is None:
            raise NotFound(pointer)
        return row


#: Statements are few and their parameters alike: one plan each serves for good. What they look for is
#: in memory or on a solid-state disk, where an index costs little more than a page.
_SESSION = {
    "timezone": "Asia/Shanghai",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",
}


class Database:
    """The database in one service's role; its connections are made when first needed."""

    def __init__(self, url: str, connections: int) -> None:
        self.connections = Connections(url, connections, _SESSION)

    async def close(self) -> None:
        """Close the connections."""
        await self.connections.close()

    async def read(self, statement: Statement[Row], scope: Scope, **values: Any) -> Row | None:
        """Run one statement that enters the range itself: one trip; it commits as it ends."""
        async with self.connections.use() as connection:
            record = await connection.fetchrow(*statement.prepare(scope, values))
        return None if record is None else statement.row(*record)

    async def write_all(self, statement: Statement[Row], scope: Scope, rows: str) -> list[Row]:
        """Run one statement of the same shape that writes: what came of each of `rows`, in order."""
        async with self.connections.use() as connection:
            records = await connection.fetch(*statement.prepare(scope, {"rows": rows}))
        return [statement.row(*record) for record in records]

    async def shared(self, statement: Statement[Row], **values: Any) -> Row | None:
        """Run one statement on a table that belongs to no street: clients, the sandbox's clock."""
        return await self.read(statement, Scope(0, 0), **values)

    async def ping(self) -> None:
        """Ask for an answer; whatever is wrong is raised."""
        async with asyncio.timeout(3), self.connections.use() as connection:
            await connection.fetchval("SELECT 1")

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Transaction]:
        """Begin a transaction in a range; commit at the end, roll back on any exception."""
        async with self.connections.use() as connection:
            await connection.execute(_begin(scope))
            try:
                yield Transaction(connection, scope)
            except BaseException:
                await _roll_back(connection)
                raise
            await connection.execute("COMMIT")


def _begin(scope: Scope) -> str:
    # Both in one trip; the ends of the range are numbers, so the text is safe.
    return f"BEGIN; SELECT mb_enter({scope.lo:d}, {scope.hi:d})"


async def _roll_back(connection: Any) -> None:
    if not connection.is_closed():
        await connection.execute("ROLLBACK")
