"""A grid in which nothing is left is closed; until then it stood there."""

from tests.api.adjustments.test_move import BEFORE
from tests.api.adjustments.tree import APRIL, MARCH, MAY, does, paths
from tests.world import TIANQIAO, Tianqiao, dispute, id_of, outcome


async def test_an_emptied_unit_is_closed_and_its_number_is_free_again(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert await does(clerk, "close", "huayuan unit 2", {"at": MAY}) == "409 grid_not_empty"
    home = f"/households/{id_of('household 201')}"
    assert outcome(await clerk.changes(home, "end", {"at": APRIL})) == "200"
    assert await does(clerk, "close", "huayuan unit 2", {"at": MARCH}) == "409 before_last_change"
    await tianqiao.new_events()
    assert await does(clerk, "close", "huayuan unit 2", {"at": MAY}) == "200"
    assert await tianqiao.new_events() == ["grid.closed"]
    now = await paths(clerk)
    assert "huayuan unit 2" not in now
    assert now["huayuan"] == ("001/0001", 1, 3)
    assert (await paths(clerk, APRIL))["huayuan unit 2"] == ("001/0001/012", 0, 0)
    assert await paths(clerk, MARCH) == BEFORE
    again = {"parent_id": id_of("jiayuan"), "level": "unit", "code": "012", "name": "3号楼"}
    made = await clerk.makes("/grids", again)
    assert made["unit_code"] == "411104001001012"


async def test_what_is_not_empty_stays(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/disputes", dispute(quarter_id=id_of("jiayuan")))
    await tianqiao.new_events()
    for grid, expected in (
        ("huayuan lane", "409 grid_not_empty"),
        ("binhe", "409 grid_not_empty"),
        (f"root {TIANQIAO}", "422 street_stays"),
        ("jiayuan", "409 open_disputes_here"),
    ):
        assert await does(clerk, "close", grid, {"at": APRIL}) == expected
    assert await paths(clerk) == BEFORE
    assert await tianqiao.new_events() == []
