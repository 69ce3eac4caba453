"""Whether the session that a person acts in is still in force, in spite of tokens that outlast it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import Request

from .database import Database
from .identity import Caller, NotAuthenticated

IsInForce = Callable[[Database, Caller], Awaitable[bool]]


class SessionStates:
    """Remembers which sessions were in force a moment ago: one statement a session every two seconds."""

    SIZE_MAX = 10_000
    SECONDS_MAX = 2  # how long a revoked session may still act

    def __init__(self, is_in_force: IsInForce) -> None:
        self._is_in_force = is_in_force
        self._until: dict[UUID, float] = {}

    async def check(self, database: Database, caller: Caller) -> None:
        """Refuse a caller whose session has been revoked; a system acts in none.

        Raises:
            NotAuthenticated.
        """
        if caller.session_id is None or time.monotonic() < self._until.get(caller.session_id, 0):
            return
        until = time.monotonic() + self.SECONDS_MAX  # from before it is asked, not from the answer
        if not await self._is_in_force(database, caller):
            raise NotAuthenticated()
        if len(self._until) >= self.SIZE_MAX:
            self._until.clear()
        self._until[caller.session_id] = until


async def must_be_in_force(request: Request, caller: Caller) -> None:
    """Refuse a caller whose session has been revoked.

    Raises:
        NotAuthenticated.
    """
    states: Any = request.app.state.session_states
    await states.check(request.app.state.database, caller)
