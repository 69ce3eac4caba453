"""What holds a street's event log together: each row's hash covers the row before, and the API's seal.

The chain shows that rows were changed; the seal shows which rows the API wrote. A superuser can recompute
the one, but not make the other: it needs a key that the database never sees.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

NONCE_BYTES = 16
SEAL_BYTES = 32


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
        return len(seal) == SEAL_BYTES and any(
            hmac.compare_digest(seal, _seal(key, seal[:NONCE_BYTES], self)) for key in keys
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an event before the database gives it its subject and number."""

    type: str
    time: datetime
    actor: str
    capacity: UUID | None


def link(previous: bytes, street_id: int, no: int, text: str) -> bytes:
    """Return the hash of a row: SHA-256 over the hash before it and the row as a JSON array.

    `text` is the array without street and number, as PostgreSQL writes JSONB.
    """
    return hashlib.sha256(previous + f"[{street_id}, {no}, {text[1:]}".encode()).digest()


def sealed(key: bytes, told: Told) -> bytes:
    """Seal an event that is about to be written."""
    return _seal(key, os.urandom(NONCE_BYTES), told)


def _seal(key: bytes, nonce: bytes, told: Told | Row) -> bytes:
    # Its subject may be an id that the database makes: that is the chain's to protect.
    time = told.time.astimezone(UTC).isoformat(timespec="microseconds")
    text = "\n".join((told.type, time, told.actor, str(told.capacity)))
    return nonce + hmac.digest(key, nonce + text.encode(), "sha256")[: SEAL_BYTES - NONCE_BYTES]
