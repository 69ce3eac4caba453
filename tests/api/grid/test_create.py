"""Entering streets, grids and households."""

from typing import Any

import pytest

from maplebridge_api.platform.database import Transaction
from tests.world import NEIGHBOUR, TIANQIAO, Json, Tianqiao, id_of, new_id, outcome


def unit(**more: object) -> Json:
    grid = {"parent_id": id_of("huayuan"), "level": "unit", "code": "077", "name": "3号楼"}
    return grid | more


async def test_a_grid_stands_below_its_parent(tianqiao: Tianqiao) -> None:
    made = await tianqiao.clerk_li.makes("/grids", unit())
    assert made["path"] == f"{TIANQIAO}/001/0001/077"
    assert (await tianqiao.clerk_li.gets(f"/grids/{made['id']}")).json() == made
    below = (await tianqiao.clerk_li.gets(f"/grids?parent_id={id_of('huayuan')}")).json()
    assert made in below["items"]
    assert await tianqiao.new_events() == ["grid.created"]


@pytest.mark.parametrize(
    ("grid", "expected", "pointer"),
    [
        (unit(level="community", code="077"), "422 wrong_level", "/parent_id"),
        (unit(code="77"), "422 wrong_grid_code", "/code"),
        (unit(code="012"), "409 grid_code_taken", "/code"),
        (unit(management="professional"), "422 management_not_here", "/management"),
        (unit(parent_id=id_of("next quarter")), "404 not_found", "/parent_id"),
        (unit(id=id_of("binhe")), "409 id_taken", "/id"),
    ],
)
async def test_a_grid_that_breaks_a_rule_is_refused_where_it_does(
    tianqiao: Tianqiao, grid: Json, expected: str, pointer: str
) -> None:
    alone = await tianqiao.clerk_li.posts("/grids", grid)
    assert outcome(alone) == expected
    assert alone.json()["errors"][0]["pointer"] == pointer
    batch = {"items": [unit(code="078"), grid]}
    in_batch = await tianqiao.clerk_li.posts("/grids/batch", batch)
    assert outcome(in_batch) == expected
    assert in_batch.json()["errors"][0]["pointer"] == f"/items/1{pointer}"
    assert await tianqiao.new_events() == []
    left = await tianqiao.clerk_li.gets(f"/grids?parent_id={id_of('huayuan')}")
    assert {one["code"] for one in left.json()["items"]} == {"01", "012"}


async def test_totals_are_of_a_grid_and_all_below_it(tianqiao: Tianqiao) -> None:
    for name, households, residents in (
        (f"root {TIANQIAO}", 2, 5),
        ("huayuan", 2, 5),
        ("huayuan lane", 1, 3),  # 01 is no ancestor of 012
        ("huayuan unit 2", 1, 2),
        ("laoyuan", 0, 0),
    ):
        totals = (await tianqiao.clerk_li.gets(f"/grids/{id_of(name)}/totals")).json()
        assert (totals["households"], totals["residents"]) == (households, residents), name


async def test_households_are_entered_in_units(tianqiao: Tianqiao) -> None:
    good = {"grid_id": id_of("huayuan unit 1"), "address": "301室", "residents": 4}
    wrong = good | {"grid_id": id_of("huayuan")}
    answer = await tianqiao.clerk_li.posts("/households/batch", {"items": [good, wrong]})
    assert outcome(answer) == "422 not_a_unit"
    assert answer.json()["errors"][0]["pointer"] == "/items/1/grid_id"
    assert await tianqiao.new_events() == []

    many = {"items": [good | {"address": f"{number}室"} for number in range(100)]}
    made = (await tianqiao.clerk_li.posts("/households/batch", many)).json()
    assert made["count"] == len(set(made["ids"])) == 100
    assert await tianqiao.new_events() == ["household.created"]
    one = (await tianqiao.clerk_li.gets(f"/households/{made['ids'][7]}")).json()
    assert one["address"] == "7室"  # ids come in the order of the items


