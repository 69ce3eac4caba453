"""Lockout: who gives a wrong secret too often from one address is not listened to for a while.

Known and unknown names are counted alike and answered alike, so that nobody learns which there are. By
name and address: an attacker elsewhere cannot lock anybody out.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from limits import RateLimitItemPerMinute

from maplebridge_domain.problem import Problem

from ..settings import settings
from .counting import Counters
from .problems import TooManyAttempts

MINUTES = 15


class Attempts:
    """The attempts to come in from one address under one name: a client's, a session's, a code's.

    `name` begins with what sort of name it is.
    """

    def __init__(self, request: Request, *name: str) -> None:
        self._counters: Counters = request.app.state.counters
        address = request.client.host if request.client else ""
        self._item = RateLimitItemPerMinute(settings().login_failures, MINUTES, "LOCKOUT")
        self._key = self._item.key_for(self._counters.pseudonym(*name, address))

    @asynccontextmanager
    async def limiting(self, wrong: type[Problem]) -> AsyncIterator[None]:
        """Let a secret be looked at inside, which raises `wrong` when it is; success forgives.

        Raises:
            TooManyAttempts: too many were wrong; this one is not looked at.
        """
        failures = await self._counters.ask(lambda storage: storage.get(self._key)) or 0
        if failures >= self._item.amount:
            raise TooManyAttempts(MINUTES * 60)
        try:
            yield
        except wrong:
            await self._count()
            raise
        if failures:
            await self._counters.ask(lambda storage: storage.clear(self._key))

    async def _count(self) -> None:
        """Count a wrong secret; the quarter of an hour begins with the first."""
        expiry = self._item.get_expiry()
        await self._counters.ask(lambda storage: storage.incr(self._key, expiry))
