"""What a person may ask for: all that is kept, its erasure; and that one person is one entry."""

from . import routes, service

__all__ = ["routes", "service"]
