"""Periods of time: half open, the end may be unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from .problem import Kind, Problem


@dataclass(eq=False)
class EmptyPeriod(Problem):
    """A period ends after it begins."""

    kind = Kind.INVALID
    zh = "期限的结束时间须晚于开始时间。"
    en = "A period must end after it begins."
    pointer = "/during"


@dataclass(frozen=True)
class Period:
    """From an instant (inclusive) until another (exclusive; None: still running).

    Raises:
        EmptyPeriod: when it would end before, or as, it begins.
    """

    start: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.start:
            raise EmptyPeriod()

    def overlaps(self, other: "Period") -> bool:
        """Say whether two periods share an instant."""
        return other.start in self or self.start in other

    def __contains__(self, other: "Period | datetime") -> bool:
        if isinstance(other, datetime):
            return self.start <= other and (self.until is None or other < self.until)
        if other.start < self.start:
            return False
        return self.until is None or (other.until is not None and other.until <= self.until)


def overlapping(named: Sequence[tuple[str, Period]], after: datetime) -> list[str]:
    """Return the names of those that run at one time with another, at some instant from `after` on."""
    left = [(name, one) for name, one in named if one.until is None or one.until > after]
    later = [(name, Period(max(one.start, after), one.until)) for name, one in left]
    clash = {
        name
        for (first, one), (second, other) in combinations(later, 2)
        if one.overlaps(other)
        for name in (first, second)
    }
    return sorted(clash)
