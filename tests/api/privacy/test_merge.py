"""Two entries of one person become one: appointments, ballots and recusal go together."""

from asyncio import gather

import asyncpg

from maplebridge_domain.authority import Right
from tests.api.platform.test_events import chain_breaks_at
from tests.world import (
    AT_MEETING,
    TERM,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    ballot,
    dispute,
    id_of,
    outcome,
    outcomes,
)

WANG = f"/people/{id_of('wang')}"
#: Wang, entered a second time when the library made him its deputy.
AGAIN = f"/people/{id_of('wang again')}"
ENTRY = {"id": id_of("wang again"), "street_id": TIANQIAO, "name": "王远", "phone": "15400000099"}
INTO_WANG = {"into": id_of("wang")}


async def entered_twice(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/people", ENTRY)
    post = {"id": id_of("deputy of library"), "organisation_id": id_of("library")}
    await clerk.makes("/posts", post | {"kind": "deputy_director", "name": "副馆长"})
    office = {"id": id_of("wang in library"), "person_id": ENTRY["id"], "post_id": post["id"]}
    await clerk.makes("/appointments", office | {"during": TERM})
    await tianqiao.new_events()


async def listed(tianqiao: Tianqiao, office: str, party: str) -> None:
    """Add a delegate to the list of who came to the meeting."""
    place = f"/meetings/{id_of('meeting')}/attendance"
    there = (await tianqiao.clerk_li.gets(place)).json()["items"]
    delegate = {"appointment_id": id_of(office), "party": party, "present": True}
    answer = await tianqiao.clerk_li.replaces(place, {"items": [*there, delegate]})
    assert outcome(answer) == "200"


async def feed(tianqiao: Tianqiao, query: str) -> list[Json]:
    """Read the evaluator's feed."""
    connection = await asyncpg.connect(tianqiao.owner_url)
    async with connection.transaction():
        await connection.execute("SELECT mb_enter($1, $1)", TIANQIAO)
        rows = [dict(row) for row in await connection.fetch(query)]
    await connection.close()
    return rows


async def test_what_named_the_one_names_the_other(tianqiao: Tianqiao) -> None:
    await entered_twice(tianqiao)
    case = await tianqiao.logged_in("wang again").makes("/disputes", dispute())
    await tianqiao.new_events()
    answer = await tianqiao.clerk_li.changes(AGAIN, "merge", INTO_WANG)
    assert answer.json() == (await tianqiao.clerk_li.gets(WANG)).json()
    assert await tianqiao.new_events() == ["person.merged"]
    event = await tianqiao.asks("SELECT subject || data::text FROM event ORDER BY no DESC LIMIT 1")
    assert event == f'people/{ENTRY["id"]}{{"into": "{id_of("wang")}"}}'
    offices = (await tianqiao.clerk_li.gets(f"/appointments?person_id={id_of('wang')}")).json()
    held = {one["id"] for one in offices["items"]}
    assert held == {id_of("wang in huayuan branch"), id_of("wang in library")}
    in_library = Actor(  # in which it was reported
        tianqiao.http,
        tianqiao.logged_in("wang").token,
        {"Acting-Capacity": id_of("wang in library")},
    )
    assert (await in_library.gets(f"/disputes/{case['id']}")).status_code == 200
    assert await chain_breaks_at(tianqiao) is None


async def test_the_merged_entry_says_where_it_went(tianqiao: Tianqiao) -> None:
    await entered_twice(tianqiao)
    await tianqiao.clerk_li.changes(AGAIN, "merge", INTO_WANG)
    clerk = tianqiao.clerk_li
    office = {"person_id": ENTRY["id"], "post_id": id_of("director of jiayuan committee")}
    first = {"If-Match": '"1"'}
    answers = [
        await clerk.gets(AGAIN),
        await clerk.gets(f"{AGAIN}/export"),
        await clerk.posts(f"{AGAIN}/unmask", {"purpose": "emergency"}),
        await clerk.posts(f"{AGAIN}/correction", {"name": "x"}, headers=first),
        await clerk.posts(f"{AGAIN}/erase", {"reason": "unlawful"}, headers=first),
        await clerk.posts(f"{AGAIN}/merge", {"into": id_of("chen")}, headers=first),
        await clerk.changes(f"/people/{id_of('chen')}", "merge", {"into": ENTRY["id"]}),
        await clerk.posts("/appointments", office | {"during": TERM}),
    ]
    assert outcomes(answers) == ["410 person_merged"] * 8
    for answer in answers:
        assert answer.headers["Link"] == f'</v1{WANG}>; rel="successor-version"'
        assert f"/v1{WANG}" in answer.json()["detail"]
    shown = (await clerk.gets("/people?limit=200")).json()["items"]
    assert ENTRY["id"] not in {one["id"] for one in shown}
    assert outcome(await tianqiao.stranger.gets(AGAIN)) == "404 not_found"


async def test_nothing_personal_stays_in_the_merged_entry(tianqiao: Tianqiao) -> None:
    await entered_twice(tianqiao)
    await tianqiao.clerk_li.changes(AGAIN, "merge", INTO_WANG)
    row = await tianqiao.asks("SELECT p::text FROM person p WHERE id = $1", ENTRY["id"])
    for gone in ("王", "154"):
        assert gone not in row.replace(ENTRY["id"], "").replace(id_of("wang"), "")


async def test_what_the_other_entry_lacks_it_takes_over(tianqiao: Tianqiao) -> None:
    """Chen has no phone: the one that was entered for him again is not lost."""
    clerk = tianqiao.clerk_li
    await clerk.makes("/people", ENTRY | {"party_member": True})
    await clerk.changes(AGAIN, "merge", {"into": id_of("chen")})
    told = await clerk.posts(f"/people/{id_of('chen')}/unmask", {"purpose": "merge_entries"})
    assert (told.json()["name"], told.json()["phone"]) == ("chen", ENTRY["phone"])
    found = await clerk.posts("/people/lookup", {"street_id": TIANQIAO, "phone": ENTRY["phone"]})
    assert [one["id"] for one in found.json()["items"]] == [id_of("chen")]
    assert await tianqiao.asks("SELECT party_member FROM person WHERE id = $1", id_of("chen"))


async def test_what_the_other_entry_has_it_keeps(tianqiao: Tianqiao) -> None:
    await entered_twice(tianqiao)
    await tianqiao.clerk_li.changes(AGAIN, "merge", INTO_WANG)
    told = await tianqiao.clerk_li.posts(f"{WANG}/unmask", {"purpose": "merge_entries"})
    assert (told.json()["name"], told.json()["phone"]) == ("wang", "15400000001")


async def test_a_chain_of_mergers_leads_to_the_entry_that_is_left(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    names = ("first", "second", "third")
    for name in names:
        await clerk.makes("/people", {"id": id_of(name), "street_id": TIANQIAO, "name": "王远"})
    await clerk.changes(f"/people/{id_of('first')}", "merge", {"into": id_of("second")})
    await clerk.changes(f"/people/{id_of('second')}", "merge", {"into": id_of("third")})
    gone = await clerk.gets(f"/people/{id_of('first')}")
    assert id_of("third") in gone.json()["detail"]
    export = (await clerk.gets(f"/people/{id_of('third')}/export")).json()
    assert set(export["entries"]) == {id_of(name) for name in names}


async def test_recusal_sees_both(tianqiao: Tianqiao) -> None:
    """As two persons Wang could mark the library that he also leads; as one he has an interest."""
    await entered_twice(tianqiao)
    cast = ballot("wang in huayuan branch", "organisation", "library")
    before = await tianqiao.clerk_li.posts("/ballots", cast)
    assert outcome(before) == "201"
    interested = (
        "SELECT m.subject_id FROM feed.mark_v1 m JOIN feed.interest_v1 i"
        " ON i.person_id = m.rater_person_id AND i.subject_id = m.subject_id"
        " AND m.cast_at >= i.active_from AND m.cast_at < i.active_until"
    )
    assert await feed(tianqiao, interested) == []
    await tianqiao.clerk_li.changes(AGAIN, "merge", INTO_WANG)
    # The ballot stays, and is set aside when results are computed.
    assert [row["subject_id"] for row in await feed(tianqiao, interested)] == [id_of("library")]
    refused = await tianqiao.clerk_li.posts(
        "/ballots", ballot("wang in library", "organisation", "huayuan branch")
    )
    assert outcome(refused) != "201"
    await listed(tianqiao, "wang in library", "resident_unit")
    refused = await tianqiao.clerk_li.posts(
        "/ballots", ballot("wang in library", "organisation", "huayuan branch")
    )
    assert outcome(refused) == "422 interest_conflict"


async def test_two_ballots_of_one_person_at_one_meeting_have_one_voice(
    tianqiao: Tianqiao,
) -> None:
    """Both stay; the evaluator knows whose they are, and a rater has one voice in a party."""
    await entered_twice(tianqiao)
    clerk = tianqiao.clerk_li
    second = {"id": id_of("wang again in branch"), "person_id": ENTRY["id"]}
    post = {"id": id_of("deputy of branch"), "organisation_id": id_of("huayuan branch")}
    await clerk.makes("/posts", post | {"kind": "deputy_secretary", "name": "副书记"})
    await clerk.makes("/appointments", second | {"post_id": post["id"], "during": TERM})
    await listed(tianqiao, "wang again in branch", "quarter_party_org")
    for rater in ("wang in huayuan branch", "wang again in branch"):
        await clerk.makes("/ballots", ballot(rater, "enterprise", "chenguang"))
    voices = (
        "SELECT count(DISTINCT rater_person_id) AS persons, count(*) AS marks FROM feed.mark_v1"
        " WHERE party = 'quarter_party_org'"
    )
    assert await feed(tianqiao, voices) == [{"persons": 2, "marks": 2}]
    await clerk.changes(AGAIN, "merge", INTO_WANG)
    assert await feed(tianqiao, voices) == [{"persons": 1, "marks": 2}]
    shown = (await clerk.gets(f"/ballots?subject_id={id_of('chenguang')}")).json()["items"]
    assert len(shown) == 2
    assert shown[0]["cast_at"] == AT_MEETING


async def test_entries_that_sit_in_one_post_at_one_time_are_not_one_person(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/people", ENTRY)
    office = {"post_id": id_of("member of huayuan committee"), "during": TERM}
    for person in (id_of("wang"), ENTRY["id"]):
        await clerk.makes("/appointments", office | {"person_id": person})
    await tianqiao.new_events()
    refused = await clerk.changes(AGAIN, "merge", INTO_WANG)
    assert outcome(refused) == "409 both_hold_post"
    assert office["post_id"] in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == "/into"
    assert (await clerk.gets(AGAIN)).status_code == 200
    assert await tianqiao.new_events() == []


async def test_an_entry_is_merged_into_another_one_of_its_street(tianqiao: Tianqiao) -> None:
    county = tianqiao.system("county", streets=(411104000, 411104999))
    await county.makes("/people", ENTRY)
    for into, expected in (
        (ENTRY["id"], "422 merged_with_itself"),
        (id_of("next person"), "404 not_found"),
        (id_of("nobody at all"), "404 not_found"),
    ):
        answer = await county.changes(AGAIN, "merge", {"into": into})
        assert outcome(answer) == expected
        assert answer.json()["errors"][0]["pointer"] == "/into"
    reader = tianqiao.system("reader", rights=set(Right) - {Right.PEOPLE_WRITE})
    assert outcome(await reader.changes(AGAIN, "merge", INTO_WANG)) == "403 right_missing"


async def test_of_two_who_merge_in_opposite_directions_one_is_told_where_it_went(
    tianqiao: Tianqiao,
) -> None:
    await tianqiao.clerk_li.makes("/people", ENTRY)
    first = {"If-Match": '"1"'}
    answers = await gather(
        tianqiao.clerk_li.posts(f"{AGAIN}/merge", INTO_WANG, headers=first),
        tianqiao.clerk_zheng.posts(f"{WANG}/merge", {"into": ENTRY["id"]}, headers=first),
    )
    assert outcomes(answers) == ["200", "410 person_merged"]


async def test_an_appointment_made_meanwhile_is_not_left_behind(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes("/people", ENTRY)
    office = {"person_id": ENTRY["id"], "post_id": id_of("member of huayuan committee")}
    answers = await gather(
        tianqiao.clerk_li.posts(f"{AGAIN}/merge", INTO_WANG, headers={"If-Match": '"1"'}),
        tianqiao.clerk_zheng.posts("/appointments", office | {"during": TERM}),
    )
    assert outcomes(answers) in (["200", "201"], ["200", "410 person_merged"])
    left = await tianqiao.asks("SELECT count(*) FROM appointment WHERE person_id = $1", ENTRY["id"])
    assert left == 0
