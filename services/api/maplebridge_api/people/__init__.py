"""Holders of posts and parties of disputes."""

from . import routes, service

__all__ = ["routes", "service"]
