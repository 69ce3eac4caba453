"""Entering people: what is kept of them, and what is shown."""

import pytest

from tests.world import TIANQIAO, Tianqiao, id_of, outcome

PERSON = {"street_id": TIANQIAO, "name": "周远", "phone": "15400000077", "party_member": True}


async def test_a_phone_is_encrypted_at_rest_and_masked_when_shown(tianqiao: Tianqiao) -> None:
    made = await tianqiao.clerk_li.makes("/people", PERSON)
    assert made["phone"] == "154****0077"
    assert made["name"] == "周*"
    assert "party_member" not in made
    stored = await tianqiao.asks("SELECT phone_encrypted FROM person WHERE id = $1", made["id"])
    assert stored.startswith(b"k1:")
    assert b"15400000077" not in stored


async def test_two_phones_that_are_the_same_do_not_look_the_same(tianqiao: Tianqiao) -> None:
    for _ in range(2):
        await tianqiao.clerk_li.makes("/people", PERSON)
    distinct = "SELECT count(DISTINCT phone_encrypted) FROM person WHERE name = '周远'"
    assert await tianqiao.asks(distinct) == 2


@pytest.mark.parametrize(
    "typed", ["154 0000 0077", "+86 154-0000-0077", "１５４００００００７７", "(86)15400000077"]
)
async def test_a_phone_is_one_number_however_it_was_typed(tianqiao: Tianqiao, typed: str) -> None:
    made = await tianqiao.clerk_li.makes("/people", PERSON | {"phone": typed})
    assert made["phone"] == "154****0077"
    sought = {"street_id": TIANQIAO, "phone": "15400000077"}
    found = (await tianqiao.clerk_li.posts("/people/lookup", sought)).json()["items"]
    assert [one["id"] for one in found] == [made["id"]]


@pytest.mark.parametrize("wrong", ["1540000007", "154000000777", "25400000077", "1540000007x", ""])
async def test_what_is_no_mobile_number_is_refused(tianqiao: Tianqiao, wrong: str) -> None:
    answer = await tianqiao.clerk_li.posts("/people", PERSON | {"phone": wrong})
    assert outcome(answer) == "422 invalid_request"
    assert answer.json()["errors"][0]["pointer"] == "/phone"


async def test_an_event_carries_ids_and_no_personal_data(tianqiao: Tianqiao) -> None:
    made = await tianqiao.clerk_li.makes("/people", PERSON)
    # Without the digests, whose digits are any, as are the id's.
    asked = "SELECT (to_jsonb(e) - 'hash' - 'seal')::text FROM event e ORDER BY no DESC LIMIT 1"
    told = await tianqiao.asks(asked)
    assert made["id"] in told
    assert "周" not in told
    assert "0077" not in told.replace(made["id"], "")


async def test_a_person_of_another_street_is_refused(tianqiao: Tianqiao) -> None:
    other = PERSON | {"street_id": TIANQIAO + 1}
    assert outcome(await tianqiao.clerk_li.posts("/people", other)) == "404 not_found"


async def test_people_are_read_with_the_right_to_and_not_without(tianqiao: Tianqiao) -> None:
    liu = await tianqiao.in_office("liu in library")
    assert outcome(await liu.gets("/people")) == "403 right_missing"
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert outcome(await wang.gets("/people")) == "403 right_missing"
    he = await tianqiao.in_office("he in binhe committee")
    assert (await he.gets(f"/people/{id_of('chen')}")).json()["name"] == "c***"
