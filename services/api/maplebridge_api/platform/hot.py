"""Hot writes: gate -> look -> idempotency keys -> rows -> events -> representations, in one statement.

One trip to the database instead of five. Each part reads from the one before it, so that none can run
before the caller's range is entered, and a key that was answered before lets nothing be written.

A street's writers take turns at the head of its event log anyway. Those who come while a statement is
under way are written together by the next one: setting it up takes longer than a row of it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg
from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    insert,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import TypeEngine

from .chain import content
from .clock import clock
from .database import GATE, Database, Row, Scope, Statement, as_rows, gate, recordset
from .events import EventType, seal
from .identity import Caller
from .ids import new_id
from .problems import NotFound
from .request import ANSWERED_BEFORE, Created, Once, replay
from .tables import event, idempotency

#: What a hot write is given beside the slice's own members.
_GIVEN: dict[str, TypeEngine[Any]] = {
    "place": Integer(),
    "id": Uuid(),
    "now": DateTime(timezone=True),
    "actor": Text(),
    "capacity": Uuid(),
    "seal": LargeBinary(),
    "key": Text(),
    "digest": LargeBinary(),
}
#: How many are written together at most: what one of them breaks is tried again for each alone.
TOGETHER_MAX = 64


class HotWrite(Generic[Row]):
    """A write in one statement: it inserts the rows of `draft`, each once a key, and tells each by an event.

    `given` are the types of the slice's members, beside `id`, `now`, `actor` and `capacity`. `look` selects
    at most one row for one of what is given: what its refusals look at. `draft` selects the table's columns
    from what is given and found, where nothing is to be refused; `shown` is their representation.
    The row that comes back for each: the columns of `look` (null: it found nothing), then the draft's `id`
    and `text` (null: nothing was drafted), then `written` (null: the key was answered before).
    """

    def __init__(
        self,
        table: Table,
        collection: str,
        kind: EventType,
        row: Callable[..., Row],
        *,
        given: dict[str, TypeEngine[Any]],
        look: Callable[[Any], Select[Any]],
        draft: Callable[[CTE], Select[Any]],
        shown: Callable[[CTE], ColumnElement[Any]],
    ) -> None:
        rows = recordset(_GIVEN | given)
        looked = look(rows.c).where(GATE).limit(1).correlate(rows).lateral("look")
        about = (
            select(*rows.c, *looked.c)
            .select_from(gate().join(rows, true()).outerjoin(looked, true()))
            .cte("about")
        )
        drafted = draft(about)
        told = (about.c[name] for name in _GIVEN if name not in drafted.selected_columns)
        drafts = drafted.add_columns(*told).cte("draft")
        subject: ColumnElement[str] = literal_column(f"'{collection}/'") + cast(drafts.c.id, Text)
        text = cast(shown(drafts), Text)
        ready = select(*drafts.c, subject.label("subject"), text.label("text")).cte("ready")
        found = [about.c[name] for name in looked.c.keys()]  # noqa: SIM118 - no mapping

        def write(*, keyed: bool) -> Statement[Row]:
            return Statement(_write(about, found, ready, table, kind, keyed=keyed), row)

        self.kind = kind
        self._collection = collection
        self._keyed = write(keyed=True)
        self._unkeyed = write(keyed=False)

    def seal(self, caller: Caller, id: UUID, at: datetime) -> bytes:
        """Prove that the event of a row is the API's own."""
        return seal(caller, self.kind, at, content(f"{self._collection}/{id}", "{}"))

    def statement(self, key: str | None) -> Statement[Row]:
        """Return the statement for requests that bring a key, or the shorter one for those without."""
        return self._unkeyed if key is None else self._keyed


def _write(
    about: CTE,
    found: Sequence[ColumnElement[Any]],
    ready: CTE,
    table: Table,
    kind: EventType,
    *,
    keyed: bool,
) -> Select[Any]:
    names = [c.name for c in table.c if c.name in ready.c]
    location: ColumnElement[str] = literal_column("'/v1/'") + ready.c.subject
    first = location.in_(select(_answered(ready, location).c.location)) if keyed else true()
    row = (
        insert(table)
        .from_select(names, select(*(ready.c[name] for name in names)).where(first))
        .returning(table.c.street_id, table.c.id)
        .cte("row")
    )
    return (
        select(*found, ready.c.id, ready.c.text, row.c.id.label("written"))
        .select_from(
            about.outerjoin(ready, ready.c.place == about.c.place).outerjoin(
                row, row.c.id == ready.c.id
            )
        )
        .order_by(about.c.place)
        .add_cte(_told(ready, row, kind))
    )


