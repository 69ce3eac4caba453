"""A hot write as one statement: gate -> idempotency key -> row -> event -> representation.

One trip to the database instead of five. Each part reads from the one before it, so that none can run
before the caller's range is entered, and a key that was answered before lets nothing be written.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Generic, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

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
    exists,
    insert,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from .clock import clock
from .database import Database, Row, Statement, gate
from .events import EventType, seal
from .identity import Caller
from .ids import new_id
from .problems import NotFound
from .request import ANSWERED_BEFORE, Created, Once, replay
from .tables import event, idempotency

NOW = bindparam("now", type_=DateTime(timezone=True))


def behind_gate(rows: Select[Any], name: str) -> CTE:
    """Write a common table expression of rows that are read behind the gate."""
    found = rows.lateral(f"{name}_rows")
    return select(found).select_from(gate().join(found, true())).cte(name)


class HotWrite(Generic[Row]):
    """A write in one statement: it inserts the row in `draft` once a key, and tells it by an event.

    `draft` has the table's columns; `shown` is its representation, over the columns of `draft`.
    The one row that comes back: all columns of `about` (what the refusals look at), then the draft's
    `id` and `text` (null: nothing was drafted), then `written` (null: the key was answered before).
    Without a key a shorter statement does; every part of one is set up at each execution.
    """

    def __init__(
        self,
        about: CTE,
        draft: CTE,
        table: Table,
        shown: ColumnElement[Any],
        kind: EventType,
        collection: str,
        row: Callable[..., Row],
    ) -> None:
        ready = select(*draft.c, cast(shown, Text).label("text")).cte("ready")
        key = _answered(ready, collection)

        def write(first: ColumnElement[bool]) -> Statement[Row]:
            return Statement(_write(about, ready, table, first, kind, collection), row)

        self.kind = kind
        self.keyed = write(exists(select(key.c.key)))
        self.unkeyed = write(true())

    def statement(self, key: str | None) -> Statement[Row]:
        """Return the statement for a request with this key, or without one."""
        return self.unkeyed if key is None else self.keyed


def _write(
    about: CTE,
    ready: CTE,
    table: Table,
    first: ColumnElement[bool],
    kind: EventType,
    collection: str,
) -> Select[Any]:
    columns = [c.name for c in table.c if c.name in ready.c]
    row = (
        insert(table)
        .from_select(columns, select(*(ready.c[name] for name in columns)).where(first))
        .returning(table.c.street_id, table.c.id)
        .cte("row")
    )
    written = select(row.c.id).scalar_subquery().label("written")
    return (
        select(*about.c, ready.c.id, ready.c.text, written)
        .select_from(about.outerjoin(ready, true()))
        .add_cte(_told(row, kind, collection))
    )


def _answered(ready: CTE, collection: str) -> CTE:
    values: dict[str, Any] = {
        "street_id": bindparam("lo", type_=Integer),
        "actor": bindparam("actor", type_=Text),
        "key": bindparam("key", type_=Text),
        "request_sha256": bindparam("digest", type_=LargeBinary),
        "status": literal_column("201"),
        "answer": ready.c.text,
        "location": literal_column(f"'/v1/{collection}/'") + cast(ready.c.id, Text),
        "version": literal_column("1"),
        "at": NOW,
    }
    return (
        upsert(idempotency)
        .from_select(list(values), select(*values.values()))
        .on_conflict_do_nothing()
        .returning(idempotency.c.key)
        .cte("answered")
    )


def _told(row: CTE, kind: EventType, collection: str) -> CTE:
    values: dict[str, Any] = {
        "street_id": row.c.street_id,
        "type": literal(kind.name, Text),
        "time": NOW,
        "actor": bindparam("actor", type_=Text),
        "capacity": bindparam("capacity", type_=Uuid),
        "subject": literal_column(f"'{collection}/'") + cast(row.c.id, Text),
        "data": literal_column("'{}'::jsonb"),
        "seal": bindparam("seal", type_=LargeBinary),
    }
    return insert(event).from_select(list(values), select(*values.values())).cte("told")


class Answer(Protocol):
    """What a hot write gives back, beside what its refusals look at."""

    id: UUID | None
    text: str | None
    written: UUID | None


# A street's writers take turns at the head of its event log anyway. Those of one process wait here:
# in the database each would hold a connection, and waking them took as long as the work.
_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


def _turn(street_id: int) -> asyncio.Lock:
    return _turns.get(street_id) or _turns.setdefault(street_id, asyncio.Lock())


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
    values["id"] = values["id"] or new_id()
    values |= {"now": now, "key": once.key, "digest": once.digest}
    values |= {"actor": caller.actor, "capacity": caller.capacity}
    values |= {"seal": seal(caller, write.kind, now)}
    found: Answer | None = await database.write(write.statement(once.key), caller.scope, **values)
    if found is not None and found.written is not None:
        return Created(found.written, found.text or "")
    # Looked for before any refusal: a phone may repeat a ballot that was cast in time when the
    # meeting is over, and must hear that it was.
    await _replay(database, caller, once)
    if found is not None:
        refuse(found)
    raise NotFound()


async def _replay(database: Database, caller: Caller, once: Once) -> None:
    if once.key is not None:
        key = {"actor": caller.actor, "key": once.key}
        first = await database.read(ANSWERED_BEFORE, caller.scope, **key)
        if first is not None:
            raise replay(first, once)
