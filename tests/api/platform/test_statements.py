"""What a request costs is counted in statements, not in milliseconds."""

from typing import Any

import pytest

from tests.world import Tianqiao, ballot, dispute, id_of


@pytest.fixture
async def statements(tianqiao: Tianqiao) -> list[str]:
    """Collect what is sent to the database on every connection."""
    sent: list[str] = []
    pool = await tianqiao.app.state.database.pool()
    connections = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in connections:
        connection.add_query_logger(lambda record: sent.append(record.query))
    for connection in connections:
        await pool.release(connection)
    return sent


HUAYUAN = id_of("huayuan")


@pytest.mark.parametrize(
    ("method", "path", "body", "count"),
    [
        ("GET", f"/disputes?quarter_id={HUAYUAN}", None, 1),
        ("GET", f"/disputes/{id_of('flooded kitchen')}", None, 1),
        ("POST", "/disputes", dispute(), 1),
        ("POST", "/ballots", ballot("liu in library", "enterprise", "chenguang"), 1),
        ("GET", "/evaluation-runs", None, 1),
    ],
)
async def test_a_hot_route_is_one_statement(
    tianqiao: Tianqiao, statements: list[str], method: str, path: str, body: Any, count: int
) -> None:
    more = {"json": body} if body else {}
    assert (await tianqiao.clerk_li.asks(method, path, **more)).is_success
    assert len(statements) == count, statements


async def test_a_batch_is_as_many_statements_as_one_row(
    tianqiao: Tianqiao, statements: list[str]
) -> None:
    household = {"grid_id": id_of("huayuan unit 1"), "address": "301室", "residents": 4}
    counted = []
    for size in (1, 1, 100):  # once more than counted: a connection learns its types first
        statements.clear()
        batch = {"items": [household] * size}
        assert (await tianqiao.clerk_li.posts("/households/batch", batch)).is_success
        counted.append(len(statements))
    assert counted[1:] == [5, 5], statements  # begin, grids, households, event, commit
