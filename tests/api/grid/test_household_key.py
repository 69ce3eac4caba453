"""An address of a unit is one household's at a time: the database says so, whoever enters it."""

from asyncio import gather

from tests.api.adjustments.tree import MARCH, MAY, does
from tests.api.imports.sheets import HOUSEHOLDS, UNIT, csv_of, imports, rows_of
from tests.world import Tianqiao, id_of, outcome, outcomes

ONE, TWO = id_of("huayuan unit 1"), id_of("huayuan unit 2")
HOME = {"grid_id": TWO, "address": "501室", "residents": 3}
JULY = "2026-07-01T00:00:00+08:00"
OTHER = f"/households/{id_of('household 201')}"


async def test_of_two_clerks_who_enter_one_household_one_hears_that_it_is_there(
    tianqiao: Tianqiao,
) -> None:
    answers = await gather(
        tianqiao.clerk_li.posts("/households", HOME),
        tianqiao.clerk_zheng.posts("/households", HOME | {"residents": 4}),
    )
    assert outcomes(answers) == ["201", "409 household_taken"]
    many = {"items": [HOME | {"address": "502室"}, HOME]}
    batch = await tianqiao.clerk_li.posts("/households/batch", many)
    assert batch.json()["errors"][0]["pointer"] == "/items/1/address"
    assert await tianqiao.new_events() == ["household.created"]
    # A sheet that names it knows it, however it was entered.
    residents = next(one.json()["residents"] for one in answers if one.status_code == 201)
    run = await imports(tianqiao, "households", csv_of(HOUSEHOLDS, [UNIT, "501室", residents]))
    assert rows_of(run) == ("applied", 0, 1)


async def test_an_address_is_free_again_and_may_be_another_one_after_a_move(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/households", HOME | {"address": "101室", "since": MARCH})  # as in unit 1
    merge = "merge", "huayuan unit 1", {"grids": [TWO]}
    assert await does(clerk, *merge) == "409 household_taken"
    there = {"grid_id": ONE, "address": "101室", "at": MAY}
    assert outcome(await clerk.changes(OTHER, "move", there)) == "409 household_taken"
    moved = await clerk.changes(OTHER, "move", {"grid_id": TWO, "address": "202室", "at": MAY})
    assert moved.json()["address"] == "202室"
    assert (await clerk.gets(OTHER, params={"at": MARCH})).json()["address"] == "201室"
    left = HOME | {"address": "201室"}
    again = await clerk.makes("/households", left | {"since": MAY})
    ended = await clerk.changes(f"/households/{again['id']}", "end", {"at": JULY})
    assert outcome(ended) == "200"
    assert outcome(await clerk.posts("/households", left | {"since": JULY})) == "201"
    ours = f"/households/{id_of('household 101')}"
    elsewhere = {"grid_id": ONE, "address": "103室", "at": JULY}
    assert outcome(await clerk.changes(ours, "move", elsewhere)) == "200"
    assert await does(clerk, *merge) == "200"
