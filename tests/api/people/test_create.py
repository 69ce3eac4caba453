"""Entering people: what is kept of them, and what is shown."""

from tests.world import TIANQIAO, Tianqiao, id_of, outcome

PERSON = {"street_id": TIANQIAO, "name": "周远", "phone": "15400000077", "party_member": True}


async def test_a_phone_is_encrypted_at_rest_and_masked_when_shown(tianqiao: Tianqiao) -> None:
    made = await tianqiao.clerk_li.makes("/people", PERSON)
    assert made["phone"] == "154****0077"
    assert "party_member" not in made
    stored = await tianqiao.asks("SELECT phone_encrypted FROM person WHERE id = $1", made["id"])
    assert stored.startswith(b"k1:")
    assert b"15400000077" not in stored


async def test_two_phones_that_are_the_same_do_not_look_the_same(tianqiao: Tianqiao) -> None:
    for _ in range(2):
        await tianqiao.clerk_li.makes("/people", PERSON)
    distinct = "SELECT count(DISTINCT phone_encrypted) FROM person WHERE name = '周远'"
    assert await tianqiao.asks(distinct) == 2


async def test_an_event_carries_ids_and_no_personal_data(tianqiao: Tianqiao) -> None:
    made = await tianqiao.clerk_li.makes("/people", PERSON)
    told = await tianqiao.asks("SELECT row_to_json(e)::text FROM event e ORDER BY no DESC LIMIT 1")
    assert made["id"] in told
    assert "周远" not in told
    assert "0077" not in told


async def test_a_person_of_another_street_is_refused(tianqiao: Tianqiao) -> None:
    other = PERSON | {"street_id": TIANQIAO + 1}
    assert outcome(await tianqiao.clerk_li.posts("/people", other)) == "404 not_found"


async def test_people_are_read_with_the_right_to_and_not_without(tianqiao: Tianqiao) -> None:
    liu = await tianqiao.in_office("liu in library")
    assert outcome(await liu.gets("/people")) == "403 right_missing"
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert (await wang.gets(f"/people/{id_of('chen')}")).json()["name"] == "chen"
