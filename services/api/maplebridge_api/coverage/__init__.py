"""What a street's grid lacks, and which weekly meetings were held: reports over several slices, no writes."""

from . import routes

__all__ = ["routes"]
