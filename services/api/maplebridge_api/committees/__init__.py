"""Owners' committees and property management committees: their terms from election to hand-over."""

from . import routes, service

__all__ = ["routes", "service"]
