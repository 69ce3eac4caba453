"""Run the benches: all of them, or those named. An aim that is not met is shown, not an error."""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from maplebridge.postgres import DATABASE
from maplebridge.system import running

from . import imports, phones, streets, trees
from .figures import Figure, show, write

NAMES = (*(bench.name for bench in phones.BENCHES), streets.NAME, trees.NAME, imports.NAME)


async def measure(names: Sequence[str], street_count: int) -> list[Figure]:
    """Start the whole service on an empty database, fill it, and measure."""
    os.environ["MAPLEBRIDGE_RATE_READ"] = (
        "1000000"  # counted as ever, but one person may ask for all
    )
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="mb-bench-") as folder:
        work = Path(folder)
        async with running(data=work / "data", say=print) as system:
            # Only what is measured may run.
            await system.stop("jobs")
            await system.stop("evaluator")
            await do_not_wait_for_the_disk(system.database_url)
            if set(names) - {streets.NAME, trees.NAME, imports.NAME}:
                figures += await phones.measure(system, names, work)
            if streets.NAME in names:
                figures.append(await streets.measure(system, street_count))
            if trees.NAME in names:
                figures.append(await trees.measure(system, work))
            if imports.NAME in names:
                figures += await imports.measure(system, work)
    return figures


async def do_not_wait_for_the_disk(database_url: str) -> None:
    """Commit without waiting, on both sides alike: a disk's delay would hide what the code costs."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"ALTER DATABASE {DATABASE} SET synchronous_commit = off")
    await connection.close()


def main() -> None:
    """Read the command line, measure, show and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*NAMES, []], help="all when none is named")
    parser.add_argument("--streets", type=int, default=100, help="fewer for a try (100)")
    asked = parser.parse_args()
    figures = asyncio.run(measure(asked.name or NAMES, asked.streets))
    show(figures)
    print(write(figures))


if __name__ == "__main__":
    main()
