"""What holds a street's event log together: each row's hash covers the row before, and the API's seal.

The chain shows that rows were changed; the seal shows which rows the API wrote. A superuser can recompute
the one, but not make the other: it needs a key that the database never sees.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

NONCE_BYTES = 16
SEAL_BYTES = 32
#: Stands before a seal that covers subject and data as well. Those without it are whole as they are: of
#: events from before there was any, and of what the database finds out itself (`person.searched`).
WITH_CONTENT = b"\x02"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log as the database holds it; `text` is what the chain covers beside its number."""

    no: int
    type: str
    time: datetime
    actor: str
    capacity: UUID | None
    text: str
    seal: bytes | None
    hash: bytes

    def is_sealed(self, keys: Sequence[bytes]) -> bool:
        """Tell whether the API wrote the row."""
        seal = self.seal or b""
        covers = len(seal) == SEAL_BYTES + 1 and seal.startswith(WITH_CONTENT)
        seal = seal.removeprefix(WITH_CONTENT) if covers else seal
        content = self._content() if covers else ""
        return len(seal) == SEAL_BYTES and any(
            hmac.compare_digest(seal, _seal(key, seal[:NONCE_BYTES], self, content)) for key in keys
        )

    def _content(self) -> str:
        *_, subject, data = _DECODER.decode(self.text)
        return _ENCODER.encode([subject, data])


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an event before the database gives it its number."""

    type: str
    time: datetime
    actor: str
    capacity: UUID | None
    content: str = ""  # subject and data; none: the database makes them


def content(subject: str, data: str) -> str:
    """Write an event's subject and data, a JSON object, as a seal covers them."""
    return _ENCODER.encode([subject, _DECODER.decode(data)])


def _number(number: Decimal) -> str:
    return f"{number.normalize():f}"


#: One way to write it, however PostgreSQL orders members and writes numbers.
_DECODER = json.JSONDecoder(parse_int=Decimal, parse_float=Decimal)
_ENCODER = json.JSONEncoder(sort_keys=True, default=_number)


def link(previous: bytes, street_id: int, no: int, text: str) -> bytes:
    """Return the hash of a row: SHA-256 over the hash before it and the row as a JSON array.

    `text` is the array without street and number, as PostgreSQL writes JSONB.
    """
    return hashlib.sha256(previous + f"[{street_id}, {no}, {text[1:]}".encode()).digest()


def sealed(key: bytes, told: Told) -> bytes:
    """Seal an event that is about to be written."""
    seal = _seal(key, os.urandom(NONCE_BYTES), told, told.content)
    return WITH_CONTENT + seal if told.content else seal


def _seal(key: bytes, nonce: bytes, told: Told | Row, content: str) -> bytes:
    time = told.time.astimezone(UTC).isoformat(timespec="microseconds")
    more = (content,) if content else ()
    text = "\n".join((told.type, time, told.actor, str(told.capacity), *more))
    return nonce + hmac.digest(key, nonce + text.encode(), "sha256")[: SEAL_BYTES - NONCE_BYTES]
