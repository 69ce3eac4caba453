"""Casting ballots: present, in time, in form, and without an interest; for one and for a batch."""

import re
from asyncio import gather
from datetime import datetime

import pytest

from maplebridge_api.meetings.queries import CASTINGS
from maplebridge_api.platform.clock import clock
from tests.api.appointments.test_cross_appoint import FILE
from tests.world import AT_MEETING, MEETING, TERM, Json, Tianqiao, ballot, id_of, outcome, outcomes

CHEN = "chen in huayuan committee"
REFUSED = [
    (ballot(CHEN, "enterprise", "chenguang", cast_at=MEETING["ends_at"]), "ballot_outside_meeting"),
    (
        ballot(CHEN, "enterprise", "chenguang", cast_at="2026-10-13T18:59:59+08:00"),
        "ballot_outside_meeting",
    ),
    (ballot("zhao in volunteers", "enterprise", "chenguang"), "not_present"),
    (ballot("lin on huayuan", "enterprise", "chenguang"), "not_present"),
    (ballot(CHEN, "enterprise", "chenguang", marks={"charm": 80}), "unknown_indicator"),
    # Oneself, one's own organisation, the enterprise behind one's party organisation.
    (ballot(CHEN, "appointment", CHEN), "interest_conflict"),
    (ballot(CHEN, "organisation", "huayuan committee"), "interest_conflict"),
    (ballot("sun in chenguang branch", "enterprise", "chenguang"), "interest_conflict"),
    (ballot("sun in chenguang branch", "organisation", "chenguang branch"), "interest_conflict"),
]


async def test_a_ballot_is_cast_and_told_by_one_event(tianqiao: Tianqiao) -> None:
    given = ballot(CHEN, "enterprise", "chenguang")
    answer = await tianqiao.clerk_li.posts("/ballots", given)
    made = answer.json()
    assert (answer.status_code, made["party"]) == (201, "owners_committee")
    assert made["marks"] == given["marks"]
    assert (await tianqiao.clerk_li.gets(f"/ballots/{made['id']}")).json() == made
    listed = await tianqiao.clerk_li.gets(f"/ballots?subject_id={id_of('chenguang')}")
    assert listed.json()["items"] == [made]
    assert await tianqiao.new_events() == ["ballot.cast"]


@pytest.mark.parametrize(("given", "code"), REFUSED)
async def test_a_ballot_that_breaks_a_rule_is_refused_alone_and_in_a_batch(
    tianqiao: Tianqiao, given: Json, code: str
) -> None:
    alone = await tianqiao.clerk_li.posts("/ballots", given)
    assert outcome(alone) == f"422 {code}"
    good = ballot("liu in library", "enterprise", "chenguang")
    batch = await tianqiao.clerk_li.posts("/ballots/batch", {"items": [good, given]})
    assert outcome(batch) == f"422 {code}"
    pointer = alone.json()["errors"][0]["pointer"]
    assert batch.json()["errors"][0]["pointer"] == f"/items/1{pointer}"
    assert await tianqiao.new_events() == []
    assert await tianqiao.asks("SELECT count(*) FROM ballot") == 0


