"""Connections kept open, the one used last first.

asyncpg's own pool resets a connection and shields its release: 35 of the 60 microseconds of CPU that a
read takes here. Nothing is ever left on a session (database.py), so there is nothing to reset.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

CONNECT_SECONDS_MAX = 5
STATEMENT_SECONDS_MAX = 30

#: After these nobody knows what a connection is about to receive.
_BROKEN = (
    asyncio.CancelledError,
    GeneratorExit,
    TimeoutError,
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class Connections:
    """At most `size` connections in one role; who finds none free waits."""

    def __init__(self, url: str, size: int, session: dict[str, str]) -> None:
        self._url = url
        self._session = session
        self._places = asyncio.Semaphore(size)
        self._idle: list[Any] = []

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Any]:
        """Lend a connection; it is closed when something broke on it, or a transaction was left open."""
        async with self._places:
            connection = await self._open()
            try:
                yield connection
            except _BROKEN:
                connection.terminate()
                raise
            finally:
                if not connection.is_closed():
                    self._keep(connection)

    def _keep(self, connection: Any) -> None:
        if connection.is_in_transaction():
            connection.terminate()
        else:
            self._idle.append(connection)

    async def _open(self) -> Any:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():  # by the server, when it was started again
                return connection
        return await asyncpg.connect(
            self._url,
            timeout=CONNECT_SECONDS_MAX,
            command_timeout=STATEMENT_SECONDS_MAX,
            server_settings=self._session,
        )

    async def close(self) -> None:
        """Close what is open and idle."""
        while self._idle:
            await self._idle.pop().close()
