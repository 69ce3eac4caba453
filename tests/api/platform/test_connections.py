"""The connections of a process: kept open, never more than allowed, never used again when broken."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from maplebridge_api.platform.connections import Connections
from tests.conftest import Databases


@pytest.fixture
async def connections(databases: Databases, database: str) -> AsyncIterator[Connections]:
    made = Connections(databases.url(database, "mb_api"), 2, {})
    yield made
    await made.close()


async def pid(connections: Connections) -> int:
    async with connections.use() as connection:
        return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def test_the_one_used_last_is_the_next(connections: Connections) -> None:
    assert await pid(connections) == await pid(connections)


async def test_a_refusal_leaves_a_connection_fit(connections: Connections) -> None:
    first = await pid(connections)
    with pytest.raises(asyncpg.PostgresError):
        async with connections.use() as connection:
            await connection.execute("SELECT 1 / 0")
    assert await pid(connections) == first


async def test_who_finds_none_free_waits(connections: Connections) -> None:
    used = [connections.use() for _ in range(3)]
    for one in used[:2]:
        await one.__aenter__()
    third = asyncio.create_task(used[2].__aenter__())
    await asyncio.sleep(0)
    assert not third.done()
    await used[0].__aexit__(None, None, None)
    await third
    for one in used[1:]:
        await one.__aexit__(None, None, None)


async def test_one_on_which_a_request_was_given_up_is_not_used_again(
    connections: Connections,
) -> None:
    first = await pid(connections)

    async def waits() -> None:
        async with connections.use() as connection:
            await connection.execute("SELECT pg_sleep(60)")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await waits()
    assert await pid(connections) != first


async def test_one_with_a_transaction_left_open_is_not_used_again(connections: Connections) -> None:
    async with connections.use() as connection:
        await connection.execute("BEGIN")
    async with connections.use() as other:
        assert not other.is_in_transaction()


async def test_one_that_the_server_closed_is_not_used_again(connections: Connections) -> None:
    first = await pid(connections)
    async with connections.use() as one, connections.use() as other:
        gone = await one.fetchval("SELECT pg_backend_pid()")
        await other.execute(f"SELECT pg_terminate_backend({gone})")
        with pytest.raises(Exception, match=r"terminat|closed|progress"):
            await one.execute("SELECT 1")
    assert first == gone
    assert await pid(connections) != first
