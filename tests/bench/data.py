"""What the benches work on, made in the database by SQL."""

import json
from collections.abc import Iterable
from pathlib import Path

import asyncpg

from maplebridge_domain.rubrics import shipped_rubric

#: The street that phones talk to, and the first of those that are evaluated.
STREET = 411_104_001
FIRST_EVALUATED = 411_200_001
#: The street of 20,000 grids.
BIG_STREET = 411_400_001


async def make_streets(database_url: str, street_ids: Iterable[int]) -> None:
    """Make streets with a month of meetings."""
    await _run(database_url, "streets.sql", street_ids)


async def make_disputes(database_url: str, disputes: int = 200_000) -> None:
    """Make the disputes of `STREET`, which is there, and the reference's tables."""
    await _run(database_url, "disputes.sql", [STREET], disputes)


async def make_tree(database_url: str, street_id: int) -> None:
    """Make a street of 20,000 grids that were renumbered once, and the reference's tables of it."""
    await _run(database_url, "trees.sql", [street_id])


async def _run(database_url: str, file: str, street_ids: Iterable[int], disputes: int = 0) -> None:
    rubric = shipped_rubric("luohe")
    document = (rubric.code, str(rubric.version), rubric.canonical_json())
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('bench.disputes', $1, true)", str(disputes))
            await connection.execute("CREATE TEMP TABLE made (street_id int) ON COMMIT DROP")
            await connection.executemany("INSERT INTO made VALUES ($1)", [(i,) for i in street_ids])
            await connection.execute(
                "CREATE TEMP TABLE rubric_document (code text, edition text, document text, sha256 bytea,"
                " form jsonb) ON COMMIT DROP"
            )
            await connection.execute(
                "INSERT INTO rubric_document VALUES ($1, $2, $3, $4, $5)",
                *document,
                bytes.fromhex(rubric.sha256()),
                json.dumps(rubric.ballot_form()),
            )
            await connection.execute((Path(__file__).parent / file).read_text(encoding="utf-8"))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
