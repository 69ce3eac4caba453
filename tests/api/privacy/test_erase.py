"""Erasure: name and phone are gone from every table, and the record stays whole."""

from asyncio import gather
from datetime import datetime

import asyncpg
import pytest

from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.schema import STREET_TABLES
from maplebridge_domain.authority import Right
from tests.api.imports.sheets import GRIDS, PEOPLE, csv_of, imports
from tests.api.platform.test_events import chain_breaks_at
from tests.world import (
    NOW,
    TERM,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    ballot,
    dispute,
    id_of,
    new_id,
    outcome,
    outcomes,
)

NAME, PHONE = "欧阳晓枫", "15412345678"
OUYANG = {"id": id_of("ouyang"), "street_id": TIANQIAO, "name": NAME, "phone": PHONE}
PLACE = f"/people/{id_of('ouyang')}"
ON_REQUEST = {"reason": "purpose_achieved"}
PAST = {"from": "2025-01-01T00:00:00+08:00", "until": "2026-10-31T00:00:00+08:00"}


async def entered(tianqiao: Tianqiao, during: Json = PAST) -> Actor:
    """Enter Ouyang under keys, in an office of the past, with a ballot; return the secretary."""
    clerk = tianqiao.clerk_li
    await clerk.posts("/people", OUYANG, headers={"Idempotency-Key": "enter"})
    county = tianqiao.system("county", streets=(411104000, 411104999))
    key = {"Idempotency-Key": "correct", "If-Match": '"1"'}
    corrected = await county.posts(f"{PLACE}/correction", {"party_member": True}, headers=key)
    assert outcome(corrected) == "200"
    office = {
        "id": id_of("ouyang in committee"),
        "person_id": OUYANG["id"],
        "post_id": id_of("member of huayuan committee"),
        "during": during,
    }
    await clerk.makes("/appointments", office)
    place = f"/meetings/{id_of('meeting')}/attendance"
    listed = (await clerk.gets(place)).json()["items"]
    delegate = {"appointment_id": office["id"], "party": "owners_committee", "present": True}
    assert outcome(await clerk.replaces(place, {"items": [*listed, delegate]})) == "200"
    await clerk.makes("/ballots", ballot("ouyang in committee", "organisation", "library"))
    await tianqiao.new_events()
    return await tianqiao.in_office("xu in working committee")


async def everything(tianqiao: Tianqiao) -> str:
    """Return all rows of all tables as text."""
    connection = await asyncpg.connect(tianqiao.owner_url)
    rows = [
        await connection.fetchval(f"SELECT string_agg(t::text, '|') FROM {table} t")
        for table in STREET_TABLES
    ]
    await connection.close()
    return "|".join(row or "" for row in rows)


async def test_name_and_phone_are_gone_from_every_table_masks_among_them(
    tianqiao: Tianqiao,
) -> None:
    xu = await entered(tianqiao)
    before = await everything(tianqiao)
    assert NAME in before
    assert before.count("154****5678") == 3  # the row, and the answers kept under two keys
    answer = await xu.changes(PLACE, "erase", ON_REQUEST)
    assert answer.json() == {
        "person": {
            "id": OUYANG["id"],
            "street_id": TIANQIAO,
            "name": None,
            "phone": None,
            "erased_at": NOW.isoformat(),
        },
        "mentioned_in": [],
        "mentioned_elsewhere": [],
    }
    after = await everything(tianqiao)
    for gone in (NAME, PHONE, "欧阳", "154****5678", PHONE.encode().hex()):
        assert gone not in after
    assert (
        await tianqiao.asks("SELECT party_member FROM person WHERE id = $1", OUYANG["id"]) is None
    )
    assert await tianqiao.new_events() == ["person.erased"]


async def test_cases_ballots_and_appointments_stay_and_the_chain_still_verifies(
    tianqiao: Tianqiao,
) -> None:
    xu = await entered(tianqiao)
    kept = ("appointment", "attendance", "ballot", "dispute", "event")
    counted = [await tianqiao.asks(f"SELECT count(*) FROM {table}") for table in kept]
    await xu.changes(PLACE, "erase", ON_REQUEST)
    after = [await tianqiao.asks(f"SELECT count(*) FROM {table}") for table in kept]
    assert after == [*counted[:-1], counted[-1] + 1]
    assert await chain_breaks_at(tianqiao) is None
    office = (await xu.gets(f"/appointments/{id_of('ouyang in committee')}")).json()
    assert office["person_id"] == OUYANG["id"]


async def test_the_entry_stays_as_a_marker_without_a_name(tianqiao: Tianqiao) -> None:
    xu = await entered(tianqiao)
    answer = await xu.changes(PLACE, "erase", ON_REQUEST)
    found = await xu.gets(PLACE)
    assert found.json() == answer.json()["person"]
    assert found.headers["ETag"] == answer.headers["ETag"] == '"3"'
    assert found.json() in (await xu.gets("/people?limit=200")).json()["items"]
    export = (await tianqiao.clerk_li.gets(f"{PLACE}/export")).json()
    assert (export["name"], export["phone"], export["erased_at"]) == (None, None, NOW.isoformat())


