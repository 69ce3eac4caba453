"""Appointing persons to posts; the database guarantees places and terms."""

import json
from asyncio import gather

import asyncpg
import pytest

from tests.world import TERM, Json, Tianqiao, id_of, outcome, outcomes

from .test_cross_appoint import ELECTION, FILE


def appointment(person: str, post: str, **more: object) -> Json:
    return {"person_id": id_of(person), "post_id": id_of(post), "during": TERM} | more


async def test_of_two_clerks_who_fill_one_post_one_hears_that_it_is_taken(
    tianqiao: Tianqiao,
) -> None:
    post = "director of huayuan committee"
    answers = await gather(
        tianqiao.clerk_li.posts("/appointments", appointment("liu", post)),
        tianqiao.clerk_zheng.posts("/appointments", appointment("zhao", post)),
    )
    assert outcomes(answers) == ["201", "409 post_taken"]
    assert await tianqiao.new_events() == ["appointment.made"]


async def test_two_who_fill_two_places_of_one_post_at_once_both_succeed(tianqiao: Tianqiao) -> None:
    post = "supervisors of chenguang"
    answers = await gather(
        *(tianqiao.clerk_li.posts("/appointments", appointment(p, post)) for p in ("liu", "zhao"))
    )
    assert outcomes(answers) == ["201", "201"]


async def test_a_post_seats_as_many_as_it_has_places(tianqiao: Tianqiao) -> None:
    post = "supervisors of chenguang"
    three = [appointment(person, post) for person in ("liu", "zhao", "lin")]
    made = await tianqiao.clerk_li.posts("/appointments/batch", {"items": three})
    assert made.json()["count"] == 3
    fourth = await tianqiao.clerk_li.posts("/appointments", appointment("he", post))
    assert outcome(fourth) == "409 post_taken"
    later = {"from": TERM["until"], "until": None}
    after = await tianqiao.clerk_li.posts("/appointments", appointment("he", post, during=later))
    assert outcome(after) == "201"


async def test_nobody_holds_one_post_twice(tianqiao: Tianqiao) -> None:
    twice = appointment("chen", "member of huayuan committee")
    assert (
        outcome(await tianqiao.clerk_li.posts("/appointments", twice)) == "409 already_holds_post"
    )


async def test_a_batch_that_breaks_a_rule_writes_nothing(tianqiao: Tianqiao) -> None:
    good = appointment("liu", "supervisors of chenguang")
    bad = appointment("zhao", "director of library")
    answer = await tianqiao.clerk_li.posts("/appointments/batch", {"items": [good, bad]})
    assert outcome(answer) == "409 post_taken"
    assert answer.json()["errors"][0]["pointer"] == "/items/1/post_id"
    held = await tianqiao.clerk_li.gets(f"/appointments?post_id={good['post_id']}")
    assert held.json()["items"] == []
    assert await tianqiao.new_events() == []


@pytest.mark.parametrize(
    "row",
    [
        # Somebody else in the same place during the term.
        "(411104001, '{liu}', '{post}', 1, '[2026-01-01,2026-02-01)', NULL, NULL)",
        # A cross-appointment that outlasts the appointment it rests on.
        "(411104001, '{liu}', '{free}', 1, '[2027-01-01,2029-01-01)', 2, '{source}')",
    ],
)
async def test_the_database_itself_refuses_what_no_code_should_send(
    tianqiao: Tianqiao, row: str
) -> None:
    named = row.format(
        liu=id_of("liu"),
        post=id_of("secretary of huayuan branch"),
        free=id_of("director of huayuan committee"),
        source=id_of("wang in huayuan branch"),
    )
    connection = await asyncpg.connect(tianqiao.owner_url)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await connection.execute(
            "INSERT INTO appointment (street_id, person_id, post_id, seat, during, step, rests_on)"
            f" VALUES {named}"
        )
    await connection.close()


