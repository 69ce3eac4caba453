"""Signed statements of a rating."""

from typing import Any

from ..platform import signing


def sign(statement: dict[str, Any]) -> str:
    """Sign a statement; the same statement gives the same bytes."""
    return signing.sign("rating", statement)