def _answered(ready: CTE, location: ColumnElement[str]) -> CTE:
    values: dict[str, Any] = {
        "street_id": bindparam("lo", type_=Integer),
        "actor": ready.c.actor,
        "key": ready.c.key,
        "request_sha256": ready.c.digest,
        "status": literal_column("201"),
        "answer": ready.c.text,
        "location": location,
        "version": literal_column("1"),
        "at": ready.c.now,
    }
    return (
        upsert(idempotency)
        .from_select(list(values), select(*values.values()))
        .on_conflict_do_nothing()
        .returning(idempotency.c.location)
        .cte("answered")
    )


def _told(ready: CTE, row: CTE, kind: EventType) -> CTE:
    values: dict[str, Any] = {
        "street_id": row.c.street_id,
        "type": literal(kind.name, Text),
        "time": ready.c.now,
        "actor": ready.c.actor,
        "capacity": ready.c.capacity,
        "subject": ready.c.subject,
        "data": literal_column("'{}'::jsonb"),
        "seal": ready.c.seal,
    }
    source = select(*values.values()).select_from(row.join(ready, ready.c.id == row.c.id))
    return insert(event).from_select(list(values), source).cte("told")


class Answer(Protocol):
    """What a hot write gives back, beside what its refusals look at."""

    street_id: int | None
    id: UUID | None
    text: str | None
    written: UUID | None


async def create_once(
    database: Database,
    caller: Caller,
    once: Once,
    write: HotWrite[Any],
    refuse: Callable[[Any], None],
    **values: Any,
) -> Created:
    """Run a hot write: created, refused, or answered as it was the first time.

    Raises:
        NotFound, IdempotencyKeyReused, and whatever `refuse` raises when nothing was drafted.
    """
    now = clock.now()
    id = values["id"] or new_id()
    given = values | {
        "id": id,
        "now": now,
        "actor": caller.actor,
        "capacity": caller.capacity,
        "seal": f"\\x{write.seal(caller, id, now).hex()}",
        "key": once.key,
        "digest": f"\\x{once.digest.hex()}",
    }
    found: Answer = await _written(database, caller.scope, write.statement(once.key), given)
    if found.written is not None:
        return Created(found.written, found.text or "")
    # Looked for before any refusal: a phone may repeat a ballot that was cast in time when the
    # meeting is over, and must hear that it was.
    await _replay(database, caller, once)
    if found.street_id is not None:
        refuse(found)
    raise NotFound()


async def _replay(database: Database, caller: Caller, once: Once) -> None:
    if once.key is not None:
        key = {"actor": caller.actor, "key": once.key}
        first = await database.read(ANSWERED_BEFORE, caller.scope, **key)
        if first is not None:
            raise replay(first, once)


@dataclass(eq=False)
class _Waiting:
    """One who waits to be written, and where to put what came of it."""

    given: dict[str, Any]
    answer: asyncio.Future[Any]

    def refused(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(eq=False)
class _Line:
    """Those who wait to write in one range: one statement is under way at a time."""

    database: Database
    scope: Scope
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: dict[Statement[Any], list[_Waiting]] = field(default_factory=dict)

    async def write(self, statement: Statement[Any]) -> None:
        """Write all that wait for a statement when its turn has come."""
        async with self.turn:
            waiting = self.waiting.pop(statement)
            for first in range(0, len(waiting), TOGETHER_MAX):
                await self._together(statement, waiting[first : first + TOGETHER_MAX])

    async def _together(self, statement: Statement[Any], waiting: list[_Waiting]) -> None:
        rows = as_rows(one.given | {"place": place} for place, one in enumerate(waiting))
        try:
            found = await self.database.write_all(statement, self.scope, rows=rows)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as refused:
            if len(waiting) == 1:
                waiting[0].refused(refused)
                return
            for (
                one
            ) in waiting:  # nothing was written: who broke the rule hears so, the others do not
                await self._together(statement, [one])
        except BaseException as error:
            for one in waiting:
                one.refused(error)
            if not isinstance(error, Exception):
                raise
        else:
            for one, row in zip(waiting, found, strict=True):
                if not one.answer.done():
                    one.answer.set_result(row)


_lines: WeakValueDictionary[tuple[Database, Scope], _Line] = WeakValueDictionary()
_under_way: set[asyncio.Task[None]] = set()


async def _written(
    database: Database, scope: Scope, statement: Statement[Any], given: dict[str, Any]
) -> Any:
    key = (database, scope)
    line = _lines.get(key) or _lines.setdefault(key, _Line(database, scope))
    one = _Waiting(given, asyncio.get_running_loop().create_future())
    waiting = line.waiting.setdefault(statement, [])
    waiting.append(one)
    if len(waiting) == 1:
        # A task of its own: a client that goes away must not take the others' writes along.
        task = asyncio.create_task(line.write(statement))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)
    return await one.answer