async def test_an_appointment_ends_with_what_rests_on_it_at_the_same_instant(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    source = id_of("wang in huayuan branch")
    crossed = await clerk.makes(
        "/cross-appointments",
        {
            "step": 3,
            "source_id": source,
            "post_id": id_of("members of chenguang branch"),
            "during": TERM,
            "contract_id": id_of("contract of huayuan"),
        },
    )
    await tianqiao.new_events()
    end = {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"}
    assert (await clerk.changes(f"/appointments/{source}", "end", end)).status_code == 200
    for id_ in (source, crossed["id"]):
        ended = (await clerk.gets(f"/appointments/{id_}")).json()
        assert ended["during"]["until"] == end["at"]
    assert await tianqiao.new_events() == ["appointment.ended"]
    again = await clerk.changes(f"/appointments/{source}", "end", end)
    assert outcome(again) == "409 appointment_ended"


async def test_what_rests_on_what_rests_on_an_appointment_ends_with_it(tianqiao: Tianqiao) -> None:
    """Wang directs the owners' committee by step 2 and, as its director, supervises by step 5."""
    clerk = tianqiao.clerk_li
    source = id_of("wang in huayuan branch")
    director = await clerk.makes(
        "/cross-appointments",
        {
            "step": 2,
            "source_id": source,
            "post_id": id_of("director of huayuan committee"),
            "during": TERM,
            "election": ELECTION,
            "evidence": [FILE],
        },
    )
    supervisor = await clerk.makes(
        "/cross-appointments",
        {
            "step": 5,
            "source_id": director["id"],
            "post_id": id_of("supervisors of chenguang"),
            "during": TERM,
            "contract_id": id_of("contract of huayuan"),
            "no_interest_declared_on": "2024-12-15",
            "evidence": [FILE],
        },
    )
    await tianqiao.new_events()
    end = {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"}
    answer = await clerk.changes(f"/appointments/{source}", "end", end)
    assert answer.status_code == 200, answer.text
    for id_ in (director["id"], supervisor["id"]):
        ended = await clerk.gets(f"/appointments/{id_}")
        assert ended.json()["during"]["until"] == end["at"]
        assert ended.headers["etag"] == '"2"'
    told = await tianqiao.asks("SELECT data::text FROM event ORDER BY no DESC LIMIT 1")
    assert sorted(json.loads(told)["with_it"]) == sorted([director["id"], supervisor["id"]])
    assert await tianqiao.new_events() == ["appointment.ended"]


async def test_of_two_who_end_one_appointment_one_hears_that_it_changed(tianqiao: Tianqiao) -> None:
    place = f"/appointments/{id_of('liu in library')}/end"
    end = {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"}
    answers = await gather(
        tianqiao.clerk_li.posts(place, end, headers={"If-Match": '"1"'}),
        tianqiao.clerk_zheng.posts(place, end, headers={"If-Match": '"1"'}),
    )
    assert outcomes(answers) == ["200", "412 stale"]


async def test_whoever_is_first_no_cross_appointment_outlasts_a_source_that_is_ended_meanwhile(
    tianqiao: Tianqiao,
) -> None:
    source = id_of("wang in huayuan branch")
    crossed = {
        "step": 3,
        "source_id": source,
        "post_id": id_of("members of chenguang branch"),
        "during": TERM,
        "contract_id": id_of("contract of huayuan"),
    }
    ended, made = await gather(
        tianqiao.clerk_li.posts(
            f"/appointments/{source}/end",
            {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"},
            headers={"If-Match": '"1"'},
        ),
        tianqiao.clerk_zheng.posts("/cross-appointments", crossed),
    )
    possible = ("200", "201", "409 source_not_in_force", "409 outlasts_its_source")
    assert {outcome(ended), outcome(made)} <= {*possible}
    assert "200" in (outcome(ended), outcome(made)) or "201" in (outcome(ended), outcome(made))
    outlasting = await tianqiao.asks(
        "SELECT count(*) FROM appointment a JOIN appointment s"
        " ON s.street_id = a.street_id AND s.id = a.rests_on WHERE NOT a.during <@ s.during"
    )
    assert outlasting == 0


async def test_a_secretary_appoints_within_the_community_and_not_outside(
    tianqiao: Tianqiao,
) -> None:
    he = await tianqiao.in_office("he in binhe committee")
    within = await he.posts("/appointments", appointment("lin", "director of jiayuan committee"))
    assert outcome(within) == "201"
    outside = await he.posts("/appointments", appointment("lin", "instructor of laoyuan"))
    assert outcome(outside) == "403 right_missing"


async def test_nobody_acts_by_an_appointment_that_is_not_in_force(tianqiao: Tianqiao) -> None:
    end = {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"}
    place = f"/appointments/{id_of('liu in library')}"
    await tianqiao.clerk_li.changes(place, "end", end)
    form = {
        "grant_type": "client_credentials",
        "client_id": "clerk_li",
        "client_secret": "li's",
        "act_as": id_of("liu in library"),
    }
    answer = await tianqiao.http.post("/oauth/token", data=form)
    assert outcome(answer) == "404 not_found"
