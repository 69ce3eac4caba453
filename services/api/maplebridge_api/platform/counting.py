"""Counters in Valkey, for limits and lockouts: shared by all processes, and nothing depends on them.

When Valkey is away nothing is counted, requests pass, and that is logged once a minute.
"""

import hmac
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import redis.asyncio as redis
import structlog
from limits.aio.storage import RedisStorage

from ..settings import settings

Answer = TypeVar("Answer")

#: A request waits no longer than this for a count.
TIMEOUT_SECONDS = 0.25
#: While Valkey is away, one request in so many seconds tries it again; the others do not wait for it.
TRY_AGAIN_SECONDS = 5.0
LOG_AGAIN_SECONDS = 60.0


class Counters:
    """The way to Valkey for whoever counts."""

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=self._pool,  # type: ignore[arg-type]
        )
        self._try_at = 0.0
        self._log_at = 0.0
        self._key = settings().token_key.get_secret_value().encode()

    async def ask(self, question: Callable[[RedisStorage], Awaitable[Answer]]) -> Answer | None:
        """Ask Valkey; None when it is away."""
        now = time.monotonic()
        if self._try_at and now < self._try_at:
            return None
        if self._try_at:  # this request tries, and those that come meanwhile do not
            self._try_at = now + TRY_AGAIN_SECONDS
        try:
            answer = await question(self._storage)
        except (redis.RedisError, OSError) as error:
            self._is_away(error)
            return None
        self._try_at = 0.0
        return answer

    def _is_away(self, error: Exception) -> None:
        now = time.monotonic()
        self._try_at = now + TRY_AGAIN_SECONDS
        if now >= self._log_at:
            self._log_at = now + LOG_AGAIN_SECONDS
            structlog.get_logger().warning("nothing_is_limited", error=type(error).__name__)

    def pseudonym(self, *parts: str) -> str:
        """Return a name for an address or a login: neither belongs in Valkey's file as it is."""
        return hmac.digest(self._key, "\n".join(parts).encode(), "sha256")[:16].hex()

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.disconnect()
