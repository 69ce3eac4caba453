"""Ends before their time: why, what ends with them, and what was said before."""

import json
from asyncio import gather
from datetime import datetime
from typing import Any

from maplebridge_api.platform.clock import clock
from tests.api.appointments.test_cross_appoint import step
from tests.world import (
    NOW,
    TERM,
    Actor,
    Json,
    Tianqiao,
    appointment,
    enter,
    id_of,
    outcome,
    outcomes,
    post,
)

WANG = f"/appointments/{id_of('wang in huayuan branch')}"
JUNE, LATER = "2026-06-30T00:00:00+08:00", "2027-01-01T00:00:00+08:00"
CONTRACT = f"/service-contracts/{id_of('contract of huayuan')}"
FIRST = {"If-Match": '"1"'}


async def crossed(clerk: Actor, number: int, **more: object) -> Json:
    return await clerk.makes("/cross-appointments", step(number, **more))


async def shown(clerk: Actor, place: str | Json) -> Json:
    path = place if isinstance(place, str) else f"/appointments/{place['id']}"
    found: Json = (await clerk.gets(path)).json()
    return found


async def told(tianqiao: Tianqiao) -> Any:
    return await tianqiao.asks("SELECT data::text FROM event ORDER BY no DESC LIMIT 1")


async def test_why_an_office_ended_is_shown_and_what_rests_on_it_ends_because_of_it(
    tianqiao: Tianqiao,
) -> None:
    """One chain: what has begun ends at the instant, what has not is withdrawn and frees its place."""
    clerk = tianqiao.clerk_li
    director = await crossed(clerk, 2)
    member = await crossed(clerk, 3, during=TERM | {"from": LATER})
    fifth = step(5, source_id=director["id"], during=TERM | {"from": LATER})
    supervisor = await clerk.makes("/cross-appointments", fifth)
    await tianqiao.new_events()
    body = {"at": JUNE, "reason": "resignation", "note": "天桥组〔2026〕9号"}
    ended = (await clerk.changes(WANG, "end", body)).json()
    assert (ended["end_reason"], ended["during"]["until"]) == ("resignation", JUNE)
    assert (await shown(clerk, director))["during"] == {"from": TERM["from"], "until": JUNE}
    for one in (member, supervisor):
        assert (await shown(clerk, one))["during"] is None
    for one in (director, member, supervisor):
        assert (await shown(clerk, one))["end_reason"] == "source_ended"
        assert (await clerk.gets(f"/appointments/{one['id']}")).headers["etag"] == '"2"'
    data = json.loads(await told(tianqiao))
    assert data["with_it"] == [director["id"]]
    assert data["withdrawn"] == sorted([member["id"], supervisor["id"]])
    assert await tianqiao.new_events() == ["appointment.ended"]

    [before] = (await clerk.gets(f"{WANG}/history")).json()["items"]
    assert (before["change"], before["during"], before["end_reason"]) == ("ended", TERM, None)
    assert before["note"] == body["note"]
    [planned] = (await clerk.gets(f"/appointments/{member['id']}/history")).json()["items"]
    assert (planned["change"], planned["during"]) == ("withdrawn", TERM | {"from": LATER})

    # The place of what never began is free, and nobody holds it then.
    post = step(3)["post_id"]
    at = LATER.replace("+", "%2B")
    assert (await clerk.gets(f"/appointments?post_id={post}&at={at}")).json()["items"] == []
    again = await clerk.changes(f"/appointments/{member['id']}", "end", body)
    assert outcome(again) == "409 appointment_withdrawn"
    on_nothing = step(5, source_id=supervisor["id"])
    assert outcome(await clerk.posts("/cross-appointments", on_nothing)) == "404 not_found"


async def test_a_reason_that_only_follows_from_something_else_is_not_given(
    tianqiao: Tianqiao,
) -> None:
    for body in ({"at": JUNE}, {"at": JUNE, "reason": "source_ended"}):
        assert outcome(await tianqiao.clerk_li.changes(WANG, "end", body)) == "422 invalid_request"


