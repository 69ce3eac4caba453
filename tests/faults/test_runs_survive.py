"""A run is computed once, whatever dies: its row in PostgreSQL is the truth, the queue a hint."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from maplebridge.demo.month import MONDAY_AFTER, PERIOD, set_clock
from maplebridge.sample import SEED
from maplebridge.sample.client import ok, signed_in
from maplebridge.sample.load import load
from maplebridge.sample.world import World, build
from maplebridge.system import MapleBridge, running
from maplebridge_domain.evaluation import ResultKind


class Street:
    """A running system with the sample street, and what an operator sees of its runs."""

    def __init__(self, system: MapleBridge, client: httpx.AsyncClient, world: World) -> None:
        self.system = system
        self.client = client
        self.world = world

    async def requests_a_run(self) -> str:
        request = {
            "id": str(uuid4()),
            "street_id": self.world.street["street_id"],
            "period": PERIOD,
            "kinds": [kind.value for kind in ResultKind],
            "rubric_id": self.world.rubric["id"],
        }
        ok(await self.client.post("/v1/evaluation-runs", json=request))
        return str(request["id"])

    async def run(self, id: str) -> dict[str, Any]:
        run: dict[str, Any] = ok(await self.client.get(f"/v1/evaluation-runs/{id}")).json()
        return run

    async def reaches(self, id: str, state: str) -> dict[str, Any]:
        async def reached() -> bool:
            return bool((await self.run(id))["state"] == state)

        await eventually(reached)
        return await self.run(id)

    async def handed_out(self, id: str) -> None:
        async def known() -> bool:
            query = "SELECT handed_out_at IS NOT NULL FROM evaluation_run WHERE id = $1"
            return bool(await self.asks(query, id))

        await eventually(known)

    async def asks(self, query: str, *values: Any) -> Any:
        connection = await asyncpg.connect(self.system.database_url)
        try:
            return await connection.fetchval(query, *values)
        finally:
            await connection.close()

    async def results(self, id: str) -> int:
        count: int = await self.asks("SELECT count(*) FROM evaluation_result WHERE run_id = $1", id)
        return count

    async def events(self, id: str, kind: str) -> int:
        query = "SELECT count(*) FROM event WHERE subject = $1 AND type = $2"
        count: int = await self.asks(query, f"evaluation-runs/{id}", kind)
        return count

    @asynccontextmanager
    async def ballots_locked(self) -> AsyncIterator[None]:
        """Hold the evaluator where it has claimed its run and waits for the feed."""
        connection = await asyncpg.connect(self.system.database_url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE ballot IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait until something is so; a minute is what the product promises."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the system tells nobody
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    data = tmp_path_factory.mktemp("faults") / "a street 天桥"
    world = build(SEED)
    async with running(data=data, sandbox=True) as system:
        secret = system.secrets.client_secrets["operator"]
        async with signed_in(system.url, "operator", secret) as client:
            await set_clock(client, MONDAY_AFTER)
            await load(client, world, data / "sample", lambda things: None)
            yield Street(system, client, world)


async def test_a_run_whose_worker_is_killed_in_the_middle_is_computed_once(street: Street) -> None:
    undisturbed = await street.reaches(await street.requests_a_run(), "drafted")

    async with street.ballots_locked():
        id = await street.requests_a_run()
        assert (await street.reaches(id, "computing"))["attempt"] == 1
        street.system.kill("evaluator")
    run = await street.reaches(id, "drafted")

    assert run["attempt"] == 2
    assert run["input_sha256"] == undisturbed["input_sha256"]
    assert await street.results(id) == await street.results(undisturbed["id"]) > 0
    assert await street.events(id, "evaluation_run.drafted") == 1


async def test_a_run_is_computed_once_though_the_queue_lost_all_its_data(street: Street) -> None:
    await street.system.stop("evaluator")
    id = await street.requests_a_run()
    await street.handed_out(id)
    await street.system.stop("valkey")
    shutil.rmtree(street.system.folder.valkey)
    await street.system.start("valkey")
    await street.system.start("evaluator")

    run = await street.reaches(id, "drafted")
    assert run["attempt"] == 1
    assert await street.events(id, "evaluation_run.drafted") == 1


async def test_a_run_requested_while_the_job_worker_is_away_is_found_by_it(street: Street) -> None:
    await street.system.stop("jobs")
    id = await street.requests_a_run()
    assert (await street.run(id))["state"] == "queued"
    await street.system.start("jobs")
    assert (await street.reaches(id, "drafted"))["attempt"] == 1


async def test_the_same_month_gives_the_same_results_to_the_byte(street: Street) -> None:
    runs = [await street.requests_a_run() for _ in range(2)]
    for id in runs:
        await street.reaches(id, "drafted")
    bytes_of = (
        "SELECT string_agg(concat_ws(' ', kind, subject_id, score, grade, explanation), '\n'"
        " ORDER BY kind, subject_id) FROM evaluation_result WHERE run_id = $1"
    )
    first, second = [await street.asks(bytes_of, id) for id in runs]
    assert first == second
    assert len(first) > 100_000


async def test_the_sample_sent_a_second_time_changes_nothing(
    street: Street, tmp_path: Path
) -> None:
    events = "SELECT last_no FROM event_head WHERE street_id = $1"
    before = await street.asks(events, street.world.street["street_id"])
    await load(street.client, street.world, tmp_path, lambda things: None)
    assert await street.asks(events, street.world.street["street_id"]) == before > 1_000


async def test_a_database_that_is_away_is_said_and_found_again(street: Street) -> None:
    await street.system.stop("postgres")
    answer = await street.client.get("/readyz")
    assert answer.status_code == 503
    refused = await street.client.get("/v1/disputes")
    assert refused.status_code == 503
    assert refused.json()["code"] == "service_unavailable"
    assert int(refused.headers["Retry-After"]) > 0

    await street.system.start("postgres")

    async def served() -> bool:
        return (await street.client.get("/v1/disputes")).status_code == 200

    await eventually(served)
