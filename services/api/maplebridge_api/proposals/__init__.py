"""Appointments proposed by one and decided by another."""

from . import routes, service

__all__ = ["routes", "service"]
