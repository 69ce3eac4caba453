"""Cases from report to closure."""

from . import routes, service

__all__ = ["routes", "service"]
