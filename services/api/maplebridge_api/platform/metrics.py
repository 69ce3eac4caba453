"""How many requests there were, and how long they took, by route and status."""

from typing import Any

from prometheus_client import Histogram

SECONDS = Histogram(
    "maplebridge_http_request_seconds",
    "Duration of requests, in seconds.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


#: The operator's own machines ask these every few seconds.
ASKED_BY_MACHINES = ("/healthz", "/readyz", "/metrics")


class Metrics:
    """Counts and times requests by method, route and status."""

    def __init__(self) -> None:
        self._children: dict[tuple[str, str, int], Any] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. `route` is its template, never the URL: ids would make one series each."""
        key = (method, route, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = SECONDS.labels(*map(str, key))
        child.observe(seconds)
