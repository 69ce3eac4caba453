"""From proposal to office: proposed by one, decided by another, appointed in the same act."""

from asyncio import gather

import pytest

from tests.api.appointments.test_cross_appoint import ELECTION, step
from tests.world import (
    TERM,
    Actor,
    Json,
    Tianqiao,
    appointment,
    enter,
    id_of,
    organisation,
    outcome,
    outcomes,
    person,
    post,
)

FILE = {"name": "会议纪要.pdf", "sha256": "0" * 64, "dated_on": "2024-12-20", "number": None}
VOTES = {
    "owners": 300,
    "owners_taking_part": 210,
    "owners_agreeing": 180,
    "area_cm2": 300_000_000,
    "area_taking_part_cm2": 210_000_000,
    "area_agreeing_cm2": 180_000_000,
}
DIRECTOR = "director of huayuan committee"
OFFICE = [
    post("clerks", "clerk", "working committee", seats=2),
    *(person(name) for name in ("feng", "ma")),
    *(appointment(f"{name} in office", name, "clerks") for name in ("feng", "ma")),
]


@pytest.fixture
async def feng(tianqiao: Tianqiao) -> Actor:
    await enter(tianqiao.clerk_li, OFFICE)
    await tianqiao.new_events()
    return await tianqiao.in_office("feng in office")


@pytest.fixture
async def ma(tianqiao: Tianqiao, feng: Actor) -> Actor:
    return await tianqiao.in_office("ma in office")


def plain(name: str = "zhao") -> Json:
    return {"person_id": id_of(name), "post_id": id_of(DIRECTOR), "during": TERM}


def across(number: int, **more: object) -> Json:
    return step(number, evidence=[FILE]) | more


def place(proposal: Json) -> str:
    return f"/appointment-proposals/{proposal['id']}"


async def test_what_one_proposes_another_approves_and_thereby_appoints(
    tianqiao: Tianqiao, feng: Actor, ma: Actor
) -> None:
    election = ELECTION | {"votes": VOTES}
    proposal = await feng.makes("/cross-appointment-proposals", across(2, election=election))
    held = f"/appointments?post_id={id_of(DIRECTOR)}"
    assert (await ma.gets(held)).json()["items"] == []
    approved = (await ma.changes(place(proposal), "approval", {})).json()
    assert (approved["state"], approved["decider"]) == ("approved", f"persons/{id_of('ma')}")
    assert approved["proposed_in_capacity"] == id_of("feng in office")
    assert approved["decided_in_capacity"] == id_of("ma in office")
    [made] = (await ma.gets(held)).json()["items"]
    assert made["id"] == approved["appointment_id"]
    assert (made["rests_on"], made["election"]) == (id_of("wang in huayuan branch"), election)
    assert await tianqiao.new_events() == ["appointment_proposal.made", "cross_appointment.made"]
    again = await ma.changes(place(proposal), "approval", {})
    assert outcome(again) == "409 proposal_decided"


async def test_nobody_decides_on_their_own_proposal_nor_on_themselves_nor_a_system(
    tianqiao: Tianqiao, feng: Actor, ma: Actor
) -> None:
    proposal = await feng.makes("/appointment-proposals", plain("ma"))
    for decider, refused in (
        (feng, "403 own_proposal"),
        (ma, "403 own_office"),
        (tianqiao.clerk_li, "403 needs_a_person"),
    ):
        for act, body in (("approval", {}), ("rejection", {"reason": "x"})):
            assert outcome(await decider.changes(place(proposal), act, body)) == refused
    he = await tianqiao.in_office("he in binhe committee")
    rejected = (await he.changes(place(proposal), "rejection", {"reason": "另有任用"})).json()
    assert (rejected["state"], rejected["reason"]) == ("rejected", "另有任用")
    assert rejected["appointment_id"] is None
    assert await tianqiao.new_events() == [
        "appointment_proposal.made",
        "appointment_proposal.rejected",
    ]


