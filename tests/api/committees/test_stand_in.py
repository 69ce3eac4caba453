"""A property management committee sits where no owners' committee is, and until there is one."""

from tests.api.committees.test_term import ELECTION, MEMBERS, listed, term
from tests.world import Json, Tianqiao, id_of, organisation, outcome, person, post

OPEN = {"from": "2026-01-01T00:00:00+08:00", "until": None}
NAMES = [f"member {n}" for n in range(7)]


async def formed(tianqiao: Tianqiao, **more: object) -> Json:
    """Form a management committee of seven in Huayuan, four of them owners; one has a post."""
    clerk = tianqiao.clerk_li
    await clerk.makes(*organisation("stand-in", "property_management_committee", "huayuan"))
    await clerk.makes(*post("director of stand-in", "director", "stand-in"))
    for name in NAMES:
        await clerk.makes(*person(name))
    members = [{"person_id": id_of(name), "owner": n < 4} for n, name in enumerate(NAMES)]
    members[0] |= {"post_id": id_of("director of stand-in")}
    return {
        "id": id_of("stand-in term"),
        "organisation_id": id_of("stand-in"),
        "during": OPEN,
        "members": members,
    } | more


async def test_it_ends_as_the_owners_committee_begins_and_hands_over(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    made = await clerk.makes("/committee-terms", await formed(tianqiao))
    assert (made["owners"], made["election"], made["file_by"]) == (4, None, None)
    assert (made["renew_from"], made["hand_over_by"]) == (None, None)
    assert await listed(clerk, "?handover=pending") == []  # nothing has a day yet
    await tianqiao.new_events()

    elected = await clerk.makes("/committee-terms", term())
    assert await tianqiao.new_events() == ["committee_term.begun"]
    place = f"/committee-terms/{made['id']}"
    ended = (await clerk.gets(place)).json()
    assert ended["during"]["until"] == elected["during"]["from"]
    assert ended["hand_over_by"] == "2026-10-29"  # ten days after its last day, the 19th
    assert [one["id"] for one in await listed(clerk, "?handover=missing")] == [made["id"]]
    [director, *_] = (await clerk.gets(f"{place}/members")).json()["items"]
    office = (await clerk.gets(f"/appointments/{director['appointment_id']}")).json()
    assert office["during"]["until"] == elected["during"]["from"]
    stand_in = (await clerk.gets(f"/organisations/{id_of('stand-in')}")).json()
    assert stand_in["dissolved_at"] == elected["during"]["from"]
    told = "SELECT data->>'in_place_of' FROM event ORDER BY no DESC LIMIT 1"
    assert await tianqiao.asks(told) == made["id"]


async def test_none_is_formed_beside_an_owners_committee_in_force(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term())
    refused = await clerk.posts("/committee-terms", await formed(tianqiao))
    assert outcome(refused) == "409 committee_there_already"
    before = OPEN | {"until": term()["during"]["from"]}
    beside = await clerk.posts("/committee-terms", await formed_again(tianqiao, before))
    assert outcome(beside) == "201"


async def formed_again(tianqiao: Tianqiao, during: Json) -> Json:
    members = [{"person_id": id_of(name), "owner": True} for name in NAMES]
    return {"organisation_id": id_of("stand-in"), "during": during, "members": members}


async def test_it_is_odd_seven_or_more_half_owners_and_neither_elected_nor_filed(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    new = await formed(tianqiao)
    members = new["members"]
    for more, expected in (
        ({"members": members[:5]}, "422 committee_size_wrong"),
        ({"members": [*members, MEMBERS[3]]}, "422 committee_size_wrong"),
        (
            {"members": [*members[1:], {"person_id": id_of("chen")}]},
            "422 too_few_owners_in_committee",
        ),
        ({"election": ELECTION}, "422 formed_not_elected"),
    ):
        assert outcome(await clerk.posts("/committee-terms", new | more)) == expected
    made = await clerk.makes("/committee-terms", new)
    filing = {"filed_on": "2026-10-30", "filing_number": "7"}
    refused = await clerk.changes(f"/committee-terms/{made['id']}", "filing", filing)
    assert outcome(refused) == "409 nothing_to_file"
    assert await listed(clerk, "/renewals?within_days=1830") == []
    assert await listed(clerk, "/party-shares") == []
