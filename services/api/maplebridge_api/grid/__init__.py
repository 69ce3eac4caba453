"""The tree of grids and the households in its units."""

from . import routes, service

__all__ = ["routes", "service"]
