"""Signed heads: how far a street's event log was, and the hash of every row up to there.

The chain shows a change only to who knows a hash from before it. So the job worker signs what was added,
keeps it in `signed_head`, and anyone with the right to the events can keep it elsewhere: then neither the
database's owner nor who holds the key can make another past.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    true,
)
from sqlalchemy.types import DateTime

from . import signing
from .chain import Row, link
from .database import Statement, Transaction, in_scope
from .tables import event, event_head, signed_head

KIND = "event-head"
#: Rows in one signed head: its text stays below 50 kB.
ROWS_MAX = 1000


@dataclass(frozen=True)
class Head:
    """A street's head beside the head signed last (none: nothing is signed yet)."""

    street_id: int
    last_no: int
    last_hash: bytes
    jws: str | None


@dataclass(frozen=True)
class Signed:
    """What a signed head says: rows `first` to `no`, the hash of each, and which the API never wrote."""

    street_id: int
    first: int
    no: int
    hashes: Sequence[bytes]
    unsealed: Sequence[int]
    at: str

    @property
    def hash(self) -> bytes:
        """Return the hash of the last row."""
        return self.hashes[-1]

    def jws(self) -> str:
        """Sign it."""
        hashes = base64.urlsafe_b64encode(b"".join(self.hashes)).decode().rstrip("=")
        return signing.sign(
            KIND,
            {
                "street_id": self.street_id,
                "from": self.first,
                "number": self.no,
                "hash": self.hash.hex(),
                "hashes": hashes,
                "unsealed": [*self.unsealed],
                "at": self.at,
            },
        )

    @classmethod
    def read(cls, jws: str, keys: tuple[Any, ...]) -> "Signed":
        """Read a signed head.

        Raises:
            NotOurs.
        """
        said = signing.read(KIND, jws, keys)
        text = said["hashes"]
        joined = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        hashes = [joined[at : at + 32] for at in range(0, len(joined), 32)]
        first, no = said["from"], said["number"]
        if len(hashes) != no - first + 1:
            raise signing.NotOurs()
        return cls(said["street_id"], first, no, hashes, said["unsealed"], said["at"])


#: A row but for its street and number, as the chain covers it; the trigger writes the same.
_TEXT = cast(
    func.jsonb_build_array(
        event.c.type,
        func.to_char(
            func.timezone(literal_column("'UTC'"), event.c.time),
            literal_column('\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''),
        ),
        event.c.actor,
        event.c.capacity,
        event.c.subject,
        event.c.data,
    ),
    Text,
)
_rows = select(
    event.c.no,
    event.c.type,
    event.c.time,
    event.c.actor,
    event.c.capacity,
    _TEXT.label("text"),
    event.c.seal,
    event.c.hash,
).where(in_scope(event))
ROWS = Statement(_rows.order_by(event.c.no), Row)
NEXT_ROWS = Statement(
    _rows.where(event.c.no > bindparam("after", type_=BigInteger))
    .order_by(event.c.no)
    .limit(ROWS_MAX),
    Row,
)
_last = (
    select(signed_head.c.no, signed_head.c.jws)
    .where(signed_head.c.street_id == event_head.c.street_id)
    .order_by(signed_head.c.id.desc())
    .limit(1)
    .lateral("last")
)
#: Streets whose log has moved since it was signed, also backwards.
UNSIGNED = Statement(
    select(event_head.c.street_id, event_head.c.last_no, event_head.c.last_hash, _last.c.jws)
    .select_from(event_head.outerjoin(_last, true()))
    .where(
        in_scope(event_head),
        event_head.c.last_no != func.coalesce(_last.c.no, literal_column("0")),
    )
    .order_by(event_head.c.street_id),
    Head,
)
KEEP = Statement(
    insert(signed_head).values(
        street_id=bindparam("street_id", type_=Integer),
        no=bindparam("no", type_=BigInteger),
        at=bindparam("at", type_=DateTime(timezone=True)),
        jws=bindparam("jws", type_=Text),
    ),
    str,
)


async def unsigned(tx: Transaction) -> list[Head]:
    """Return the heads that are to be signed."""
    return await tx.all(UNSIGNED)


async def sign_next(tx: Transaction, head: Head, at: datetime) -> Head | None:
    """Sign the rows behind what was signed last; return the head to go on from, none when done.

    What does not fit the chain is not signed, but logged: `maplebridge audit verify` names it.
    """
    try:
        before = Signed.read(head.jws, signing.statement_keys()) if head.jws else None
    except signing.NotOurs:
        _log_broken(head.street_id, None)
        return None
    after, last = (before.no, before.hash) if before else (0, b"")
    rows = await tx.all(NEXT_ROWS, after=after)
    fitting = fit(head.street_id, after, last, rows)
    if len(fitting) < len(rows) or head.last_no < after:
        _log_broken(head.street_id, min(head.last_no, after + len(fitting)) + 1)
    if not fitting:
        return None
    keys = signing.seal_keys()
    unsealed = [row.no for row in fitting if not row.is_sealed(keys)]
    if unsealed:
        structlog.get_logger().error(
            "event_not_ours", street=head.street_id, numbers=unsealed[:10], count=len(unsealed)
        )
    hashes = [row.hash for row in fitting]
    no = fitting[-1].no
    signed = Signed(head.street_id, after + 1, no, hashes, unsealed, at.isoformat())
    jws = signed.jws()
    await tx.run(KEEP, street_id=head.street_id, no=no, at=at, jws=jws)
    # The log is another place where a head is kept.
    structlog.get_logger().info(
        "event_head_signed", street=head.street_id, number=no, hash=signed.hash.hex()
    )
    goes_on = len(fitting) == len(rows) == ROWS_MAX
    return Head(head.street_id, head.last_no, head.last_hash, jws) if goes_on else None


def fit(street_id: int, after: int, last: bytes, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that go on the chain from a hash, up to the first that does not."""
    fitting = []
    for number, row in enumerate(rows, start=after + 1):
        if row.no != number or link(last, street_id, number, row.text) != row.hash:
            break
        fitting.append(row)
        last = row.hash
    return fitting


def _log_broken(street_id: int, number: int | None) -> None:
    structlog.get_logger().error("event_chain_broken", street=street_id, number=number)
