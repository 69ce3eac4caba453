"""What is open for an office goes with the post: a successor finds it, who left finds it no more."""

import pytest

from maplebridge_api.platform.authority import Authority
from tests.world import NOW, TERM, Actor, Json, Tianqiao, ballot, id_of, outcome


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look appointments up at every request: an end counts at once."""
    monkeypatch.setattr(Authority, "SECONDS_MAX", 0.0)


async def successor(tianqiao: Tianqiao, office: str, post: str) -> Actor:
    """End an office today, and let Zhao take its seat."""
    clerk, now = tianqiao.clerk_li, NOW.isoformat()
    place = f"/appointments/{id_of(office)}"
    assert (await clerk.changes(place, "end", {"at": now, "reason": "transfer"})).is_success
    body: Json = {"id": id_of("zhao succeeds"), "person_id": id_of("zhao"), "post_id": id_of(post)}
    await clerk.makes("/appointments", body | {"during": {"from": now, "until": TERM["until"]}})
    return await tianqiao.in_office("zhao succeeds")


async def test_tasks_and_lists_of_meetings_go_with_the_post_and_ballots_do_not(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    due = {"due_at": "2026-11-20T00:00:00+08:00", "title": "开放阅览室"}
    meeting = {"meeting_id": id_of("meeting"), "organisation_id": id_of("library")}
    task = await clerk.makes("/tasks", meeting | due)
    await clerk.makes("/ballots", ballot("liu in library", "enterprise", "chenguang"))
    liu = await tianqiao.in_office("liu in library")
    other = await tianqiao.in_office("qian in chenguang")  # was not listed for the meeting
    assert outcome(await other.gets(f"/tasks/{task['id']}")) == "404 not_found"

    zhao = await successor(tianqiao, "liu in library", "director of library")
    open_tasks = (await zhao.gets(f"/tasks?organisation_id={id_of('library')}")).json()["items"]
    assert [one["id"] for one in open_tasks] == [task["id"]]
    assert (await zhao.gets(f"/meetings/{id_of('meeting')}/attendance")).is_success
    assert (await zhao.gets("/ballots")).json()["items"] == []
    assert outcome(await liu.gets(f"/tasks/{task['id']}")) == "403 capacity_not_held"


async def test_a_case_that_was_begun_is_carried_on_by_who_takes_the_seat(
    tianqiao: Tianqiao,
) -> None:
    case = f"/disputes/{id_of('flooded kitchen')}"
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert (await wang.changes(case, "steps", {"act": "accept"})).is_success
    zhao = await successor(tianqiao, "wang in huayuan branch", "secretary of huayuan branch")
    assert (await zhao.changes(case, "steps", {"act": "mediate"})).is_success
    again = await wang.posts(f"{case}/steps", {"act": "agree"}, headers={"If-Match": '"3"'})
    assert outcome(again) == "403 capacity_not_held"
