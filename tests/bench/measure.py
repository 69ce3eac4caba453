"""A figure: ours, the reference, their ratio, and the aim."""

from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """What one bench found. `unit` is of both sides: requests/s, more is better, or s, less is."""

    name: str
    ours: float
    reference: float
    ratio: float
    aim: float
    unit: str
    rounds: tuple[float, ...]

    @property
    def met(self) -> bool:
        """Whether the aim is reached."""
        return self.ratio <= self.aim if self.unit == "s" else self.ratio >= self.aim

    def cells(self) -> tuple[str, ...]:
        """Show it as a row of the table."""
        sides = (f"{self.ours:,.1f} {self.unit}", f"{self.reference:,.1f} {self.unit}")
        bound = "<=" if self.unit == "s" else ">="
        spread = f"{self.ratio:.2f} ({min(self.rounds):.2f}-{max(self.rounds):.2f})"
        return (self.name, *sides, spread, f"{bound} {self.aim}", "yes" if self.met else "NO")

    def as_json(self) -> dict[str, Any]:
        """Return what bench-results keeps."""
        return {
            "name": self.name,
            "ours": self.ours,
            "reference": self.reference,
            "ratio": self.ratio,
            "aim": self.aim,
        }


def figure(name: str, rounds: list[tuple[float, float]], aim: float, unit: str) -> Figure:
    """Take the medians of rounds of (ours, reference); the ratio is the median of their ratios."""
    ratios = tuple(ours / reference for ours, reference in rounds)
    ours, reference = (median(side) for side in zip(*rounds, strict=True))
    return Figure(name, ours, reference, median(ratios), aim, unit, ratios)
