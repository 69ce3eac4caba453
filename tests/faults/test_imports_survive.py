"""An import is entered once and whole, whatever dies: its row is the truth, its lock the lease."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from maplebridge.sample.client import ok, signed_in
from maplebridge.system import MapleBridge, running
from tests.api.imports.sheets import HOUSEHOLDS, csv_of
from tests.world import TIANQIAO

STREET = {"street_id": TIANQIAO, "name": "天桥街街道", "district": "召陵区", "city": "漯河市"}
PLACES = (("community", "001", "滨河"), ("quarter", "0001", "花园"), ("unit", "001", "一单元"))
ROWS = 12_000


@pytest.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MapleBridge]:
    data = tmp_path_factory.mktemp("imports") / "data"
    async with running(data=data, sandbox=True) as system:
        yield system


@asynccontextmanager
async def held(system: MapleBridge) -> AsyncIterator[asyncpg.Connection]:
    """Let the job worker enter households, and hold it before it can say that it did."""
    connection = await asyncpg.connect(system.database_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE import_made IN ACCESS EXCLUSIVE MODE")
            yield connection
    finally:
        await connection.close()


async def waits_for_the_lock(connection: asyncpg.Connection) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'import_made'::regclass"
    )
    async with asyncio.timeout(60):
        while not await connection.fetchval(waiting):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)


async def hands_in(client: httpx.AsyncClient) -> str:
    made = ok(await client.post("/v1/streets", json=STREET | {"province": "河南省"})).json()
    parent = made["grid_id"]
    for level, code, name in PLACES:
        body = {"parent_id": parent, "level": level, "code": code, "name": name}
        parent = ok(await client.post("/v1/grids", json=body)).json()["id"]
    unit = f"{TIANQIAO}/001/0001/001"
    content = csv_of(HOUSEHOLDS, *([unit, f"{n}室", 2] for n in range(ROWS)))
    path = f"/v1/imports?street_id={TIANQIAO}&shape=households"
    answer = await client.post(path, content=content, headers={"Content-Type": "text/csv"})
    return str(ok(answer).json()["id"])


async def test_an_import_whose_worker_is_killed_in_the_middle_is_entered_once(
    system: MapleBridge,
) -> None:
    secret = system.secrets.client_secrets["operator"]
    async with signed_in(system.url, "operator", secret) as client:
        async with held(system) as connection:
            id = await hands_in(client)
            await waits_for_the_lock(connection)
            under_way = ok(await client.get(f"/v1/imports/{id}")).json()
            assert (under_way["state"], under_way["rows_read"]) == ("working", ROWS)
            system.kill("jobs")
            assert await connection.fetchval("SELECT count(*) FROM household") == 0
        async with asyncio.timeout(60):
            path = f"/v1/imports/{id}"
            while (run := ok(await client.get(path)).json())["ended_at"] is None:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    assert (run["state"], run["rows_made"], run["rows_kept"]) == ("applied", ROWS, 0)
    connection = await asyncpg.connect(system.database_url)
    assert await connection.fetchval("SELECT count(*) FROM household") == ROWS
    assert await connection.fetchval("SELECT attempt FROM import_run") == 2
    applied = "SELECT count(*) FROM event WHERE type = 'import.applied'"
    assert await connection.fetchval(applied) == 1
    assert await connection.fetchval("SELECT count(*) FROM import_part") == 0
    await connection.close()
