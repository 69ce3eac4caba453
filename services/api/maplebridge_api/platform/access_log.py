"""Who asked for what, and what became of it: a line a request, so that every access can be accounted for.

Of ids only, which the event log has as well: of an address what our routes write themselves, and UUIDs in
it; whatever else was asked for may hold anything, and is not repeated. Lines are written once a second, all
at once: what is killed with -9 loses its last second's.
"""

import asyncio
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.types import Scope

from .clock import wall
from .identity import Caller


class AccessLog:
    """Collects what was asked, and writes it to standard output."""

    SECONDS_MAX = 1.0

    def __init__(self) -> None:
        self._noted: list[tuple[Any, ...]] = []

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Take down a request that was answered."""
        if not self._noted:
            asyncio.get_running_loop().call_later(self.SECONDS_MAX, self.write)
        caller = scope.get("state", {}).get("caller")
        self._noted.append((wall(), scope["method"], _path(scope), status, seconds, caller))

    def write(self) -> None:
        """Write what was taken down."""
        lines = [_line(*one) for one in self._noted]
        self._noted = []
        sys.stdout.write("".join(lines))
        sys.stdout.flush()


def _path(scope: Scope) -> str:
    if "route" not in scope:
        return "-"
    path = str(scope["route"].path)
    for name, value in scope["path_params"].items():
        if isinstance(value, UUID):
            path = path.replace(f"{{{name}:uuid}}", str(value))
    return path


def _line(
    at: datetime, method: str, path: str, status: int, seconds: float, caller: Caller | None
) -> str:
    who = f"actor={caller.actor} capacity={caller.capacity or '-'}" if caller else "actor=-"
    return (
        f"{at:%Y-%m-%d %H:%M:%S} [info     ] request method={method} path={path}"
        f" status={status} ms={seconds * 1000:.0f} {who}\n"
    )
