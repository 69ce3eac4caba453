"""Organisations, their posts, and service contracts."""

from . import routes, service

__all__ = ["routes", "service"]
