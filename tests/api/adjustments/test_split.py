"""A grid is divided: new ones stand beside it, and what is given to them goes there."""

from tests.api.adjustments.test_move import BEFORE
from tests.api.adjustments.tree import APRIL, MARCH, does, paths
from tests.world import Json, Tianqiao, dispute, id_of, new_id

NORTH: Json = {"id": id_of("north"), "code": "0007", "name": "north", "management": "self_managed"}
WITH_LANE = NORTH | {"grids": [id_of("huayuan lane")]}
UNIT: Json = {"id": id_of("unit 3"), "code": "003", "name": "unit 3"}


async def test_a_quarter_gives_a_lane_to_a_new_one_and_keeps_the_rest(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    there, of_lane = [
        (await clerk.makes("/disputes", dispute(grid_id=grid)))["id"]
        for grid in (None, id_of("huayuan unit 1"))
    ]
    await tianqiao.new_events()
    body = {"into": [WITH_LANE, {"code": "0008", "name": "south"}], "at": APRIL}
    answer = await clerk.changes(f"/grids/{id_of('huayuan')}", "split", body)
    assert answer.json()["count"] == 2
    assert answer.json()["ids"][0] == id_of("north")
    assert (await clerk.gets(f"/grids/{id_of('huayuan')}")).headers["etag"] == (
        answer.headers["etag"]
    )
    assert await tianqiao.new_events() == ["grid.split"]

    assert await paths(clerk) == BEFORE | {
        "huayuan": ("001/0001", 1, 2),
        "north": ("001/0007", 1, 3),
        "huayuan lane": ("001/0007/01", 1, 3),
        "huayuan unit 1": ("001/0007/01/001", 1, 3),
        "south": ("001/0008", 0, 0),
    }
    assert await paths(clerk, MARCH) == BEFORE
    north = (await clerk.gets(f"/grids/{id_of('north')}")).json()
    assert (north["level"], north["management"]) == ("quarter", "self_managed")
    quarters = [
        (await clerk.gets(f"/disputes/{one}")).json()["quarter_id"] for one in (there, of_lane)
    ]
    assert quarters == [id_of("huayuan"), id_of("north")]


async def test_a_unit_gives_households_to_a_new_one(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    part = UNIT | {"households": [id_of("household 101")]}
    assert await does(clerk, "split", "huayuan unit 1", {"into": [part], "at": APRIL}) == "200"
    assert await paths(clerk) == BEFORE | {
        "huayuan unit 1": ("001/0001/01/001", 0, 0),
        "unit 3": ("001/0001/01/003", 1, 3),
    }
    home = f"/households/{id_of('household 101')}"
    lived = [(await clerk.gets(home, params={"at": at})).json() for at in (MARCH, APRIL)]
    assert [one["grid_id"] for one in lived] == [id_of("huayuan unit 1"), id_of("unit 3")]
    for at, unit in ((MARCH, "huayuan unit 1"), (APRIL, "unit 3")):
        params = {"at": at, "grid_id": id_of(unit)}
        [listed] = (await clerk.gets("/households", params=params)).json()["items"]
        assert listed["address"] == "101室"


REFUSED: list[tuple[str, Json, str]] = [
    ("huayuan", NORTH | {"code": "0002"}, "409 grid_code_taken"),
    ("huayuan", NORTH | {"code": "01"}, "422 wrong_grid_code"),
    ("huayuan", NORTH | {"id": id_of("binhe")}, "409 id_taken"),
    ("huayuan", NORTH | {"grids": [id_of("laoyuan")]}, "422 not_part_of_grid"),
    ("huayuan", NORTH | {"grids": [id_of("huayuan unit 1")]}, "422 not_part_of_grid"),
    ("huayuan", NORTH | {"grids": [id_of("huayuan lane")] * 2}, "422 not_part_of_grid"),
    ("huayuan", NORTH | {"grids": [new_id()]}, "404 not_found"),
    ("huayuan unit 2", UNIT | {"households": [id_of("household 101")]}, "422 not_part_of_grid"),
    ("huayuan unit 2", UNIT | {"code": "001"}, "409 unit_number_taken"),
    ("huayuan unit 2", UNIT | {"management": "three_nos"}, "422 management_not_here"),
]


async def test_what_breaks_a_rule_leaves_the_tree_as_it_was(tianqiao: Tianqiao) -> None:
    for grid, part, expected in REFUSED:
        clerk = tianqiao.clerk_li
        assert await does(clerk, "split", grid, {"into": [part], "at": APRIL}) == expected
        assert await paths(clerk) == BEFORE
        assert await tianqiao.new_events() == []
