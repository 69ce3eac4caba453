"""Changes of the tree that open disputes follow: moving, splitting, merging and closing grids."""

from . import routes, service

__all__ = ["routes", "service"]
