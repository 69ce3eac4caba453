"""The five steps of cross-appointment, each with what it requires."""

from asyncio import gather

import pytest

from tests.world import TERM, TIANQIAO, Json, Tianqiao, id_of, outcome, outcomes

ELECTION = {
    "voted_on": "2024-12-01",
    "filing_number": "天桥备〔2024〕1号",
    "filed_on": "2024-12-20",
    "votes": {
        "owners": 300,
        "owners_taking_part": 240,
        "owners_agreeing": 200,
        "area_cm2": 300_000_000,
        "area_taking_part_cm2": 240_000_000,
        "area_agreeing_cm2": 190_000_000,
    },
}
FILE: Json = {
    "name": "证明材料.pdf",
    "sha256": "0" * 64,
    "dated_on": "2024-12-20",
    "number": "天桥社纪〔2024〕11号",
}
STEPS: dict[int, Json] = {
    1: {
        "source_id": id_of("lin on huayuan"),
        "post_id": id_of("instructor of jiayuan"),
        "evidence": [FILE],
    },
    2: {
        "source_id": id_of("wang in huayuan branch"),
        "post_id": id_of("director of huayuan committee"),
        "election": ELECTION,
        "evidence": [FILE],
    },
    3: {
        "source_id": id_of("wang in huayuan branch"),
        "post_id": id_of("members of chenguang branch"),
        "contract_id": id_of("contract of huayuan"),
    },
    4: {
        "source_id": id_of("sun in chenguang branch"),
        "post_id": id_of("members of binhe committee"),
        "contract_id": id_of("contract of huayuan"),
    },
    5: {
        "source_id": id_of("chen in huayuan committee"),
        "post_id": id_of("supervisors of chenguang"),
        "contract_id": id_of("contract of huayuan"),
        "no_interest_declared_on": "2024-12-15",
        "evidence": [FILE],
    },
}


def step(number: int, **more: object) -> Json:
    return {"step": number, "during": TERM} | STEPS[number] | more


async def test_the_five_steps_are_counted_by_person(tianqiao: Tianqiao) -> None:
    steps = {"items": [step(number) for number in STEPS]}
    assert (await tianqiao.clerk_li.posts("/cross-appointments/batch", steps)).status_code == 201
    query = f"/cross-appointments/summary?street_id={TIANQIAO}"
    summary = (await tianqiao.clerk_li.gets(query)).json()
    counted = {name: count for name, count in summary.items() if name != "at"}
    assert counted == {
        "step_1": 1,
        "steps_2_and_3": 1,
        "step_2": 1,
        "step_3": 1,
        "step_4": 1,
        "step_5": 1,
    }
    before = (await tianqiao.clerk_li.gets(f"{query}&at=2024-12-31T23:59:59%2B08:00")).json()
    assert before["step_1"] == before["steps_2_and_3"] == 0
    for no_instant in ("0001-01-01T00:00:00Z", "1762000000", "2026-11-02"):
        refused = await tianqiao.clerk_li.gets(f"{query}&at={no_instant}")
        assert outcome(refused) == "422 invalid_request", no_instant
    assert await tianqiao.new_events() == ["cross_appointment.made"]


@pytest.mark.parametrize(
    ("proposal", "expected"),
    [
        (step(1, source_id=id_of("liu in library")), "422 wrong_source_post"),
        (step(1, post_id=id_of("director of library")), "422 wrong_target_post"),
        (step(1, post_id=id_of("instructor of laoyuan")), "422 wrong_place_for_step"),
        (step(2, post_id=id_of("director of jiayuan committee")), "422 wrong_place_for_step"),
        (step(2, election=None), "422 election_missing"),
        (
            step(2, election=ELECTION | {"filed_on": "2024-11-30"}),
            "422 election_dates_wrong",
        ),
        (step(2, election=ELECTION | {"votes": None}), "422 votes_missing"),
        (step(5, no_interest_declared_on="2027-06-01"), "422 declared_in_the_future"),
        (step(1, evidence=[]), "422 evidence_missing"),
        (step(2, evidence=[]), "422 evidence_missing"),
        (step(5, evidence=[]), "422 evidence_missing"),
        (step(1, evidence=[FILE | {"dated_on": "2027-06-01"}]), "422 evidence_in_the_future"),
        (step(3, contract_id=None), "409 no_contract_in_force"),
        (step(3, during={"from": TERM["from"]}), "409 outlasts_its_source"),
        (step(5, no_interest_declared_on=None), "422 interest_not_excluded"),
        (step(5, source_id=id_of("next person")), "404 not_found"),
    ],
)
async def test_a_step_that_lacks_something_is_refused(
    tianqiao: Tianqiao, proposal: Json, expected: str
) -> None:
    answer = await tianqiao.clerk_li.posts("/cross-appointments", proposal)
    assert outcome(answer) == expected
    assert await tianqiao.new_events() == []