async def test_who_dies_leaves_every_office_and_takes_up_none(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    to_come = await clerk.makes(
        "/appointments",
        {"person_id": id_of("wang"), "post_id": id_of("director of library")}
        | {"during": {"from": TERM["until"], "until": None}},
    )
    member = await crossed(clerk, 3)
    foreseen = await clerk.changes(WANG, "end", {"at": LATER, "reason": "death"})
    assert outcome(foreseen) == "422 death_in_the_future"
    await clerk.changes(WANG, "end", {"at": NOW.isoformat(), "reason": "death"})
    reasons = [(await shown(clerk, one))["end_reason"] for one in (WANG, to_come, member)]
    assert reasons == ["death"] * 3
    assert (await shown(clerk, to_come))["during"] is None
    # Nor do they take up any; what they held before is entered as it was.
    seat = {"person_id": id_of("wang"), "post_id": id_of("director of huayuan committee")}
    before = {"from": TERM["from"], "until": NOW.isoformat()}
    refused = await clerk.posts("/appointments", seat | {"during": TERM})
    assert outcome(refused) == "409 person_died"
    await clerk.makes("/appointments", seat | {"during": before})
    # Nothing is left to hold them by: their entry may be erased when its time has come.
    erased = await clerk.posts(
        f"/people/{id_of('wang')}/erase", {"reason": "purpose_achieved"}, headers=FIRST
    )
    assert erased.status_code == 200, erased.text


async def test_only_a_term_that_has_not_begun_is_withdrawn(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert outcome(await clerk.changes(WANG, "withdrawal", {})) == "409 term_begun"
    body = {"person_id": id_of("zhao"), "post_id": id_of("director of huayuan committee")}
    term = {"from": LATER, "until": TERM["until"]}
    made = await clerk.makes("/appointments", body | {"during": term})
    await tianqiao.new_events()
    place = f"/appointments/{made['id']}"
    withdrawn = (await clerk.changes(place, "withdrawal", {"note": "本人不愿到任"})).json()
    assert (withdrawn["during"], withdrawn["end_reason"]) == (None, "withdrawn")
    assert outcome(await clerk.changes(place, "withdrawal", {})) == "409 appointment_withdrawn"
    assert await tianqiao.new_events() == ["appointment.withdrawn"]
    other = body | {"person_id": id_of("liu"), "during": term}
    assert outcome(await clerk.posts("/appointments", other)) == "201"
    clock.set_to = datetime.fromisoformat(LATER)
    form = {"grant_type": "client_credentials", "client_id": "clerk_li", "client_secret": "li's"}
    acting = await tianqiao.http.post("/oauth/token", data=form | {"act_as": made["id"]})
    assert outcome(acting) == "404 not_found"


async def test_a_contract_ends_early_with_all_that_rests_on_it(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    member, fourth, fifth = [await crossed(clerk, number) for number in (3, 4, 5)]
    later = await crossed(clerk, 1)  # rests on no contract
    await tianqiao.new_events()
    end = {"at": JUNE, "reason": "owners_dismissed", "note": "业主大会2026-04-20决定"}
    contract = (await clerk.changes(CONTRACT, "end", end)).json()
    assert (contract["during"]["until"], contract["end_reason"]) == (JUNE, "owners_dismissed")
    for one in (member, fourth, fifth):
        now = await shown(clerk, one)
        assert (now["during"]["until"], now["end_reason"]) == (JUNE, "contract_ended")
    assert (await shown(clerk, later))["end_reason"] is None
    assert await tianqiao.new_events() == ["service_contract.ended"]
    assert outcome(await clerk.changes(CONTRACT, "end", end)) == "409 contract_not_in_force"
    history = (await clerk.gets(f"{CONTRACT}/history")).json()["items"]
    assert history == [
        {"reason": "owners_dismissed", "note": end["note"], "ends_at": JUNE, "during": TERM}
        | {"entered_at": NOW.isoformat(), "entered_by": "clients/clerk_li"}
        | {"entered_in_capacity": None}
    ]
    # The quarter is free for another enterprise from that day on.
    body = {"enterprise_id": id_of("wanjia"), "quarter_id": id_of("huayuan")}
    after = body | {"during": {"from": JUNE, "until": None}}
    assert outcome(await clerk.posts("/service-contracts", after)) == "201"


async def test_whoever_is_first_nothing_outlasts_a_contract_that_is_ended_meanwhile(
    tianqiao: Tianqiao,
) -> None:
    end = {"at": JUNE, "reason": "breach"}
    answers = await gather(
        tianqiao.clerk_li.posts(f"{CONTRACT}/end", end, headers=FIRST),
        tianqiao.clerk_zheng.posts("/cross-appointments", step(3)),
        tianqiao.clerk_zheng.posts("/cross-appointments", step(4)),
    )
    refusals = {"409 source_not_in_force", "409 no_contract_in_force"}
    assert {*outcomes(answers)} <= {"200", "201"} | refusals
    outlasting = await tianqiao.asks(
        "SELECT count(*) FROM appointment a JOIN service_contract c"
        " ON c.street_id = a.street_id AND c.id = a.contract_id WHERE NOT a.during <@ c.during"
    )
    assert outlasting == 0


TO_COME = {"from": LATER, "until": TERM["until"]}


async def a_clerk(tianqiao: Tianqiao) -> Actor:
    """Let Zhao be a clerk of the street, and act as one."""
    await enter(
        tianqiao.clerk_li,
        [
            post("clerks", "clerk", "working committee", seats=2),
            appointment("zhao as clerk", "zhao", "clerks"),
        ],
    )
    return await tianqiao.in_office("zhao as clerk")


async def test_a_contract_is_withdrawn_before_it_begins_with_what_was_to_rest_on_it(
    tianqiao: Tianqiao,
) -> None:
    clerk, zhao = tianqiao.clerk_li, await a_clerk(tianqiao)
    assert outcome(await zhao.changes(CONTRACT, "withdrawal", {})) == "409 contract_begun"
    body = {"enterprise_id": id_of("chenguang"), "quarter_id": id_of("jiayuan")}
    made = await clerk.makes("/service-contracts", body | {"during": TO_COME})
    member = await crossed(clerk, 4, contract_id=made["id"], during=TO_COME)
    proposed = step(4, contract_id=made["id"], during=TO_COME)
    proposal = await clerk.makes("/cross-appointment-proposals", proposed)
    await tianqiao.new_events()
    place, note = f"/service-contracts/{made['id']}", "业主大会未通过"
    gone = (await zhao.changes(place, "withdrawal", {"note": note})).json()
    assert (gone["during"], gone["end_reason"]) == (None, "withdrawn")
    now = await shown(clerk, member)
    assert (now["during"], now["end_reason"]) == (None, "contract_ended")
    assert json.loads(await told(tianqiao))["withdrawn"] == [member["id"]]
    assert await tianqiao.new_events() == ["service_contract.withdrawn"]
    # Why, what it was to be, and who entered that by which office, is read by anybody in the street.
    [kept] = (await tianqiao.logged_in("chen").gets(f"{place}/history")).json()["items"]
    assert (kept["reason"], kept["note"], kept["ends_at"]) == ("withdrawn", note, None)
    assert (kept["during"], kept["entered_by"]) == (TO_COME, f"persons/{id_of('zhao')}")
    assert kept["entered_in_capacity"] == id_of("zhao as clerk")

    # It is over for good, nobody acts by it, and the quarter is free.
    end = {"at": TERM["until"], "reason": "agreed"}
    for act, more in (("withdrawal", {}), ("end", end), ("filing", {"filed_on": "2026-11-01"})):
        assert outcome(await clerk.changes(place, act, more)) == "409 contract_withdrawn", act
    refused = await clerk.posts("/cross-appointments", proposed)
    assert outcome(refused) == "409 contract_withdrawn"
    assert refused.json()["errors"][0]["pointer"] == "/contract_id"
    approved = await zhao.changes(f"/appointment-proposals/{proposal['id']}", "approval", {})
    assert outcome(approved) == "409 contract_withdrawn"
    listed = f"/service-contracts?quarter_id={id_of('jiayuan')}"
    for filing in ("missing", "pending"):
        assert (await clerk.gets(f"{listed}&filing={filing}")).json()["items"] == []
    clock.set_to = datetime.fromisoformat(LATER)
    [capacity] = (await tianqiao.logged_in("qian").gets("/capacities")).json()["items"]
    assert len(capacity["place"]) == 1
    other = body | {"enterprise_id": id_of("wanjia"), "during": TO_COME}
    assert outcome(await clerk.posts("/service-contracts", other)) == "201"


async def test_of_two_at_once_nothing_rests_on_a_contract_that_is_withdrawn(
    tianqiao: Tianqiao,
) -> None:
    body = {"enterprise_id": id_of("chenguang"), "quarter_id": id_of("jiayuan")}
    made = await tianqiao.clerk_li.makes("/service-contracts", body | {"during": TO_COME})
    answers = await gather(
        *(
            clerk.posts(f"/service-contracts/{made['id']}/withdrawal", {}, headers=FIRST)
            for clerk in (tianqiao.clerk_li, tianqiao.clerk_zheng)
        ),
        tianqiao.clerk_zheng.posts(
            "/cross-appointments", step(4, contract_id=made["id"], during=TO_COME)
        ),
    )
    assert outcomes(answers[:2]) == ["200", "412 stale"]
    crossed_over = {"201", "409 contract_withdrawn", "409 source_not_in_force"}
    assert outcome(answers[2]) in crossed_over
    resting = "SELECT count(*) FROM appointment WHERE contract_id = $1 AND during IS NOT NULL"
    assert await tianqiao.asks(resting, made["id"]) == 0
