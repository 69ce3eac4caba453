"""Correcting dates that were entered wrongly, with everything that rests on them."""

from tests.api.appointments.test_cross_appoint import ELECTION, FILE, step
from tests.api.appointments.test_end import WANG
from tests.world import NOW, TERM, Json, Tianqiao, id_of, outcome

LIU = f"/appointments/{id_of('liu in library')}"
NARROW = {"from": "2025-03-01T00:00:00+08:00", "until": "2027-03-01T00:00:00+08:00"}


def to(during: Json, **more: object) -> Json:
    return {"during": during, "note": "日期录入有误"} | more


async def test_a_wrong_date_is_corrected_and_what_it_said_before_is_kept(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await tianqiao.new_events()
    for during in (NARROW, TERM):
        corrected = await clerk.changes(WANG, "correction", to(during))
        assert corrected.json()["during"] == during, corrected.text
    items = (await clerk.gets(f"{WANG}/history")).json()["items"]
    assert [(one["change"], one["during"]) for one in items] == [
        ("corrected", NARROW),
        ("corrected", TERM),
    ]
    assert await tianqiao.new_events() == ["appointment.corrected"] * 2
    asleep = await tianqiao.in_office("wang in huayuan branch")
    assert outcome(await asleep.gets(f"{WANG}/history")) == "403 right_missing"


async def test_what_rests_on_it_must_fit_or_all_is_refused_and_it_says_which(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    director = await clerk.makes("/cross-appointments", step(2))
    refused = await clerk.changes(WANG, "correction", to(NARROW))
    assert outcome(refused) == "409 dependant_does_not_fit"
    assert director["id"] in refused.json()["detail"]
    own = f"/appointments/{director['id']}"
    assert (await clerk.changes(own, "correction", to(NARROW))).status_code == 200
    assert (await clerk.changes(WANG, "correction", to(NARROW))).status_code == 200
    wider = await clerk.changes(own, "correction", to(TERM))
    assert outcome(wider) == "409 outlasts_its_source"
    # The evidence is asked again, as it stands or as it is corrected.
    late = ELECTION | {"filed_on": "2025-03-02"}
    wrong = await clerk.changes(own, "correction", to(NARROW, election=late))
    assert outcome(wrong) == "422 election_dates_wrong"
    filed = ELECTION | {"filing_number": "天桥备〔2024〕2号"}
    another = [FILE | {"name": "备案表.pdf"}]
    mended = await clerk.changes(own, "correction", to(NARROW, election=filed, evidence=another))
    assert mended.json()["election"] == filed
    history = (await clerk.gets(f"{own}/history")).json()
    said = history["items"][0]
    assert (history["evidence"], said["election"], said["evidence"]) == (another, ELECTION, [FILE])
    none = await clerk.changes(own, "correction", to(NARROW, evidence=[]))
    assert outcome(none) == "422 evidence_missing"


async def test_a_corrected_term_takes_no_place_of_another(tianqiao: Tianqiao) -> None:
    """But moves to a place of the post that is free."""
    clerk = tianqiao.clerk_li
    after = {"from": TERM["until"], "until": "2029-01-01T00:00:00+08:00"}
    for post, expected in (
        ("secretary of huayuan branch", "409 post_taken"),
        ("member of huayuan committee", "200"),
    ):
        body = {"person_id": id_of("zhao"), "post_id": id_of(post), "during": after}
        made = await clerk.makes("/appointments", body)
        answer = await clerk.changes(f"/appointments/{made['id']}", "correction", to(TERM))
        assert outcome(answer) == expected
        # A correction names no post: there is nothing in it to point at.
        assert answer.json().get("errors", []) == []


async def test_what_a_correction_can_mend_is_pointed_at(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    director = await clerk.makes("/cross-appointments", step(2))
    place = f"/appointments/{director['id']}"
    late = ELECTION | {"filed_on": "2025-03-02"}
    for body, pointer in (
        (to(TERM | {"until": "2029-01-01T00:00:00+08:00"}), "/during"),
        (to(TERM, election=late), "/election"),
    ):
        [error] = (await clerk.changes(place, "correction", body)).json()["errors"]
        assert error["pointer"] == pointer


async def test_an_end_that_was_entered_wrongly_is_taken_back(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.changes(WANG, "end", {"at": NARROW["until"], "reason": "dismissal"})
    open_again = await clerk.changes(WANG, "correction", to(TERM | {"until": None}))
    assert open_again.json()["end_reason"] is None


async def test_who_was_wrongly_entered_as_dead_is_so_no_more_once_that_is_corrected(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.changes(LIU, "end", {"at": NOW.isoformat(), "reason": "death"})
    body = {"during": TERM, "note": "录入有误"}
    corrected = (await clerk.changes(LIU, "correction", body)).json()
    assert (corrected["during"], corrected["end_reason"]) == (TERM, None)
    member = {"person_id": id_of("liu"), "post_id": id_of("members of binhe committee")}
    await clerk.makes("/appointments", member | {"during": TERM})


async def test_nobody_prolongs_their_own_term(tianqiao: Tianqiao) -> None:
    he = await tianqiao.in_office("he in binhe committee")
    member = {"person_id": id_of("he"), "post_id": id_of("members of binhe committee")}
    made = await tianqiao.clerk_li.makes("/appointments", member | {"during": TERM})
    own = await he.changes(f"/appointments/{made['id']}", "correction", to(NARROW))
    assert outcome(own) == "403 own_office"