async def test_a_repeated_request_is_answered_with_what_is_left(tianqiao: Tianqiao) -> None:
    xu = await entered(tianqiao)
    await xu.changes(PLACE, "erase", ON_REQUEST)
    again = await tianqiao.clerk_li.posts("/people", OUYANG, headers={"Idempotency-Key": "enter"})
    assert again.json()["name"] is None


async def test_who_was_erased_is_not_shown_changed_or_appointed(tianqiao: Tianqiao) -> None:
    xu = await entered(tianqiao)
    await xu.changes(PLACE, "erase", ON_REQUEST)
    clerk = tianqiao.clerk_li
    office = {"person_id": OUYANG["id"], "post_id": id_of("director of jiayuan committee")}
    appointed = await clerk.posts("/appointments", office | {"during": TERM})
    assert appointed.json()["errors"][0]["pointer"] == "/person_id"
    answers = [
        await clerk.changes(PLACE, "erase", ON_REQUEST),
        await clerk.changes(PLACE, "correction", {"name": NAME}),
        await clerk.changes(PLACE, "merge", {"into": id_of("wang")}),
        await clerk.posts(f"{PLACE}/unmask", {"purpose": "emergency"}),
        await clerk.changes(f"/people/{id_of('wang')}", "merge", {"into": OUYANG["id"]}),
        appointed,
    ]
    assert outcomes(answers) == ["410 person_erased"] * 6
    found = await clerk.posts("/people/lookup", {"street_id": TIANQIAO, "phone": PHONE})
    assert found.json() == {"items": []}


@pytest.mark.parametrize(
    ("during", "until"),
    [
        (TERM, "2028-01-01"),
        (TERM | {"until": None}, "…"),
        (TERM | {"from": "2027-01-01T00:00:00+08:00"}, "2028-01-01"),
    ],
)
async def test_who_holds_an_office_or_is_to_hold_one_is_not_erased(
    tianqiao: Tianqiao, during: Json, until: str
) -> None:
    await tianqiao.clerk_li.makes("/people", OUYANG)
    office = {"person_id": OUYANG["id"], "post_id": id_of("director of jiayuan committee")}
    await tianqiao.clerk_li.makes("/appointments", office | {"during": during})
    await tianqiao.new_events()
    refused = await tianqiao.clerk_li.changes(PLACE, "erase", ON_REQUEST)
    assert outcome(refused) == "409 still_in_office"
    assert until in refused.json()["detail"]
    assert NAME in await everything(tianqiao)
    assert await tianqiao.new_events() == []


