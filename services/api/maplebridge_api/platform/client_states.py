"""Which systems have been cut off: their tokens are refused in seconds, in spite of what outlasts it.

The API only reads that. It is said by the owner of the database: an operator's act.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from fastapi import Request
from sqlalchemy import func, select

from .client_secrets import NoSuchClient
from .clock import wall
from .database import Database, Scope, Statement
from .identity import Caller, NotAuthenticated
from .tables import client

DISABLED = Statement(
    select(func.array_agg(client.c.client_id)).where(client.c.disabled_at.is_not(None)),
    lambda names: names or [],
)


class DisabledClients:
    """Remembers who was cut off a moment ago: one statement a process every two seconds."""

    SECONDS_MAX = 2  # how long a client that is cut off may still act

    def __init__(self) -> None:
        self._disabled: frozenset[str] = frozenset()
        self._until = 0.0
        self._asking: asyncio.Future[None] | None = None

    async def check(self, database: Database, caller: Caller) -> None:
        """Refuse a system that is cut off, and who acts by its token; a person's login is a session.

        Raises:
            NotAuthenticated.
        """
        if caller.session_id is not None:
            return
        if time.monotonic() >= self._until:
            if self._asking is None or self._asking.done():
                self._asking = asyncio.ensure_future(self._ask(database))
            await asyncio.shield(self._asking)  # who comes meanwhile hears what the first has asked
        if caller.client_id in self._disabled:
            raise NotAuthenticated()

    async def _ask(self, database: Database) -> None:
        until = time.monotonic() + self.SECONDS_MAX  # from before it is asked, not from the answer
        self._disabled = frozenset(await database.shared(DISABLED) or ())
        self._until = until


async def must_be_enabled(request: Request, caller: Caller) -> None:
    """Refuse a caller whose client is cut off.

    Raises:
        NotAuthenticated.
    """
    disabled: Any = request.app.state.disabled_clients
    await disabled.check(request.app.state.database, caller)


@dataclass(frozen=True)
class Registered:
    """A client as an operator sees it."""

    client_id: str
    rights: list[str]
    streets: Scope
    disabled_at: datetime | None


async def registered(database_url: str) -> list[Registered]:
    """List the clients by name."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            "SELECT client_id, rights, street_lo, street_hi, disabled_at FROM client ORDER BY 1"
        )
    finally:
        await connection.close()
    return [Registered(name, rights, Scope(lo, hi), at) for name, rights, lo, hi, at in rows]


async def disable(database_url: str, client_id: str) -> None:
    """Cut a client off: it gets no more tokens, and those it has are refused in seconds.

    Raises:
        NoSuchClient.
    """
    await _say(database_url, client_id, wall())


async def enable(database_url: str, client_id: str) -> None:
    """Let a client call again, with the secrets that it had.

    Raises:
        NoSuchClient.
    """
    await _say(database_url, client_id, None)


async def _say(database_url: str, client_id: str, disabled_at: datetime | None) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        # Disabled again, it stays what it was since the first time.
        done = await connection.execute(
            "UPDATE client SET disabled_at = CASE WHEN $2::timestamptz IS NOT NULL"
            " THEN coalesce(disabled_at, $2) END WHERE client_id = $1",
            client_id,
            disabled_at,
        )
    finally:
        await connection.close()
    if done == "UPDATE 0":
        raise NoSuchClient(client_id)
