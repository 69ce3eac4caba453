"""Rubrics, runs, and what the evaluator publishes."""

from . import routes, service

__all__ = ["routes", "service"]