async def test_a_refusal_says_in_both_languages_what_to_do(tianqiao: Tianqiao) -> None:
    proposal = step(3, during={"from": TERM["from"], "until": "2029-01-01T00:00:00+08:00"})
    for language, expected in (
        ("", "交叉任职须在所依据任职的期限之内（2025-01-01至2028-01-01），请调整期限。"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "交叉任职须在所依据任职的期限之内（2025-01-01至2028-01-01）"),
        ("en;q=0.9, zh;q=0.1", "A cross-appointment must lie within its source"),
    ):
        headers = {"Accept-Language": language}
        answer = await tianqiao.clerk_li.posts("/cross-appointments", proposal, headers=headers)
        assert answer.json()["detail"].startswith(expected)
        assert answer.headers["Content-Language"] in ("zh", "en")


async def test_a_grid_member_who_is_no_party_member_does_not_become_instructor(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    post = {"grid_id": id_of("jiayuan"), "kind": "grid_member", "name": "网格员"}
    made = await clerk.makes("/posts", post)
    source = await clerk.makes(
        "/appointments", {"person_id": id_of("zhao"), "post_id": made["id"], "during": TERM}
    )
    answer = await clerk.posts("/cross-appointments", step(1, source_id=source["id"]))
    assert outcome(answer) == "422 not_a_party_member"


async def test_who_works_for_the_enterprise_does_not_supervise_it_whatever_was_declared(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    member = {"person_id": id_of("chen"), "post_id": id_of("members of chenguang branch")}
    made = await clerk.makes("/appointments", member | {"during": TERM})
    answer = await clerk.posts("/cross-appointments", step(5))
    assert outcome(answer) == "422 in_its_pay"
    end = {"at": "2025-06-01T00:00:00+08:00", "reason": "resignation"}
    assert (await clerk.changes(f"/appointments/{made['id']}", "end", end)).status_code == 200
    later = {"from": end["at"], "until": TERM["until"]}
    await clerk.makes("/cross-appointments", step(5, during=later))


def in_its_branch(person_id: str, during: Json = TERM) -> Json:
    post_id = id_of("members of chenguang branch")
    return {"person_id": person_id, "post_id": post_id, "during": during}


async def test_who_supervises_the_enterprise_takes_no_post_of_its_own_meanwhile(
    tianqiao: Tianqiao,
) -> None:
    clerk, chen = tianqiao.clerk_li, id_of("chen")
    until = "2027-01-01T00:00:00+08:00"
    await clerk.makes("/cross-appointments", step(5, during=TERM | {"until": until}))
    answer = await clerk.posts("/appointments", in_its_branch(chen))
    assert outcome(answer) == "409 supervises_it"
    assert answer.json()["errors"][0]["pointer"] == "/person_id"
    made = await clerk.makes("/appointments", in_its_branch(chen, TERM | {"from": until}))
    earlier = {"during": TERM, "note": "录入有误"}
    corrected = await clerk.changes(f"/appointments/{made['id']}", "correction", earlier)
    assert outcome(corrected) == "409 supervises_it"


async def test_of_two_who_seat_one_person_on_both_sides_at_once_one_is_refused(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    answers = await gather(
        clerk.posts("/cross-appointments", step(5)),
        clerk.posts("/appointments", in_its_branch(id_of("chen"))),
    )
    made, refused = outcomes(answers)
    assert made == "201"
    assert refused in ("409 supervises_it", "422 in_its_pay")


async def test_an_interest_that_a_merger_brings_is_found_by_the_check(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    supervisor = await clerk.makes("/cross-appointments", step(5))
    twin = await clerk.makes("/people", {"street_id": TIANQIAO, "name": "陈同"})
    await clerk.makes("/appointments", in_its_branch(twin["id"]))
    merged = await clerk.changes(f"/people/{twin['id']}", "merge", {"into": id_of("chen")})
    assert outcome(merged) == "200"
    found = (await clerk.gets(f"/appointments/violations?street_id={TIANQIAO}")).json()
    assert [(one["appointment_id"], one["step"], one["code"]) for one in found["violations"]] == [
        (supervisor["id"], 5, "in_its_pay")
    ]
