"""What every request passes first: its answer gets its headers, is timed, and is taken down.

Pure ASGI, and one for all three: the common base class costs ten times, and each wrapper around `send` two
microseconds of every request.
"""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access_log import AccessLog
from .headers import PAGES, Headers, sending_page
from .metrics import ASKED_BY_MACHINES, Metrics


class Edge:
    """Passes a request on, and its answer back, whatever becomes of it."""

    def __init__(self, app: ASGIApp, log: AccessLog) -> None:
        self.app = app
        self._log = log
        self._metrics = Metrics()
        self._headers = Headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        begun = time.perf_counter()
        is_page = scope["path"] in PAGES
        pass_on = sending_page(scope["path"], send) if is_page else send

        async def send_back(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if not is_page:
                    self._headers.add(scope, message)
            await pass_on(message)

        try:
            await self.app(scope, receive, send_back)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - begun
            self._metrics.observe(scope["method"], route, status, seconds)
            if route not in ASKED_BY_MACHINES:
                self._log.note(scope, status, seconds)
