"""What a request costs is counted in statements, not in milliseconds."""

import asyncio
from typing import Any

import pytest

from tests.world import TIANQIAO, Tianqiao, ballot, dispute, id_of, listen


@pytest.fixture
async def statements(tianqiao: Tianqiao) -> list[str]:
    """Collect what is sent to the database on every connection."""
    await tianqiao.clerk_li.gets("/grids")  # who is cut off is read once in two seconds
    return await listen(tianqiao)


HUAYUAN = id_of("huayuan")


@pytest.mark.parametrize(
    ("method", "path", "body", "count"),
    [
        ("GET", f"/disputes?quarter_id={HUAYUAN}", None, 1),
        ("GET", f"/disputes/{id_of('flooded kitchen')}", None, 1),
        ("POST", "/disputes", dispute(), 1),
        ("POST", "/ballots", ballot("liu in library", "enterprise", "chenguang"), 1),
        ("GET", "/evaluation-runs", None, 1),
        ("GET", f"/people?limit=1&after={TIANQIAO}.{id_of('chen')}.1", None, 1),
        ("GET", f"/organisations?name=chen&after={TIANQIAO}.{id_of('chenguang')}.1", None, 1),
        # begin, is there the street, the search with its event, commit
        ("POST", "/people/search", {"street_id": TIANQIAO, "name": "wang"}, 4),
    ],
)
async def test_a_read_or_hot_write_is_one_statement(
    tianqiao: Tianqiao, statements: list[str], method: str, path: str, body: Any, count: int
) -> None:
    more = {"json": body} if body else {}
    assert (await tianqiao.clerk_li.asks(method, path, **more)).is_success
    await asyncio.sleep(0)  # the loop calls the loggers
    assert len(statements) == count, statements


HOUSEHOLD = {"grid_id": id_of("huayuan unit 1"), "address": "301室", "residents": 4}
RECORD = {
    "street_id": TIANQIAO,
    "subject_kind": "enterprise",
    "subject_id": id_of("chenguang"),
    "kind": "commendation",
    "code": "clean_yard",
    "title": "表扬",
    "basis": "街道表彰决定",
    "occurred_on": "2026-10-01",
}
TASK = {
    "meeting_id": id_of("meeting"),
    "organisation_id": id_of("chenguang"),
    "title": "修好电梯",
    "due_at": "2026-10-20T00:00:00+08:00",
}
PERSON = {"street_id": TIANQIAO, "name": "周远"}
POST = {"organisation_id": id_of("library"), "kind": "member", "name": "馆员"}


@pytest.mark.parametrize(
    ("path", "item", "count"),
    [  # begin, what the items name, the rows, the event, commit
        ("/households/batch", HOUSEHOLD, 8),  # holds the tree, places them, shows them
        ("/people/batch", PERSON, 4),
        ("/posts/batch", POST, 6),
        ("/records/batch", RECORD, 5),
        ("/tasks/batch", TASK, 6),
    ],
)
async def test_a_batch_is_as_many_statements_as_one_row(
    tianqiao: Tianqiao, statements: list[str], path: str, item: dict[str, object], count: int
) -> None:
    counted = []
    for size in (1, 2, 100):  # once more than counted: a connection learns its types first
        statements.clear()
        # An address of a unit is one household's.
        no_two = [{"address": f"{size}/{n}室"} if "address" in item else {} for n in range(size)]
        batch = {"items": [item | other for other in no_two]}
        assert (await tianqiao.clerk_li.posts(path, batch)).is_success
        counted.append(len(statements))
    assert counted[1:] == [count, count], statements
