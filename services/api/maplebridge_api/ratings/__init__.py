"""Credit records, results, notice, confirmation, signed statements."""

from . import routes, service

__all__ = ["routes", "service"]
