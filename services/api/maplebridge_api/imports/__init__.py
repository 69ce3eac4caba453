"""Spreadsheets in and out: grids, households, organisations, people, appointments."""

from . import routes, service

__all__ = ["routes", "service"]
