"""Who holds which post, and the five steps of cross-appointment."""

from . import routes, service

__all__ = ["routes", "service"]
