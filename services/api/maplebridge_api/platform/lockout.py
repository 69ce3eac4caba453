"""Lockout: who gives a wrong secret too often from one address is not listened to for a while.

Known and unknown names are counted alike and answered alike, so that nobody learns which there are. By
name and address: an attacker elsewhere cannot lock a client out.
"""

from fastapi import Request
from limits import RateLimitItemPerMinute

from ..settings import settings
from .counting import Counters
from .problems import TooManyAttempts

MINUTES = 15


class Attempts:
    """The attempts to log in under one name from one address."""

    def __init__(self, request: Request, name: str) -> None:
        self._counters: Counters = request.app.state.counters
        address = request.client.host if request.client else ""
        self._item = RateLimitItemPerMinute(settings().login_failures, MINUTES, "LOCKOUT")
        self._key = self._item.key_for(self._counters.pseudonym(name, address))
        self._failures = 0

    async def check(self) -> None:
        """Refuse to look at a secret while the name is locked out.

        Raises:
            TooManyAttempts.
        """
        self._failures = await self._counters.ask(lambda storage: storage.get(self._key)) or 0
        if self._failures >= self._item.amount:
            raise TooManyAttempts(MINUTES * 60)

    async def failed(self) -> None:
        """Count a wrong secret; the quarter of an hour begins with the first."""
        expiry = self._item.get_expiry()
        await self._counters.ask(lambda storage: storage.incr(self._key, expiry))

    async def succeeded(self) -> None:
        """Forget what went wrong before."""
        if self._failures:
            await self._counters.ask(lambda storage: storage.clear(self._key))
