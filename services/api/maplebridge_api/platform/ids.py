"""Ids that are made here: UUIDs of version 7, which sort by the time they were made (RFC 9562)."""

import secrets
from uuid import UUID

from .clock import wall


def new_id() -> UUID:
    """Make an id: milliseconds, the fraction of them in 12 bits (section 6.2, method 3), then chance."""
    milliseconds, rest = divmod(int(wall().timestamp() * 1_000_000), 1000)
    fraction = rest * 4096 // 1000
    number = milliseconds << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=number)
