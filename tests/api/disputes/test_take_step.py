"""Handling a dispute: in order, from the version that was read, never in the future."""

from asyncio import gather

import pytest

from tests.world import Tianqiao, id_of, outcome, outcomes

KITCHEN = f"/disputes/{id_of('flooded kitchen')}"


async def test_a_dispute_passes_from_report_to_closure(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    for step, state in (
        ({"act": "accept", "at": "2026-10-10T09:00:00+08:00"}, "accepted"),
        ({"act": "mediate", "at": "2026-10-11T09:00:00+08:00"}, "in_mediation"),
        ({"act": "agree", "at": "2026-10-12T09:00:00+08:00"}, "agreed"),
        ({"act": "close", "at": "2026-10-20T09:00:00+08:00", "satisfaction": 90}, "closed"),
    ):
        answer = await clerk.changes(KITCHEN, "steps", step)
        assert answer.json()["state"] == state, answer.text
    closed = (await clerk.gets(KITCHEN)).json()
    assert closed["agreed_at"] == "2026-10-12T09:00:00+08:00"
    assert (closed["closed_at"], closed["satisfaction"]) == ("2026-10-20T09:00:00+08:00", 90)
    assert await tianqiao.new_events() == ["dispute.step_taken"] * 4


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"act": "close", "satisfaction": 90}, "409 act_not_possible"),
        ({"act": "accept", "satisfaction": 90}, "422 satisfaction_with_closure_only"),
        ({"act": "accept", "at": "2026-10-10T07:59:59+08:00"}, "422 step_before_report"),
        ({"act": "accept", "at": "2026-11-02T09:00:01+08:00"}, "422 step_before_report"),
    ],
)
async def test_a_step_out_of_order_is_refused_and_nothing_changes(
    tianqiao: Tianqiao, step: dict[str, object], expected: str
) -> None:
    before = (await tianqiao.clerk_li.gets(KITCHEN)).text
    assert outcome(await tianqiao.clerk_li.changes(KITCHEN, "steps", step)) == expected
    assert (await tianqiao.clerk_li.gets(KITCHEN)).text == before
    assert await tianqiao.new_events() == []


async def test_of_two_who_accept_one_dispute_one_hears_that_it_changed(tianqiao: Tianqiao) -> None:
    headers = {"If-Match": '"1"'}
    answers = await gather(
        tianqiao.clerk_li.posts(f"{KITCHEN}/steps", {"act": "accept"}, headers=headers),
        tianqiao.clerk_zheng.posts(f"{KITCHEN}/steps", {"act": "accept"}, headers=headers),
    )
    assert outcomes(answers) == ["200", "412 stale"]
    assert await tianqiao.new_events() == ["dispute.step_taken"]


async def test_a_change_says_which_version_it_was_made_from(tianqiao: Tianqiao) -> None:
    accept = {"act": "accept"}
    without = await tianqiao.clerk_li.posts(f"{KITCHEN}/steps", accept)
    assert outcome(without) == "428 precondition_required"
    for wrong in ('"9"', "1", "*", 'W/"1"', '"one"'):
        headers = {"If-Match": wrong}
        answer = await tianqiao.clerk_li.posts(f"{KITCHEN}/steps", accept, headers=headers)
        assert outcome(answer) == "412 stale"


async def test_a_step_that_is_sent_twice_with_its_key_is_taken_once(tianqiao: Tianqiao) -> None:
    headers = {"If-Match": '"1"', "Idempotency-Key": "k"}
    step = {"act": "accept"}
    first = await tianqiao.clerk_li.posts(f"{KITCHEN}/steps", step, headers=headers)
    again = await tianqiao.clerk_li.posts(f"{KITCHEN}/steps", step, headers=headers)
    assert (again.status_code, again.text) == (200, first.text)
    assert again.headers["etag"] == first.headers["etag"] == '"2"'
    assert await tianqiao.new_events() == ["dispute.step_taken"]


async def test_a_volunteer_may_not_handle_disputes(tianqiao: Tianqiao) -> None:
    zhao = await tianqiao.in_office("zhao in volunteers")
    answer = await zhao.posts(f"{KITCHEN}/steps", {"act": "accept"}, headers={"If-Match": '"1"'})
    assert outcome(answer) == "403 right_missing"