async def test_of_a_large_batch_the_one_item_is_named_that_the_database_refuses(
    tianqiao: Tianqiao,
) -> None:
    def household(number: int, **more: object) -> Json:
        return {"grid_id": id_of("huayuan unit 1"), "address": f"{number}室", "residents": 1} | more

    taken = new_id()
    await tianqiao.clerk_li.makes("/households", household(100, id=taken))
    await tianqiao.new_events()
    for place in (0, 1, 57, 98, 99):
        many = [household(number) for number in range(100)]
        many[place] = household(place, id=taken)
        answer = await tianqiao.clerk_li.posts("/households/batch", {"items": many})
        assert outcome(answer) == "409 id_taken"
        assert answer.json()["errors"][0]["pointer"] == f"/items/{place}/id"
    twice = [household(number, id=id_of(f"household {number % 70}")) for number in range(100)]
    answer = await tianqiao.clerk_li.posts("/households/batch", {"items": twice})
    assert answer.json()["errors"][0]["pointer"] == "/items/70/id"
    assert await tianqiao.new_events() == []


async def test_ids_are_those_of_the_items_in_whatever_order_rows_come_back(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL promises no order of what an INSERT returns."""
    whole = Transaction.all

    async def backwards(*given: Any, **values: Any) -> list[Any]:
        return (await whole(*given, **values))[::-1]

    monkeypatch.setattr(Transaction, "all", backwards)
    units = [unit(code=f"07{number}", name=f"{number}号楼") for number in range(5)]
    made = (await tianqiao.clerk_li.posts("/grids/batch", {"items": units})).json()
    for given, id_ in zip(units, made["ids"], strict=True):
        grid = (await tianqiao.clerk_li.gets(f"/grids/{id_}")).json()
        assert (grid["name"], grid["code"]) == (given["name"], given["code"])


async def test_a_street_is_entered_once_and_only_in_ones_own_range(tianqiao: Tianqiao) -> None:
    street = {"district": "召陵区", "city": "漯河市", "province": "河南省", "name": "东城街道"}
    again = await tianqiao.clerk_li.posts("/streets", street | {"street_id": TIANQIAO})
    assert outcome(again) == "409 id_taken"
    foreign = await tianqiao.clerk_li.posts("/streets", street | {"street_id": NEIGHBOUR + 1})
    assert outcome(foreign) == "404 not_found"
    listed = (await tianqiao.clerk_li.gets("/streets")).json()["items"]
    assert [one["street_id"] for one in listed] == [TIANQIAO]
    county = tianqiao.system("county", streets=(TIANQIAO, NEIGHBOUR + 1))
    made = await county.posts("/streets", street | {"street_id": NEIGHBOUR + 1})
    assert made.headers["Location"] == f"/v1/streets/{NEIGHBOUR + 1}"
    assert (await county.gets(f"/streets/{NEIGHBOUR + 1}")).json() == made.json()
    assert (await tianqiao.clerk_li.gets(f"/streets/{TIANQIAO}")).json() == listed[0]


async def test_a_batch_belongs_to_one_street(tianqiao: Tianqiao) -> None:
    county = tianqiao.system("county", streets=(TIANQIAO, NEIGHBOUR))
    people = [{"street_id": street, "name": "某人"} for street in (TIANQIAO, NEIGHBOUR)]
    answer = await county.posts("/people/batch", {"items": people})
    assert outcome(answer) == "422 several_streets"
    assert await tianqiao.new_events() == []


async def test_what_lies_next_door_is_not_there(tianqiao: Tianqiao) -> None:
    for place in (
        f"/grids/{id_of('next quarter')}",
        f"/grids/{id_of('next quarter')}/totals",
        f"/organisations/{id_of('next enterprise')}",
        f"/people/{id_of('next person')}",
        f"/rubrics/{id_of('next rubric')}",
        f"/streets/{NEIGHBOUR}",
        f"/disputes/{new_id()}",
    ):
        assert outcome(await tianqiao.clerk_li.gets(place)) == "404 not_found", place
