"""One change, one event: a CloudEvents-shaped row in the same transaction, before the one commit.

The event log is audit trail, change feed, webhook outbox and source of notifications. Events carry ids,
never personal data. Record an event last in a transaction: its number holds the street's other writers
back until commit.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Integer, LargeBinary, Text, Uuid, bindparam, insert
from sqlalchemy.dialects.postgresql import JSONB

from .chain import Told, content, sealed
from .database import Statement, Transaction
from .identity import Caller
from .signing import seal_keys
from .tables import event


@dataclass(frozen=True)
class EventType:
    """A kind of event: its name (`dispute.reported`) and what it tells."""

    known: ClassVar[dict[str, "EventType"]] = {}

    name: str
    meaning: str

    def __post_init__(self) -> None:
        self.known[self.name] = self


RECORD = Statement(
    insert(event)
    .values(
        street_id=bindparam("street_id", type_=Integer),
        type=bindparam("type", type_=Text),
        time=bindparam("time", type_=DateTime(timezone=True)),
        actor=bindparam("actor", type_=Text),
        capacity=bindparam("capacity", type_=Uuid),
        subject=bindparam("subject", type_=Text),
        data=bindparam("data", type_=JSONB),
        seal=bindparam("seal", type_=LargeBinary),
    )
    .returning(event.c.no),
    int,
)


def seal(caller: Caller, kind: EventType, at: datetime, content: str = "") -> bytes:
    """Prove that an event is the API's own: no one else who can write rows can make this.

    `content` is its subject and data (chain.py), where they are known before the database writes them.
    """
    return sealed(seal_keys()[0], Told(kind.name, at, caller.actor, caller.capacity, content))


async def record(
    tx: Transaction,
    caller: Caller,
    kind: EventType,
    *,
    street_id: int,
    subject: str,
    at: datetime,
    **data: Any,
) -> None:
    """Write the event of a change to `subject` (`disputes/<id>`), done by the caller at `at`."""
    text = json.dumps(data, default=str, ensure_ascii=False)
    await tx.run(
        RECORD,
        street_id=street_id,
        type=kind.name,
        time=at,
        actor=caller.actor,
        capacity=caller.capacity,
        subject=subject,
        data=text,
        seal=seal(caller, kind, at, content(subject, text)),
    )
