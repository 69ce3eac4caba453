"""Counts and times requests by route and status; pure ASGI, because the common base class costs ten times."""

import time
from typing import Any

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access_log import AccessLog

SECONDS = Histogram(
    "maplebridge_http_request_seconds",
    "Duration of requests, in seconds.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


#: The operator's own machines ask these every few seconds.
ASKED_BY_MACHINES = ("/healthz", "/readyz", "/metrics")


class Metrics:
    """Observe every request, whatever becomes of it, and take it down in the access log."""

    def __init__(self, app: ASGIApp, log: AccessLog) -> None:
        self.app = app
        self._log = log
        self._children: dict[tuple[str, str, int], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and time it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        begun = time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            # The route's template, never the URL: ids would make one series each.
            route = getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - begun
            self._child(scope["method"], route, status).observe(seconds)
            if route not in ASKED_BY_MACHINES:
                self._log.note(scope, status, seconds)

    def _child(self, method: str, route: str, status: int) -> Any:
        key = (method, route, status)
        if key not in self._children:
            self._children[key] = SECONDS.labels(*map(str, key))
        return self._children[key]