async def test_an_interest_comes_with_a_cross_appointment_and_goes_with_it(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    given = ballot(CHEN, "enterprise", "chenguang")
    supervisor = await clerk.makes(
        "/cross-appointments",
        {
            "step": 5,
            "source_id": id_of(CHEN),
            "post_id": id_of("supervisors of chenguang"),
            "during": TERM,
            "contract_id": id_of("contract of huayuan"),
            "no_interest_declared_on": "2024-12-15",
            "evidence": [FILE],
        },
    )
    assert outcome(await clerk.posts("/ballots", given)) == "422 interest_conflict"
    before_the_meeting = {"at": "2026-10-01T00:00:00+08:00", "reason": "resignation"}
    await clerk.changes(f"/appointments/{supervisor['id']}", "end", before_the_meeting)
    assert outcome(await clerk.posts("/ballots", given)) == "201"


async def test_one_delegate_casts_one_ballot_for_one_subject_at_one_meeting(
    tianqiao: Tianqiao,
) -> None:
    given = ballot(CHEN, "enterprise", "chenguang")
    answers = await gather(*(tianqiao.clerk_li.posts("/ballots", given) for _ in range(2)))
    assert outcomes(answers) == ["201", "409 already_marked"]
    assert await tianqiao.new_events() == ["ballot.cast"]


async def test_a_ballot_that_a_phone_sends_again_is_answered_as_the_first_time(
    tianqiao: Tianqiao,
) -> None:
    given = ballot(CHEN, "enterprise", "chenguang")
    headers = {"Idempotency-Key": "phone-2"}
    answers = await gather(
        *(tianqiao.clerk_li.posts("/ballots", given, headers=headers) for _ in range(3))
    )
    assert outcomes(answers) == ["201"] * 3
    assert len({answer.text for answer in answers}) == 1
    assert await tianqiao.new_events() == ["ballot.cast"]


async def test_a_ballot_that_was_cast_in_time_is_so_answered_when_it_is_sent_again_too_late(
    tianqiao: Tianqiao,
) -> None:
    given = ballot(CHEN, "enterprise", "chenguang", cast_at=None)
    headers = {"Idempotency-Key": "phone-3"}
    clock.set_to = datetime.fromisoformat(AT_MEETING)
    first = await tianqiao.clerk_li.posts("/ballots", given, headers=headers)
    clock.set_to = datetime.fromisoformat(MEETING["ends_at"])
    again = await tianqiao.clerk_li.posts("/ballots", given, headers=headers)
    assert (again.status_code, again.text) == (201, first.text)
    other = await tianqiao.clerk_li.posts("/ballots", given)
    assert outcome(other) == "422 ballot_outside_meeting"


async def test_nobody_casts_a_ballot_at_a_meeting_that_has_not_come_yet(
    tianqiao: Tianqiao,
) -> None:
    clock.set_to = datetime.fromisoformat("2026-10-13T19:59:59+08:00")
    given = ballot(CHEN, "enterprise", "chenguang", cast_at=AT_MEETING)
    for path, body in (("/ballots", given), ("/ballots/batch", {"items": [given]})):
        answer = await tianqiao.clerk_li.posts(path, body)
        assert outcome(answer) == "422 ballot_outside_meeting", path
    assert await tianqiao.new_events() == []
    clock.set_to = datetime.fromisoformat(AT_MEETING)
    assert outcome(await tianqiao.clerk_li.posts("/ballots", given)) == "201"


async def test_a_box_of_paper_ballots_is_cast_whole(tianqiao: Tianqiao) -> None:
    raters = (CHEN, "liu in library", "wang in huayuan branch", "he in binhe committee")
    box = {"items": [ballot(rater, "enterprise", "chenguang") for rater in raters]}
    made = (await tianqiao.clerk_li.posts("/ballots/batch", box)).json()
    assert made["count"] == 4
    assert await tianqiao.new_events() == ["ballot.cast"]
    parties = await tianqiao.asks("SELECT count(DISTINCT party) FROM ballot")
    assert parties == 4


def test_what_is_looked_at_for_a_batch_comes_in_its_order() -> None:
    """Nothing else tells which ballot a row is about."""
    assert re.search(r"ORDER BY \w+\.place$", CASTINGS.one.sql)


async def test_subjects_and_meetings_next_door_are_not_there(tianqiao: Tianqiao) -> None:
    for given in (
        ballot(CHEN, "enterprise", "next enterprise"),
        ballot(CHEN, "enterprise", "library"),  # an organisation, no enterprise
        ballot(CHEN, "enterprise", "chenguang", meeting_id=id_of("next meeting")),
    ):
        assert outcome(await tianqiao.clerk_li.posts("/ballots", given)) == "404 not_found"
        batch = {"items": [given]}
        assert outcome(await tianqiao.clerk_li.posts("/ballots/batch", batch)) == "404 not_found"


async def test_a_meeting_on_a_day_without_rubric_evaluates_nothing(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    early = {"starts_at": "2001-01-01T19:00:00+08:00", "ends_at": "2001-01-01T21:00:00+08:00"}
    place = {"quarter_id": id_of("huayuan"), "kind": "weekly", "hall": "议事厅"}
    made = await clerk.makes("/meetings", place | early)
    given = ballot(CHEN, "enterprise", "chenguang", meeting_id=made["id"])
    given |= {"cast_at": "2001-01-01T20:00:00+08:00"}
    assert outcome(await clerk.posts("/ballots", given)) == "422 no_rubric_in_force"


async def test_a_person_casts_within_reach_only(tianqiao: Tianqiao) -> None:
    liu = await tianqiao.in_office("liu in library")
    given = ballot("liu in library", "enterprise", "chenguang")
    assert outcome(await liu.posts("/ballots", given)) == "201"
    sun = await tianqiao.in_office("chen in huayuan committee")
    given = ballot(CHEN, "organisation", "library")
    assert outcome(await sun.posts("/ballots", given)) == "201"


async def test_a_person_casts_their_own_ballot_and_the_host_enters_those_on_paper(
    tianqiao: Tianqiao,
) -> None:
    """Otherwise the enterprise's own delegate could mark it through somebody else's name."""
    sun = await tianqiao.in_office("sun in chenguang branch")
    others = ballot("liu in library", "enterprise", "chenguang")
    for given in (others, others | {"channel": "phone"}):
        assert outcome(await sun.posts("/ballots", given)) == "403 ballot_of_another"
        batch = await sun.posts("/ballots/batch", {"items": [given]})
        assert outcome(batch) == "403 ballot_of_another"
    host = await tianqiao.in_office("wang in huayuan branch")
    on_the_phone = others | {"channel": "phone"}
    assert outcome(await host.posts("/ballots", on_the_phone)) == "403 ballot_of_another"
    assert outcome(await host.posts("/ballots", others)) == "201"
    assert await tianqiao.new_events() == ["ballot.cast"]
