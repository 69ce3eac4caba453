"""Numbers that change by day and by place, from parameters/*.yaml."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

Entry = Mapping[str, Any]

#: Division codes of streets have nine digits.
_DIGITS = 9


@cache
def entries(file: str) -> Mapping[str, Sequence[Entry]]:
    """Return a file's dated entries by name, oldest first: `from`, a `place` perhaps, and what they set."""
    text = (files(__package__) / "parameters" / f"{file}.yaml").read_text(encoding="utf-8")
    return {
        name: sorted(dated, key=lambda entry: entry["from"])
        for name, dated in yaml.safe_load(text).items()
    }


def in_force(dated: Sequence[Entry], on: date, street_id: int) -> list[Entry]:
    """Return what is in force on a day where a street is: one for each place around it, widest first.

    For a day before a place's first, its first.
    """
    found: dict[str, Entry] = {}
    for entry in dated:
        place = entry.get("place", "")
        if f"{street_id:0{_DIGITS}d}".startswith(place) and (
            place not in found or entry["from"] <= on
        ):
            found[place] = entry
    return [found[place] for place in sorted(found, key=len)]


def zones(file: str) -> list[range]:
    """Part all division codes of streets into ranges within which a file sets the same."""
    places = {entry.get("place", "") for dated in entries(file).values() for entry in dated}
    cuts = {0, 10**_DIGITS}
    for place in places - {""}:
        first = int(place.ljust(_DIGITS, "0"))
        cuts |= {first, first + 10 ** (_DIGITS - len(place))}
    return [range(lo, hi) for lo, hi in pairwise(sorted(cuts))]