async def test_a_quarters_secretary_proposes_there_and_decides_nothing(
    tianqiao: Tianqiao, feng: Actor
) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    proposal = await wang.makes("/appointment-proposals", plain())
    elsewhere = plain() | {"post_id": id_of("instructor of laoyuan")}
    assert outcome(await wang.posts("/appointment-proposals", elsewhere)) == "403 right_missing"
    assert outcome(await wang.posts(f"{place(proposal)}/approval", {})) == "403 right_missing"
    other = await feng.makes("/appointment-proposals", elsewhere)
    seen = (await wang.gets("/appointment-proposals")).json()["items"]
    assert [one["id"] for one in seen] == [proposal["id"]]
    assert outcome(await wang.gets(place(other))) == "404 not_found"
    liu = await tianqiao.in_office("liu in library")
    assert outcome(await liu.gets("/appointment-proposals")) == "403 right_missing"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (across(1, evidence=[]), "422 evidence_missing"),
        (
            across(1, evidence=[FILE, FILE | {"dated_on": "2026-11-03"}]),
            "422 evidence_in_the_future",
        ),
        (across(5, evidence=[]), "422 evidence_missing"),
        (across(2, election=ELECTION | {"votes": None}), "422 votes_missing"),
        (
            across(2, election=ELECTION | {"votes": VOTES | {"owners_taking_part": 199}}),
            "422 too_few_owners_took_part",
        ),
        (
            across(2, election=ELECTION | {"votes": VOTES | {"area_agreeing_cm2": 105_000_000}}),
            "422 too_little_area_agreed",
        ),
    ],
)
async def test_what_a_step_asks_for_is_on_file_before_it_is_decided(
    tianqiao: Tianqiao, body: Json, expected: str
) -> None:
    answer = await tianqiao.clerk_li.posts("/cross-appointment-proposals", body)
    assert outcome(answer) == expected


async def test_a_proposal_is_approved_once_and_two_for_one_seat_make_one_holder(
    tianqiao: Tianqiao, feng: Actor, ma: Actor
) -> None:
    one, other = [await feng.makes("/appointment-proposals", plain(n)) for n in ("zhao", "liu")]
    he = await tianqiao.in_office("he in binhe committee")
    first = {"If-Match": '"1"'}
    answers = await gather(
        *(by.posts(f"{place(one)}/approval", {}, headers=first) for by in (he, ma))
    )
    assert outcomes(answers) == ["200", "412 stale"]
    assert outcome(await ma.changes(place(other), "approval", {})) == "409 post_taken"
    assert (await ma.gets(place(other))).json()["state"] == "proposed"


async def test_the_rules_are_asked_again_as_things_stand_at_the_approval(
    tianqiao: Tianqiao, feng: Actor, ma: Actor
) -> None:
    proposal = await feng.makes("/cross-appointment-proposals", across(3))
    source = f"/appointments/{id_of('wang in huayuan branch')}"
    end = {"at": "2026-06-30T00:00:00+08:00", "reason": "transfer"}
    await tianqiao.clerk_li.changes(source, "end", end)
    approved = await ma.changes(place(proposal), "approval", {})
    assert outcome(approved) == "409 outlasts_its_source"


async def test_who_proposed_takes_it_back_as_long_as_nobody_has_decided(
    tianqiao: Tianqiao, feng: Actor, ma: Actor
) -> None:
    open_, decided = [await feng.makes("/appointment-proposals", plain(n)) for n in ("zhao", "liu")]
    assert (await ma.changes(place(decided), "rejection", {"reason": "另有任用"})).is_success
    assert outcome(await ma.changes(place(open_), "withdrawal", {})) == "403 proposal_not_yours"
    he = await tianqiao.in_office("lin on huayuan")
    assert outcome(await he.posts(f"{place(open_)}/withdrawal", {})) == "403 right_missing"
    too_late = await feng.changes(place(decided), "withdrawal", {})
    assert outcome(too_late) == "409 too_late_to_take_back"
    await tianqiao.new_events()
    gone = (await feng.changes(place(open_), "withdrawal", {"reason": "另行提出"})).json()
    assert (gone["state"], gone["reason"]) == ("withdrawn", "另行提出")
    assert (gone["decider"], gone["decided_at"]) == (gone["proposer"], "2026-11-02T09:00:00+08:00")
    assert gone["decided_in_capacity"] == id_of("feng in office")
    assert await tianqiao.new_events() == ["appointment_proposal.withdrawn"]
    again = [await feng.changes(place(open_), "withdrawal", {})]
    again += [await ma.changes(place(open_), "approval", {})]
    again += [await ma.changes(place(open_), "rejection", {"reason": "x"})]
    assert outcomes(again) == ["409 proposal_withdrawn"] * 3
    listed = (await ma.gets("/appointment-proposals?state=withdrawn")).json()["items"]
    assert [one["id"] for one in listed] == [open_["id"]]
    # A system takes back its own as well.
    made = await tianqiao.clerk_li.makes("/appointment-proposals", plain())
    assert (await tianqiao.clerk_li.changes(place(made), "withdrawal", {})).is_success


