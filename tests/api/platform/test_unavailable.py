"""When the database or the queue is away: said so, and over by itself when they are back."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from maplebridge.postgres import PostgresServer, binary
from tests.conftest import FAST, Databases, Valkey
from tests.contract import contract
from tests.world import TIANQIAO, Tianqiao, dispute, id_of, open_street, outcome

HUAYUAN = f"/grids/{id_of('huayuan')}"


@pytest.fixture
async def server(
    databases: Databases, database: str, tmp_path: Path
) -> AsyncIterator[PostgresServer]:
    """Give a server of its own, with a copy of the small street, that a test may stop and start."""
    source = databases.url(database)
    with PostgresServer(tmp_path, "test", FAST) as server:
        _copy(source, server.url())
        yield server


def _copy(source: str, target: str) -> None:
    """Copy a database from one server to another, with its roles."""
    dumped = subprocess.run(
        [binary("pg_dump"), "--dbname", source], capture_output=True, check=True
    )
    roles = "".join(
        f"CREATE ROLE {role} LOGIN PASSWORD 'test';" for role in ("mb_api", "mb_evaluator")
    )
    restored = subprocess.run(
        [binary("psql"), "--dbname", target, "--set=ON_ERROR_STOP=1", "--quiet"],
        input=roles.encode() + dumped.stdout,
        capture_output=True,
        check=False,
    )
    assert restored.returncode == 0, restored.stderr.decode()


async def everything(street: Tianqiao) -> list[httpx.Response]:
    """Ask for one of each kind: a list, a resource, a hot write, a transaction, a token."""
    clerk = street.clerk_li
    form = {"grant_type": "client_credentials", "client_id": "clerk_li", "client_secret": "li's"}
    return [
        await clerk.gets("/disputes"),
        await clerk.gets(HUAYUAN),
        await clerk.posts("/disputes", dispute()),
        await clerk.posts("/people", {"street_id": TIANQIAO, "name": "周远"}),
        await street.http.post("/oauth/token", data=form),
    ]


def named(unready: httpx.Response) -> list[str]:
    """Say what the service misses."""
    return [error["code"] for error in unready.json()["errors"]]


async def test_requests_fail_for_the_moment_and_succeed_when_the_database_is_back(
    server: PostgresServer,
) -> None:
    well = [200, 200, 201, 201, 200]
    async with open_street(server.url(), server.url("mb_api")) as street:
        assert [answer.status_code for answer in await everything(street)] == well

        server.stop()
        for answer in await everything(street):
            assert outcome(answer) == "503 service_unavailable"
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["content-type"] == "application/problem+json"
        unready = await street.http.get("/readyz")
        assert outcome(unready) == "503 service_unavailable"
        assert named(unready) == ["database_unavailable", "queue_unavailable"]
        assert (await street.http.get("/healthz")).json() == {"status": "ok"}

        server.start()
        assert [answer.status_code for answer in await everything(street)] == well


async def test_what_a_stopped_database_refused_can_be_sent_again_with_its_key(
    server: PostgresServer,
) -> None:
    headers = {"Idempotency-Key": "phone-9"}
    async with open_street(server.url(), server.url("mb_api")) as street:
        server.stop()
        refused = await street.clerk_li.posts("/disputes", dispute(), headers=headers)
        assert outcome(refused) == "503 service_unavailable"
        server.start()
        for _ in range(2):
            again = await street.clerk_li.posts("/disputes", dispute(), headers=headers)
            assert outcome(again) == "201"
        assert await street.new_events() == ["dispute.reported"]


@asynccontextmanager
async def held_up(street: Tianqiao, rows: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Lock rows; gives a function that waits until a request waits for them, and says who."""
    connection = await asyncpg.connect(street.owner_url)
    await connection.execute(f"BEGIN; {rows} FOR UPDATE")

    async def waiting() -> int:
        async with asyncio.timeout(10):
            while True:
                # Asked anew each time: a transaction sees one snapshot of it.
                pid: int | None = await street.asks(
                    "SELECT pid FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if pid is not None:
                    return pid

    try:
        yield waiting
    finally:
        await connection.close()


async def test_a_transaction_whose_connection_is_cut_leaves_nothing(tianqiao: Tianqiao) -> None:
    """The person is written, the event waits for the street's head, and the server ends it all."""
    person = {"street_id": TIANQIAO, "name": "周远"}
    async with held_up(tianqiao, "SELECT 1 FROM event_head") as waiting:
        request = asyncio.create_task(tianqiao.clerk_li.posts("/people", person))
        pid = await waiting()
        await tianqiao.asks("SELECT pg_terminate_backend($1)", pid)
        assert outcome(await request) == "503 service_unavailable"
    assert await tianqiao.new_events() == []
    assert await tianqiao.asks("SELECT count(*) FROM person WHERE name = '周远'") == 0
    assert outcome(await tianqiao.clerk_li.posts("/people", person)) == "201"


async def test_a_request_that_waits_for_a_row_holds_no_other_up(tianqiao: Tianqiao) -> None:
    place = f"/disputes/{id_of('flooded kitchen')}"
    async with held_up(tianqiao, "SELECT 1 FROM dispute") as waiting:
        step = tianqiao.clerk_li.changes(place, "steps", {"act": "accept"})
        request = asyncio.create_task(step)
        await waiting()
        assert (await tianqiao.clerk_li.gets(place)).json()["state"] == "reported"
        assert outcome(await tianqiao.clerk_li.posts("/disputes", dispute())) == "201"
    assert (await request).status_code == 200


async def test_the_service_is_ready_when_database_and_queue_are(
    valkey: Valkey, tianqiao: Tianqiao
) -> None:
    ready = await tianqiao.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok"})


async def test_without_a_queue_it_is_not_ready_but_alive(tianqiao: Tianqiao) -> None:
    unready = await tianqiao.http.get("/readyz")
    contract().check(unready)
    assert outcome(unready) == "503 service_unavailable"
    assert named(unready) == ["queue_unavailable"]
    assert unready.json()["errors"][0]["detail"] == "队列没有响应，请检查 Valkey 是否运行。"
    assert int(unready.headers["retry-after"]) > 0
    assert (await tianqiao.http.get("/healthz")).status_code == 200
