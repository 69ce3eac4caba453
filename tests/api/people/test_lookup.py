"""Finding people by a phone: by its keyed hash, in a body, and never without a trace."""

from maplebridge_domain.authority import Right
from tests.world import NEIGHBOUR, TIANQIAO, Tianqiao, id_of, outcome

SOUGHT = {"street_id": TIANQIAO, "phone": "+86 154 0000 0001"}


async def test_who_has_a_phone_is_found_masked(tianqiao: Tianqiao) -> None:
    found = await tianqiao.clerk_li.posts("/people/lookup", SOUGHT)
    assert found.json()["items"] == [
        (await tianqiao.clerk_li.gets(f"/people/{id_of('wang')}")).json()
    ]
    assert found.headers["Cache-Control"] == "no-store"


async def test_a_family_that_shares_a_phone_is_found_whole(tianqiao: Tianqiao) -> None:
    wife = {"street_id": TIANQIAO, "name": "李梅", "phone": "15400000001"}
    made = await tianqiao.clerk_li.makes("/people", wife)
    found = (await tianqiao.clerk_li.posts("/people/lookup", SOUGHT)).json()["items"]
    assert {one["id"] for one in found} == {id_of("wang"), made["id"]}


async def test_nobody_is_found_by_another_number_nor_in_another_street(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    other = await clerk.posts("/people/lookup", SOUGHT | {"phone": "15400000002"})
    assert other.json() == {"items": []}
    neighbours = SOUGHT | {"street_id": NEIGHBOUR}
    assert (await tianqiao.stranger.posts("/people/lookup", neighbours)).json() == {"items": []}
    assert outcome(await clerk.posts("/people/lookup", neighbours)) == "404 not_found"
    county = tianqiao.system("county", streets=(411104000, 411104999))
    nowhere = await county.posts("/people/lookup", SOUGHT | {"street_id": 411104099})
    assert outcome(nowhere) == "404 not_found"


async def test_every_look_is_recorded_found_or_not_with_ids_only(tianqiao: Tianqiao) -> None:
    """A mask hides four digits: who could try all of them unseen would not need to unmask."""
    for phone in ("15400000001", "15400000002"):
        await tianqiao.clerk_li.posts("/people/lookup", SOUGHT | {"phone": phone})
    assert await tianqiao.new_events() == ["person.looked_up"] * 2
    told = await tianqiao.asks("SELECT string_agg(e::text, '') FROM event e")
    assert id_of("wang") in told
    assert "15400000001" not in told


async def test_a_look_up_needs_the_right_to_enter_people(tianqiao: Tianqiao) -> None:
    reader = tianqiao.system("reader", rights={Right.READ, Right.PEOPLE_READ})
    assert outcome(await reader.posts("/people/lookup", SOUGHT)) == "403 right_missing"


async def test_the_hash_is_no_plain_one_and_of_a_key_of_its_own(tianqiao: Tianqiao) -> None:
    """Ten thousand million numbers are soon hashed: without the key that must lead nowhere."""
    hashed = await tianqiao.asks("SELECT phone_hash FROM person WHERE id = $1", id_of("wang"))
    plain = await tianqiao.asks("SELECT sha256('15400000001')")
    assert len(hashed) == 32
    assert hashed != plain
