"""Bodies have a limit, whether they name their length or not."""

from collections.abc import AsyncIterator

from maplebridge_api.platform.limits import BODY_BYTES_MAX
from tests.world import TIANQIAO, Tianqiao, outcome


async def test_a_body_past_the_limit_is_refused(tianqiao: Tianqiao) -> None:
    large = b'{"street_id": %d, "name": "%s"}' % (TIANQIAO, b"x" * BODY_BYTES_MAX)
    headers = {"Content-Type": "application/json"}
    named = await tianqiao.clerk_li.asks("POST", "/people", content=large, headers=headers)
    assert outcome(named) == "413 body_too_large"

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 1_000_000):
            yield large[start : start + 1_000_000]

    unnamed = await tianqiao.clerk_li.asks("POST", "/people", content=pieces(), headers=headers)
    assert outcome(unnamed) == "413 body_too_large"
    assert await tianqiao.new_events() == []


async def test_a_list_past_the_limit_is_refused(tianqiao: Tianqiao) -> None:
    people = [{"street_id": TIANQIAO, "name": "某人"}] * 1001
    answer = await tianqiao.clerk_li.posts("/people/batch", {"items": people})
    assert outcome(answer) == "422 invalid_request"
    assert answer.json()["errors"][0]["code"] == "too_long"
