"""Grids are taken into one, and close: what they held, who lives there and their open disputes go along."""

from asyncio import gather

import pytest

from tests.api.adjustments.test_move import BEFORE
from tests.api.adjustments.tree import APRIL, MARCH, MAY, does, paths
from tests.api.committees.test_term import ELECTION, MEMBERS, term
from tests.world import (
    TIANQIAO,
    Tianqiao,
    dispute,
    grid,
    id_of,
    outcome,
    outcomes,
    service_contract,
)

HUAYUAN, JIAYUAN = id_of("huayuan"), id_of("jiayuan")
INTO_JIAYUAN = {"grids": [HUAYUAN], "at": APRIL}
MERGED = {name: at for name, at in BEFORE.items() if name != "huayuan"} | {
    "huayuan lane": ("001/0002/01", 1, 3),
    "huayuan unit 1": ("001/0002/01/001", 1, 3),
    "huayuan unit 2": ("001/0002/012", 1, 2),
    "jiayuan": ("001/0002", 2, 5),
}


async def test_a_quarter_takes_in_another_with_all_that_stands_there(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    answer = await clerk.changes(f"/grids/{JIAYUAN}", "merge", INTO_JIAYUAN)
    assert outcome(answer) == "200"
    assert await tianqiao.new_events() == ["grid.merged"]
    assert await paths(clerk) == MERGED
    assert await paths(clerk, MARCH) == BEFORE

    closed = (await clerk.gets(f"/grids/{HUAYUAN}")).json()
    assert closed["merged_into"] == JIAYUAN
    assert closed["during"] == {"from": "2025-01-01T00:00:00+08:00", "until": APRIL}
    assert outcome(await clerk.gets(f"/grids/{HUAYUAN}", params={"at": APRIL})) == "404 not_found"
    listed = (await clerk.gets("/grids?limit=200")).json()["items"]
    assert HUAYUAN not in {one["id"] for one in listed}
    for act, body in (
        ("describe", {"name": "x"}),
        ("renumber", {"code": "0009"}),
        ("merge", {"grids": [JIAYUAN]}),
        ("close", {}),
    ):
        assert await does(clerk, act, "huayuan", body) == "409 grid_closed", act
    lane = {"parent_id": HUAYUAN, "level": "lane", "code": "07", "name": "x"}
    assert outcome(await clerk.posts("/grids", lane)) == "404 not_found"


async def test_open_disputes_are_now_the_survivors_and_those_that_are_over_stay(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    of_unit = (await clerk.makes("/disputes", dispute(grid_id=id_of("huayuan unit 2"))))["id"]
    over = (await clerk.makes("/disputes", dispute()))["id"]
    await clerk.changes(f"/disputes/{over}", "steps", {"act": "withdraw"})
    await does(clerk, "merge", "jiayuan", INTO_JIAYUAN)
    open_ones = {id_of("flooded kitchen"), of_unit}
    for quarter, expected in ((JIAYUAN, open_ones), (HUAYUAN, {over})):
        listed = (await clerk.gets("/disputes", params={"quarter_id": quarter})).json()["items"]
        assert {one["id"] for one in listed} == expected
    assert await does(clerk, "merge", "huayuan lane", {"grids": [id_of("huayuan unit 2")]}) == (
        "422 not_of_one_level"
    )
    into_1 = {"grids": [id_of("huayuan unit 2")], "at": MAY}
    assert await does(clerk, "merge", "huayuan unit 1", into_1) == "200"
    assert (await clerk.gets(f"/disputes/{of_unit}")).json()["grid_id"] == id_of("huayuan unit 1")


async def test_who_holds_office_in_the_one_acts_in_the_other_through_any_number_of_mergers(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await does(clerk, "merge", "jiayuan", INTO_JIAYUAN)
    assert await does(clerk, "merge", "laoyuan", {"grids": [JIAYUAN], "at": MAY}) == "200"
    [capacity] = (await tianqiao.logged_in("wang").gets("/capacities")).json()["items"]
    assert capacity["place"] == [f"{TIANQIAO}/002/0001/"]
    wang = await tianqiao.in_office("wang in huayuan branch")
    kitchen = f"/disputes/{id_of('flooded kitchen')}"
    assert outcome(await wang.changes(kitchen, "steps", {"act": "accept"})) == "200"
    assert (await clerk.gets(f"/grids/{HUAYUAN}")).json()["merged_into"] == id_of("laoyuan")


async def test_quarters_become_one_when_one_contract_and_one_committee_is_left(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    year = {"from": "2026-01-01T00:00:00+08:00", "until": "2027-01-01T00:00:00+08:00"}
    contract = service_contract("of jiayuan", "wanjia", "jiayuan")[1] | {"during": year}
    made = await clerk.makes("/service-contracts", contract)
    refused = await clerk.changes(f"/grids/{JIAYUAN}", "merge", INTO_JIAYUAN)
    assert outcome(refused) == "409 several_contracts"
    assert "chenguang、wanjia" in refused.json()["detail"]
    end = {"at": APRIL, "reason": "agreed"}
    await clerk.changes(f"/service-contracts/{made['id']}", "end", end)
    for name, quarter in (("huayuan committee", "2026-03-01"), ("jiayuan committee", "2026-03-05")):
        election = ELECTION | {"voted_on": quarter}
        during = {"from": f"{quarter}T00:00:00+08:00", "until": "2029-03-01T00:00:00+08:00"}
        one = term(id=id_of(f"term of {name}"), organisation_id=id_of(name), during=during)
        await clerk.makes("/committee-terms", one | {"election": election, "members": MEMBERS[3:]})
    refused = await clerk.changes(f"/grids/{JIAYUAN}", "merge", INTO_JIAYUAN)
    assert outcome(refused) == "409 several_committees"
    assert "huayuan committee、jiayuan committee" in refused.json()["detail"]
    end = {"at": APRIL, "reason": "term_over"}
    jiayuans = f"/committee-terms/{id_of('term of jiayuan committee')}"
    assert outcome(await clerk.changes(jiayuans, "end", end)) == "200"
    assert await does(clerk, "merge", "jiayuan", INTO_JIAYUAN) == "200"

    # What runs for the one runs for all: nothing beside it, before the merger what was then.
    later = {"during": year | {"from": MAY, "until": "2026-08-01T00:00:00+08:00"}}
    again = service_contract("beside", "wanjia", "jiayuan")[1] | later
    refused = await clerk.posts("/service-contracts", again)
    assert outcome(refused) == "409 quarter_already_served"
    after = term(organisation_id=id_of("jiayuan committee"), id=id_of("another term"))
    after |= {"members": MEMBERS[3:]}
    refused = await clerk.posts("/committee-terms", after)
    assert outcome(refused) == "409 committee_there_already"
    # The one that sits on is to be renewed, once for all; the next is that of the whole quarter.
    renewals = (await clerk.gets("/committee-terms/renewals?within_days=1800")).json()["items"]
    assert [one["organisation_id"] for one in renewals] == [id_of("huayuan committee")]


async def test_codes_that_others_have_are_named_and_given_anew_in_the_same_act(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    for path, body in (
        grid("laoyuan unit 1", "laoyuan", "unit", "001"),
        grid("laoyuan unit 2", "laoyuan", "unit", "002"),
    ):
        await clerk.makes(path, body | {"since": "2025-01-01T00:00:00+08:00"})
    into = {"grids": [id_of("tiegong")], "at": APRIL}
    refused = await clerk.changes(f"/grids/{id_of('binhe')}", "merge", into)
    assert outcome(refused) == "409 codes_clash"
    old, new = f"{TIANQIAO}/002/0001", f"{TIANQIAO}/001/0001"
    unit = f"{new}/01/001"  # units bear one number in a community, wherever they stand
    clashes = {f"{old} → {new}（{new}已用）", f"{old}/001 → {new}/001（{unit}已用）"}
    assert {*refused.json()["detail"].rpartition("：")[2].rstrip("。").split("；")} == clashes
    for codes, expected in (
        ({"laoyuan": "0003"}, "409 codes_clash"),
        ({"laoyuan": "03"}, "422 wrong_grid_code"),
        ({"laoyuan": "0003", "huayuan": "0004"}, "422 not_part_of_grid"),
        ({"laoyuan": "0003", "laoyuan unit 1": "002"}, "409 codes_clash"),
        ({"laoyuan": "0003", "laoyuan unit 1": "101"}, "200"),
    ):
        given = {"codes": {id_of(name): code for name, code in codes.items()}}
        assert await does(clerk, "merge", "binhe", into | given) == expected, codes
    at = {name: (await clerk.gets(f"/grids/{id_of(name)}")).json()["path"] for name in MOVED}
    assert at == MOVED


MOVED = {
    "laoyuan": f"{TIANQIAO}/001/0003",
    "laoyuan unit 1": f"{TIANQIAO}/001/0003/101",
    "laoyuan unit 2": f"{TIANQIAO}/001/0003/002",
}
REFUSED = [
    ("jiayuan", ["huayuan lane"], APRIL, "422 not_of_one_level"),
    ("jiayuan", ["jiayuan"], APRIL, "422 not_of_one_level"),
    ("jiayuan", ["huayuan", "huayuan"], APRIL, "422 not_of_one_level"),
    ("jiayuan", ["next quarter"], APRIL, "404 not_found"),
    (f"root {TIANQIAO}", [f"root {TIANQIAO}"], APRIL, "422 street_stays"),
    ("jiayuan", ["huayuan"], "2025-01-01T00:00:00+08:00", "409 before_last_change"),
    ("binhe", ["tiegong"], APRIL, "409 codes_clash"),  # both have a quarter 0001
]


async def test_what_breaks_a_rule_leaves_the_tree_as_it_was(tianqiao: Tianqiao) -> None:
    for name, others, at, expected in REFUSED:
        clerk = tianqiao.clerk_li
        body = {"grids": [id_of(other) for other in others], "at": at}
        assert await does(clerk, "merge", name, body) == expected
        assert await paths(clerk) == BEFORE
        assert await tianqiao.new_events() == []


async def test_a_household_entered_while_its_unit_is_taken_in_is_not_lost(
    tianqiao: Tianqiao,
) -> None:
    unit_1, unit_2 = id_of("huayuan unit 1"), id_of("huayuan unit 2")
    new = {"grid_id": unit_2, "address": "9室", "residents": 4, "since": MARCH}
    answers = await gather(
        tianqiao.clerk_li.posts(
            f"/grids/{unit_1}/merge", {"grids": [unit_2]}, headers={"If-Match": '"1"'}
        ),
        tianqiao.clerk_zheng.posts("/households", new),
    )
    entered = "201" in outcomes(answers)
    assert outcomes(answers) == (["200", "201"] if entered else ["200", "404 not_found"])
    homes = (await paths(tianqiao.clerk_li))["huayuan unit 1"][1]
    assert homes == 2 + entered


@pytest.mark.parametrize("late", ["describe", "household"])
async def test_what_happened_in_a_grid_later_is_not_cut_off(tianqiao: Tianqiao, late: str) -> None:
    clerk = tianqiao.clerk_li
    if late == "describe":
        await does(clerk, "describe", "huayuan unit 2", {"name": "2号楼", "at": MAY})
    else:
        home = f"/households/{id_of('household 201')}"
        await clerk.changes(home, "recount", {"residents": 1, "at": MAY})
    body = {"grids": [id_of("huayuan unit 2")], "at": APRIL}
    assert await does(clerk, "merge", "huayuan unit 1", body) == "409 before_last_change"
