"""100 streets evaluated by the real worker over HTTP, beside the time to copy their feed out.

The reference is `COPY (...) TO STDOUT (FORMAT binary)` of the same rows, through the same views and in
the same role: what the evaluator would need if scoring and publishing cost nothing.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import asyncpg
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings

from maplebridge.parts import EVALUATOR_QUEUE
from maplebridge.system import MapleBridge
from maplebridge_domain.evaluation import ResultKind
from maplebridge_evaluator.feed import selects

from .data import FIRST_EVALUATED, make_streets
from .figures import Figure, figure

NAME = "evaluate_100_streets"
AIM = 3.0
ROUNDS = 3
STREETS_TO_WARM_UP = 5
SECONDS_MAX = 600
PERIOD = (date(2026, 10, 1), date(2026, 11, 1))

ADD_RUNS = """
    INSERT INTO evaluation_run (street_id, id, period_from, period_until, kinds, rubric_id, state,
        requested_by, requested_at)
    SELECT asked.street_id, asked.id, $3, $4, $5, rubric.id, 'queued', 'clients/bench', now()
    FROM unnest($1::int[], $2::uuid[]) AS asked (street_id, id)
    JOIN rubric ON rubric.street_id = asked.street_id
"""
STATES = (
    "SELECT state FROM evaluation_run WHERE id = ANY($1) AND state NOT IN ('queued', 'computing')"
)


async def measure(system: MapleBridge, streets: int) -> Figure:
    """Measure the evaluation of so many streets, which are made first."""
    street_ids = range(FIRST_EVALUATED, FIRST_EVALUATED + streets)
    await make_streets(system.database_url, street_ids)
    database = await asyncpg.connect(system.database_url)
    socket = system.redis_url.removeprefix("unix://").partition("?")[0]
    queue = await create_pool(RedisSettings(unix_socket_path=socket))
    await system.start("evaluator")
    try:
        await evaluate(database, queue, street_ids[:STREETS_TO_WARM_UP])
        await copy(database, street_ids[:STREETS_TO_WARM_UP])
        rounds = [
            (await evaluate(database, queue, street_ids), await copy(database, street_ids))
            for _ in range(ROUNDS)
        ]
    finally:
        await system.stop("evaluator")
        await queue.aclose()
        await database.close()
    return figure(NAME, rounds, AIM)


async def evaluate(
    database: asyncpg.Connection, queue: ArqRedis, street_ids: Sequence[int]
) -> float:
    """Give every street's run to the worker's queue; return after how long all were drafted."""
    runs = {street_id: uuid4() for street_id in street_ids}
    await database.execute(ADD_RUNS, list(runs), list(runs.values()), *PERIOD, list(ResultKind))
    begun = time.perf_counter()
    for street_id, run_id in runs.items():
        await queue.enqueue_job("evaluate", street_id, str(run_id), _queue_name=EVALUATOR_QUEUE)
    async with asyncio.timeout(SECONDS_MAX):
        while len(states := await _states(database, list(runs.values()))) < len(runs):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    took = time.perf_counter() - begun
    if set(states) != {"drafted"}:
        raise RuntimeError(f"runs ended as {sorted(set(states))}")
    return took


async def _states(database: asyncpg.Connection, runs: list[UUID]) -> list[str]:
    return [row["state"] for row in await database.fetch(STATES, runs)]


async def copy(database: asyncpg.Connection, street_ids: Sequence[int]) -> float:
    """Copy every street's feed out in the evaluator's role, and throw it away."""
    begun = time.perf_counter()
    for street_id in street_ids:
        async with database.transaction(isolation="repeatable_read", readonly=True):
            await database.execute("SET LOCAL ROLE mb_evaluator")
            await database.execute(f"SELECT mb_enter({street_id}, {street_id})")
            for sql in selects(street_id, *PERIOD).values():
                await database.copy_from_query(sql, output=_nowhere, format="binary")
    return time.perf_counter() - begun


async def _nowhere(_: bytes) -> None:
    """Throw it away."""
