"""What a bench found, on the screen and in `bench-results/`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path("bench-results")
RATE = "requests/s"


@dataclass(frozen=True)
class Figure:
    """Ours beside the reference: requests a second (the more, the better), or seconds."""

    name: str
    ours: float
    reference: float
    ratio: float
    aim: float

    @property
    def is_met(self) -> bool:
        """Whether the aim is met: a share of the reference's rate at least, or of its time at most."""
        return self.ratio <= self.aim if unit_of(self.name) != RATE else self.ratio >= self.aim


def unit_of(name: str) -> str:
    """Tell what a figure counts: of a rate the more the better, of all others the less."""
    if name.endswith("_memory"):
        return "MB"
    return "seconds" if name.startswith(("evaluate", "import")) else RATE


def figure(name: str, rounds: Sequence[tuple[float, float]], aim: float) -> Figure:
    """Take medians of rounds of (ours, reference); the ratio's is of each round's own ratio."""
    ours, reference = (median(side) for side in zip(*rounds, strict=True))
    ratio = median(mine / theirs for mine, theirs in rounds)
    return Figure(name, round(ours, 3), round(reference, 3), round(ratio, 3), aim)


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table("bench", "unit")
    for column in ("ours", "reference", "ratio", "aim"):
        table.add_column(column, justify="right")
    table.add_column("met")
    for one in figures:
        unit = unit_of(one.name)
        ours, reference = (
            f"{n:.2f}" if unit == "seconds" else f"{n:,.0f}" for n in (one.ours, one.reference)
        )
        aim = f"{'at least' if unit == RATE else 'at most'} {one.aim:g}"
        met = "yes" if one.is_met else "NO"
        table.add_row(one.name, unit, ours, reference, f"{one.ratio:.2f}", aim, met)
    Console().print(table)


def write(figures: Sequence[Figure]) -> Path:
    """Write the figures to a file of this moment, and over those of the same names in `latest.json`."""
    RESULTS.mkdir(exist_ok=True)
    measured = {one.name: asdict(one) for one in figures}
    latest = RESULTS / "latest.json"
    before = json.loads(latest.read_text()) if latest.exists() else []
    file = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    file.write_text(_text(measured))
    latest.write_text(_text({one["name"]: one for one in before} | measured))
    return file


def _text(figures: Mapping[str, Mapping[str, Any]]) -> str:
    return json.dumps(list(figures.values()), indent=2) + "\n"
