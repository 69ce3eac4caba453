"""Reporting a dispute: the resident's act, one statement, safe to repeat."""

from asyncio import gather
from datetime import datetime

from maplebridge_api.platform.clock import clock
from tests.world import Tianqiao, dispute, id_of, new_id, outcome, outcomes

HEADERS = {"Idempotency-Key": "phone-1"}


async def test_a_dispute_is_reported_with_the_day_by_which_it_is_to_be_settled(
    tianqiao: Tianqiao,
) -> None:
    answer = await tianqiao.clerk_li.posts("/disputes", dispute())
    assert answer.status_code == 201
    made = answer.json()
    assert made["state"] == "reported"
    assert made["enterprise_id"] == id_of("chenguang")  # who serves Huayuan on that day
    assert made["due_at"] == "2026-12-03T00:00:00+08:00"  # thirty days after 2 November
    assert answer.headers["Location"] == f"/v1/disputes/{made['id']}"
    found = await tianqiao.clerk_li.gets(f"/disputes/{made['id']}")
    assert found.json() == made
    assert found.headers["etag"] == answer.headers["etag"]
    assert await tianqiao.new_events() == ["dispute.reported"]


async def test_a_day_in_a_year_whose_days_off_are_not_published_is_provisional(
    tianqiao: Tianqiao,
) -> None:
    for now, due_at, provisional in (
        ("2026-12-01T09:00:00+08:00", "2027-01-01T00:00:00+08:00", False),  # the end of 2026
        ("2026-12-02T09:00:00+08:00", "2027-01-05T00:00:00+08:00", True),
    ):
        clock.set_to = datetime.fromisoformat(now)
        made = await tianqiao.clerk_li.makes("/disputes", dispute())
        assert (made["due_at"], made["due_provisional"]) == (due_at, provisional)
        assert (await tianqiao.clerk_li.gets(f"/disputes/{made['id']}")).json() == made


async def test_a_repeated_report_is_answered_as_the_first_time(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    first = await clerk.posts("/disputes", dispute(), headers=HEADERS)
    step = {"act": "accept"}
    await clerk.changes(first.headers["Location"].removeprefix("/v1"), "steps", step)
    again = await clerk.posts("/disputes", dispute(), headers=HEADERS)

    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["Location"] == first.headers["Location"]
    assert await tianqiao.new_events() == ["dispute.reported", "dispute.step_taken"]


async def test_of_two_phones_that_send_one_report_at_once_one_writes(tianqiao: Tianqiao) -> None:
    answers = await gather(
        *(tianqiao.clerk_li.posts("/disputes", dispute(), headers=HEADERS) for _ in range(5))
    )
    assert outcomes(answers) == ["201"] * 5
    assert len({answer.text for answer in answers}) == 1
    assert await tianqiao.new_events() == ["dispute.reported"]


async def test_a_key_is_not_used_for_another_report(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.posts("/disputes", dispute(), headers=HEADERS)
    other = dispute(title="停车纠纷")
    answer = await tianqiao.clerk_li.posts("/disputes", other, headers=HEADERS)
    assert outcome(answer) == "422 idempotency_key_reused"
    assert await tianqiao.new_events() == ["dispute.reported"]


async def test_an_id_that_is_in_use_is_refused_and_nothing_is_written(tianqiao: Tianqiao) -> None:
    taken = dispute(id=id_of("flooded kitchen"))
    assert outcome(await tianqiao.clerk_li.posts("/disputes", taken)) == "409 id_taken"
    assert await tianqiao.new_events() == []


async def test_a_dispute_lies_in_a_quarter_that_the_caller_may_see(tianqiao: Tianqiao) -> None:
    for place, expected in (
        (id_of("huayuan unit 1"), "422 not_a_quarter"),
        (id_of("next quarter"), "404 not_found"),
        (new_id(), "404 not_found"),
    ):
        answer = await tianqiao.clerk_li.posts("/disputes", dispute(quarter_id=place))
        assert outcome(answer) == expected
    assert await tianqiao.new_events() == []


async def test_a_unit_that_does_not_exist_is_named(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.clerk_li.posts("/disputes", dispute(grid_id=id_of("next quarter")))
    assert outcome(answer) == "404 unknown_reference"
    assert answer.json()["errors"][0]["pointer"] == "/grid_id"
    assert await tianqiao.new_events() == []


async def test_a_report_from_the_future_is_refused(tianqiao: Tianqiao) -> None:
    ahead = dispute(reported_at="2026-11-02T09:00:01+08:00")
    answer = await tianqiao.clerk_li.posts("/disputes", ahead)
    assert outcome(answer) == "422 reported_in_the_future"


async def test_whoever_lives_in_the_street_reports_anywhere_in_it(tianqiao: Tianqiao) -> None:
    """And the event names the appointment by which they did."""
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert outcome(await wang.posts("/disputes", dispute())) == "201"
    elsewhere = dispute(quarter_id=id_of("jiayuan"))
    assert outcome(await wang.posts("/disputes", elsewhere)) == "201"
    actor, capacity = await tianqiao.asks(
        "SELECT (actor, capacity::text) FROM event WHERE subject LIKE 'disputes/%' "
        "ORDER BY no DESC LIMIT 1"
    )
    assert actor == f"persons/{id_of('wang')}"
    assert capacity == id_of("wang in huayuan branch")


async def test_what_is_wrong_with_a_report_is_said_field_by_field(tianqiao: Tianqiao) -> None:
    wrong = {"title": "", "summary": "x\u0000", "reported_at": "yesterday", "colour": "red"}
    answer = await tianqiao.clerk_li.posts("/disputes", wrong)
    assert outcome(answer) == "422 invalid_request"
    errors = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
    assert errors == {
        "/quarter_id": "missing",
        "/title": "string_too_short",
        "/summary": "string_pattern_mismatch",
        "/reported_at": "datetime_from_date_parsing",
        "/colour": "extra_forbidden",
    }
