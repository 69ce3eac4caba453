"""Discussion days: attendance, tasks, ballots."""

from . import routes, service

__all__ = ["routes", "service"]