async def test_of_one_who_takes_it_back_and_one_who_approves_at_once_one_is_too_late(
    tianqiao: Tianqiao, feng: Actor, ma: Actor
) -> None:
    proposal = await feng.makes("/appointment-proposals", plain())
    first = {"If-Match": '"1"'}
    answers = await gather(
        feng.posts(f"{place(proposal)}/withdrawal", {}, headers=first),
        ma.posts(f"{place(proposal)}/approval", {}, headers=first),
    )
    assert outcomes(answers) == ["200", "412 stale"]
    state = (await ma.gets(place(proposal))).json()["state"]
    held = (await ma.gets(f"/appointments?post_id={id_of(DIRECTOR)}")).json()["items"]
    assert (state, len(held)) in (("withdrawn", 0), ("approved", 1))


async def test_what_was_proposed_in_one_office_is_not_seen_in_another(tianqiao: Tianqiao) -> None:
    """Wang is secretary in Huayuan and in Laoyuan, and proposes somebody for Huayuan."""
    offices = [
        organisation("branch of laoyuan", "quarter_party_org", "laoyuan"),
        post("secretary of laoyuan", "secretary", "branch of laoyuan"),
        appointment("wang in laoyuan", "wang", "secretary of laoyuan"),
    ]
    await enter(tianqiao.clerk_li, offices)
    here = await tianqiao.in_office("wang in huayuan branch")
    there = await tianqiao.in_office("wang in laoyuan")
    proposal = await here.makes("/appointment-proposals", plain())
    assert (await there.gets("/appointment-proposals")).json()["items"] == []
    assert outcome(await there.gets(place(proposal))) == "404 not_found"
    unseen = await there.posts(f"{place(proposal)}/withdrawal", {}, headers={"If-Match": '"1"'})
    assert outcome(unseen) == "404 not_found"
    assert (await here.gets("/appointment-proposals")).json()["items"] == [proposal]
    assert outcome(await here.changes(place(proposal), "withdrawal", {})) == "200"


async def test_who_was_merged_into_another_entry_does_not_decide_on_what_they_proposed(
    tianqiao: Tianqiao, feng: Actor, ma: Actor
) -> None:
    one, other = [await feng.makes("/appointment-proposals", plain(n)) for n in ("zhao", "liu")]
    into = {"into": id_of("xu")}
    merged = await tianqiao.clerk_li.changes(f"/people/{id_of('feng')}", "merge", into)
    assert outcome(merged) == "200"
    xu = await tianqiao.in_office("xu in working committee")
    for act, body in (("approval", {}), ("rejection", {"reason": "x"})):
        assert outcome(await xu.changes(place(one), act, body)) == "403 own_proposal"
    # It is theirs still to take back, by the office that they made it in.
    assert outcome(await xu.changes(place(one), "withdrawal", {})) == "403 proposal_not_yours"
    as_clerk = await tianqiao.in_office("feng in office")
    gone = (await as_clerk.changes(place(one), "withdrawal", {})).json()
    assert (gone["state"], gone["decider"]) == ("withdrawn", f"persons/{id_of('feng')}")
    assert outcome(await ma.changes(place(other), "approval", {})) == "200"
