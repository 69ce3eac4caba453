"""Putting right what is kept: what is given changes, the rest stays, and the event holds no value."""

import pytest

from maplebridge_domain.authority import Right
from tests.world import Json, Tianqiao, id_of, outcome

WANG = f"/people/{id_of('wang')}"


async def in_full(tianqiao: Tianqiao) -> tuple[str, str | None]:
    told = (await tianqiao.clerk_li.posts(f"{WANG}/unmask", {"purpose": "answer_person"})).json()
    await tianqiao.new_events()
    return told["name"], told["phone"]


@pytest.mark.parametrize(
    ("correction", "name", "phone"),
    [
        ({"name": "汪远"}, "汪远", "15400000001"),
        ({"phone": "154 0000 0099"}, "wang", "15400000099"),
        ({"phone": None}, "wang", None),
        ({"name": "汪远", "phone": "15400000099", "party_member": None}, "汪远", "15400000099"),
    ],
)
async def test_what_is_given_is_put_right_and_the_rest_stays(
    tianqiao: Tianqiao, correction: Json, name: str, phone: str | None
) -> None:
    answer = await tianqiao.clerk_li.changes(WANG, "correction", correction)
    assert outcome(answer) == "200"
    assert answer.headers["ETag"] == '"2"'
    assert answer.json() == (await tianqiao.clerk_li.gets(WANG)).json()
    assert await tianqiao.new_events() == ["person.corrected"]
    event = await tianqiao.asks("SELECT data::text FROM event ORDER BY no DESC LIMIT 1")
    assert "汪" not in event
    assert "154" not in event
    assert await in_full(tianqiao) == (name, phone)
    member = await tianqiao.asks("SELECT party_member FROM person WHERE id = $1", id_of("wang"))
    assert member is (None if "party_member" in correction else True)


async def test_a_corrected_phone_is_found_and_the_old_one_no_longer(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.changes(WANG, "correction", {"phone": "15400000099"})
    for phone, expected in (("15400000099", [id_of("wang")]), ("15400000001", [])):
        found = await clerk.posts("/people/lookup", {"street_id": 411104001, "phone": phone})
        assert [one["id"] for one in found.json()["items"]] == expected


@pytest.mark.parametrize("nothing", [{}, {"name": None}, {"name": ""}, {"party_member": "no"}])
async def test_a_correction_says_what_is_right(tianqiao: Tianqiao, nothing: Json) -> None:
    answer = await tianqiao.clerk_li.changes(WANG, "correction", nothing)
    assert outcome(answer) == "422 invalid_request"
    assert await tianqiao.new_events() == []


async def test_who_may_not_enter_people_corrects_none(tianqiao: Tianqiao) -> None:
    reader = tianqiao.system("reader", rights=set(Right) - {Right.PEOPLE_WRITE})
    assert outcome(await reader.changes(WANG, "correction", {"name": "x"})) == "403 right_missing"
