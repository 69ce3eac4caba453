"""`make bench`: ours beside the strict reference, several rounds in turn; `ONLY=name` runs one."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import evaluation, routes
from tests.bench.measure import Figure
from tests.bench.place import opened

RESULTS = Path("bench-results")
BEGUN = datetime.now(UTC)


async def measure(only: str | None) -> list[Figure]:
    """Measure everything, or the one bench that is named."""
    names = [*routes.BENCHES, evaluation.NAME]
    if only and only not in names:
        sys.exit(f"There is no bench {only}: {', '.join(names)}.")
    figures: list[Figure] = []
    async with opened() as place:
        for name in [name for name in routes.BENCHES if only in (None, name)]:
            figures.append(await routes.measure(place, name))
            keep(figures)
        if only in (None, evaluation.NAME):
            figures.append(await evaluation.measure(place))
            keep(figures)
    return figures


def keep(figures: list[Figure]) -> None:
    """Write what was measured so far: a bench that fails takes no figure of another with it."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps([figure.as_json() for figure in figures], indent=1) + "\n"
    for name in ("latest", f"{BEGUN:%Y%m%dT%H%M%S}"):
        (RESULTS / f"{name}.json").write_text(text)


def show(figures: list[Figure]) -> None:
    """Print the table."""
    table = Table(title="ours beside the strict reference: medians of rounds in turn")
    for heading in ("bench", "ours", "reference", "ratio", "aim", "met"):
        table.add_column(heading, justify="right" if heading != "bench" else "left")
    for figure in figures:
        table.add_row(*figure.cells())
    Console().print(table)


if __name__ == "__main__":
    show(asyncio.run(measure(sys.argv[1] if len(sys.argv) > 1 else None)))