async def test_who_waits_for_the_end_of_a_case_is_not_erased(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/people", OUYANG)
    case = await tianqiao.logged_in("ouyang").makes("/disputes", dispute())
    assert outcome(await clerk.changes(PLACE, "erase", ON_REQUEST)) == "409 case_still_open"
    await clerk.changes(f"/disputes/{case['id']}", "steps", {"act": "withdraw"})
    assert outcome(await clerk.changes(PLACE, "erase", ON_REQUEST)) == "200"


async def test_the_answer_names_the_cases_whose_texts_still_name_the_person(
    tianqiao: Tianqiao,
) -> None:
    clerk, xu = tianqiao.clerk_li, await entered(tianqiao)
    said = [dispute(title=f"{NAME}报修"), dispute(summary=f"请致电{PHONE}。"), dispute()]
    ids = [(await clerk.makes("/disputes", one | {"id": new_id()}))["id"] for one in said]
    noted = {"act": "accept", "note": f"{NAME}在场。"}
    await clerk.changes(f"/disputes/{id_of('flooded kitchen')}", "steps", noted)
    answer = await xu.changes(PLACE, "erase", ON_REQUEST)
    assert set(answer.json()["mentioned_in"]) == {*ids[:2], id_of("flooded kitchen")}
    for id_ in answer.json()["mentioned_in"]:
        struck = await xu.changes(f"/disputes/{id_}", "redaction", {"strike": [NAME, PHONE]})
        assert outcome(struck) == "200"
    after = await everything(tianqiao)
    assert NAME not in after
    assert PHONE not in after


async def test_what_was_written_about_a_person_is_kept_without_the_name(
    tianqiao: Tianqiao,
) -> None:
    """Of one who was never appointed: a proposal, with its file, why it was rejected, and its answers."""
    clerk, xu = tianqiao.clerk_li, await tianqiao.in_office("xu in working committee")
    await clerk.makes("/people", OUYANG)
    file = {"name": f"{NAME}推荐表.pdf", "sha256": "9f" * 32, "dated_on": "2026-10-01"}
    proposal = {
        "person_id": OUYANG["id"],
        "post_id": id_of("members of binhe committee"),
        "during": TERM,
        "evidence": [file | {"number": f"{NAME}〔2026〕1号"}],
    }
    key = {"Idempotency-Key": "propose"}
    made = (await clerk.posts("/appointment-proposals", proposal, headers=key)).json()
    place = f"/appointment-proposals/{made['id']}"
    reason = {"reason": f"{NAME}（{PHONE}）另有任用"}
    assert outcome(await xu.changes(place, "rejection", reason)) == "200"
    before = await clerk.gets(place)
    answer = await clerk.changes(PLACE, "erase", ON_REQUEST)
    assert (answer.json()["mentioned_in"], answer.json()["mentioned_elsewhere"]) == ([], [])
    left = await clerk.gets(place)
    assert left.json() == before.json() | {
        "reason": "▇▇（▇▇）另有任用",
        "evidence": [file | {"name": "▇▇推荐表.pdf", "number": "▇▇〔2026〕1号"}],
    }
    assert left.headers["ETag"] != before.headers["ETag"]
    again = await clerk.posts("/appointment-proposals", proposal, headers=key)
    assert again.json()["evidence"] == left.json()["evidence"]
    after = await everything(tianqiao)
    assert not [gone for gone in (NAME, PHONE) if gone in after]


async def test_notes_of_their_offices_lose_the_name_and_those_of_others_are_named(
    tianqiao: Tianqiao,
) -> None:
    clerk, xu = tianqiao.clerk_li, await entered(tianqiao)
    office = f"/appointments/{id_of('ouyang in committee')}"
    corrected = {"during": PAST, "note": f"{NAME}的任期录入有误"}
    assert outcome(await clerk.changes(office, "correction", corrected)) == "200"
    ending = {"at": "2026-11-01T00:00:00+08:00", "reason": "agreed", "note": f"因{NAME}离职"}
    contract = f"/service-contracts/{id_of('contract of huayuan')}"
    assert outcome(await clerk.changes(contract, "end", ending)) == "200"
    others = await tianqiao.asks("SELECT id::text FROM service_contract_end")
    exported = (await clerk.gets(f"{PLACE}/export")).json()["mentioned_elsewhere"]
    mine = await tianqiao.asks("SELECT id::text FROM appointment_history WHERE note LIKE '%有误'")
    found = {"table": "service_contract_end", "id": others}
    assert exported == [found, {"table": "appointment_history", "id": mine}]
    answer = await xu.changes(PLACE, "erase", ON_REQUEST)
    assert answer.json()["mentioned_elsewhere"] == [found]
    assert "▇▇的任期录入有误" in (await clerk.gets(f"{office}/history")).text
    # Whom no sheet of people holds any more is in none of their offices, either.
    leaving = {"street_id": TIANQIAO, "shape": "appointments", "format": "csv"}
    ledger = (await clerk.posts("/exports", leaving)).text
    assert (id_of("ouyang") in ledger, id_of("wang") in ledger) == (False, True)


async def test_no_marked_copy_of_a_sheet_that_names_people_outlasts_an_erasure(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/people", OUYANG)
    refused = [
        await imports(
            tianqiao, "people", csv_of(PEOPLE, ["", NAME, PHONE, "是"], ["", "甲", "xx", ""])
        ),
        await imports(tianqiao, "grids", csv_of(GRIDS, ["x", "", "", "", ""])),
    ]
    places = [f"/imports/{run['id']}/copy" for run in refused]
    assert outcomes([await clerk.gets(place) for place in places]) == ["200", "200"]
    assert outcome(await clerk.changes(PLACE, "erase", ON_REQUEST)) == "200"
    copies = [outcome(await clerk.gets(place)) for place in places]
    assert copies == ["404 no_such_copy", "200"]


async def test_erasure_is_of_who_has_the_right_to_it(tianqiao: Tianqiao) -> None:
    await entered(tianqiao)
    all_else = tianqiao.system("all", rights=set(Right) - {Right.PEOPLE_ERASE})
    he = await tianqiao.in_office("he in binhe committee")
    for actor in (all_else, he):
        assert outcome(await actor.changes(PLACE, "erase", ON_REQUEST)) == "403 right_missing"


async def test_of_an_erasure_and_an_appointment_at_once_one_is_refused(
    tianqiao: Tianqiao,
) -> None:
    for _ in range(5):
        made = await tianqiao.clerk_li.makes("/people", OUYANG | {"id": new_id()})
        post = {"organisation_id": id_of("huayuan committee"), "kind": "member", "name": "委员"}
        seat = (await tianqiao.clerk_li.makes("/posts", post))[
            "id"
        ]  # free, whoever came first before
        office = {"person_id": made["id"], "post_id": seat}
        first = {"If-Match": '"1"'}
        answers = await gather(
            tianqiao.clerk_li.posts(f"/people/{made['id']}/erase", ON_REQUEST, headers=first),
            tianqiao.clerk_zheng.posts("/appointments", office | {"during": TERM}),
        )
        assert outcomes(answers) in (
            ["200", "410 person_erased"],
            ["201", "409 still_in_office"],
        )


async def test_the_term_that_has_just_ended_is_over(tianqiao: Tianqiao) -> None:
    await entered(tianqiao, during=TERM)
    assert outcome(await tianqiao.clerk_li.changes(PLACE, "erase", ON_REQUEST)) == (
        "409 still_in_office"
    )
    clock.set_to = datetime.fromisoformat(TERM["until"])
    assert outcome(await tianqiao.clerk_li.changes(PLACE, "erase", ON_REQUEST)) == "200"
