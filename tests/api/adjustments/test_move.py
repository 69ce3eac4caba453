"""A grid goes under another one: all below it goes along, and the tree of last March is still known."""

from asyncio import gather

from tests.api.adjustments.tree import APRIL, JUNE, MARCH, MAY, does, paths
from tests.world import TIANQIAO, Json, Tianqiao, dispute, id_of, outcome, outcomes

BEFORE = {
    "binhe": ("001", 2, 5),
    "huayuan": ("001/0001", 2, 5),
    "huayuan lane": ("001/0001/01", 1, 3),
    "huayuan unit 1": ("001/0001/01/001", 1, 3),
    "huayuan unit 2": ("001/0001/012", 1, 2),
    "jiayuan": ("001/0002", 0, 0),
    "tiegong": ("002", 0, 0),
    "laoyuan": ("002/0001", 0, 0),
}
GONE_TO_JIAYUAN = BEFORE | {
    "huayuan": ("001/0001", 1, 2),
    "huayuan lane": ("001/0002/01", 1, 3),
    "huayuan unit 1": ("001/0002/01/001", 1, 3),
    "jiayuan": ("001/0002", 1, 3),
}
LANE = f"/grids/{id_of('huayuan lane')}"


async def test_a_lane_goes_to_another_quarter_with_its_units_and_all_who_live_there(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    answer = await clerk.changes(LANE, "move", {"parent_id": id_of("jiayuan"), "at": APRIL})
    moved = answer.json()
    assert (moved["path"], moved["parent_id"]) == (f"{TIANQIAO}/001/0002/01", id_of("jiayuan"))
    assert moved["during"] == {"from": APRIL, "until": None}
    assert (await clerk.gets(LANE)).json() == moved
    assert (await clerk.gets(LANE)).headers["etag"] == answer.headers["etag"]
    assert await tianqiao.new_events() == ["grid.moved"]

    assert await paths(clerk) == await paths(clerk, APRIL) == GONE_TO_JIAYUAN
    assert await paths(clerk, MARCH) == BEFORE
    then = (await clerk.gets(LANE, params={"at": MARCH})).json()
    assert then["during"] == {"from": "2025-01-01T00:00:00+08:00", "until": APRIL}
    for at, below in ((MARCH, ["huayuan lane", "huayuan unit 2"]), (APRIL, ["huayuan unit 2"])):
        params = {"parent_id": id_of("huayuan"), "at": at}
        page = (await clerk.gets("/grids", params=params)).json()
        assert sorted(one["name"] for one in page["items"]) == below
    totals = f"/grids/{id_of('huayuan')}/totals"
    counted = [(await clerk.gets(totals, params={"at": at})).json() for at in (MARCH, APRIL)]
    assert [one["residents"] for one in counted] == [5, 2]


async def test_a_page_of_an_instant_leads_to_the_next_of_that_instant(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await does(clerk, "move", "huayuan lane", {"parent_id": id_of("jiayuan"), "at": APRIL})
    found: list[Json] = []
    link = "/v1/grids?limit=2&at=2026-03-01T00:00:00%2B08:00"
    while link:
        page = (await clerk.gets(link.removeprefix("/v1"))).json()
        found += page["items"]
        link = page["next"]
    where = {one["name"]: one["path"].removeprefix(f"{TIANQIAO}/") for one in found}
    street = where.pop("天桥街街道")
    assert (street, where) == (str(TIANQIAO), {name: path for name, (path, *_) in BEFORE.items()})


async def test_open_disputes_follow_into_the_quarter_where_they_now_lie(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    there, over, elsewhere = [
        (await clerk.makes("/disputes", dispute(grid_id=id_of(grid))))["id"]
        for grid in ("huayuan unit 1", "huayuan lane", "huayuan unit 2")
    ]
    await clerk.changes(f"/disputes/{over}", "steps", {"act": "withdraw"})
    await does(clerk, "move", "huayuan lane", {"parent_id": id_of("jiayuan"), "at": APRIL})

    read = {id_: await clerk.gets(f"/disputes/{id_}") for id_ in (there, over, elsewhere)}
    quarters = {id_: answer.json()["quarter_id"] for id_, answer in read.items()}
    assert quarters == {
        there: id_of("jiayuan"),
        over: id_of("huayuan"),
        elsewhere: id_of("huayuan"),
    }
    assert [answer.headers["etag"] for answer in read.values()] == ['"2"', '"2"', '"1"']
    told = await tianqiao.asks("SELECT data->'disputes' FROM event WHERE type = 'grid.moved'")
    assert told == f'["{there}"]'


async def test_who_holds_office_there_holds_it_where_the_grid_now_stands(
    tianqiao: Tianqiao,
) -> None:
    place = {"parent_id": id_of("tiegong"), "code": "0007", "at": APRIL}
    assert await does(tianqiao.clerk_li, "move", "huayuan", place) == "200"
    wang = await tianqiao.in_office("wang in huayuan branch")
    [capacity] = (await tianqiao.logged_in("wang").gets("/capacities")).json()["items"]
    assert capacity["place"] == [f"{TIANQIAO}/002/0007/"]
    assert outcome(await wang.gets(f"/disputes/{id_of('flooded kitchen')}")) == "200"


REFUSED: list[tuple[str, Json, str]] = [
    ("huayuan lane", {"parent_id": id_of("binhe")}, "422 wrong_level"),
    # Levels only go down, so a grid cannot come to stand below itself.
    ("huayuan", {"parent_id": id_of("huayuan lane")}, "422 wrong_level"),
    ("huayuan", {"parent_id": id_of("huayuan")}, "422 wrong_level"),
    ("huayuan", {"parent_id": id_of("tiegong")}, "409 codes_clash"),
    ("huayuan", {"parent_id": id_of("tiegong"), "code": "012"}, "422 wrong_grid_code"),
    ("huayuan", {"parent_id": id_of("next community")}, "404 not_found"),
    (f"root {TIANQIAO}", {"parent_id": id_of("binhe")}, "422 street_stays"),
    (
        "huayuan lane",
        {"parent_id": id_of("jiayuan"), "at": "2026-12-01T00:00:00+08:00"},
        "422 change_in_the_future",
    ),
    (
        "huayuan lane",
        {"parent_id": id_of("jiayuan"), "at": "2025-01-01T00:00:00+08:00"},
        "409 before_last_change",
    ),
]


async def test_what_breaks_a_rule_leaves_the_tree_as_it_was(tianqiao: Tianqiao) -> None:
    for grid, body, expected in REFUSED:
        clerk = tianqiao.clerk_li
        assert await does(clerk, "move", grid, body) == expected
        assert await paths(clerk) == BEFORE
        assert await tianqiao.new_events() == []


async def test_changes_are_entered_in_the_order_of_time(tianqiao: Tianqiao) -> None:
    """Also where only something below has changed, or the new parent: paths would not fit together."""
    clerk = tianqiao.clerk_li
    to_jiayuan = {"parent_id": id_of("jiayuan"), "code": "02"}
    assert await does(clerk, "renumber", "huayuan unit 1", {"code": "002", "at": MAY}) == "200"
    late = await clerk.changes(LANE, "move", to_jiayuan | {"at": APRIL})
    assert outcome(late) == "409 before_last_change"
    assert "2026-05-01 00:00:00" in late.json()["detail"]
    assert await does(clerk, "renumber", "jiayuan", {"code": "0003", "at": JUNE}) == "200"
    assert await does(clerk, "move", "huayuan lane", to_jiayuan | {"at": MAY}) == (
        "409 before_last_change"
    )
    assert await does(clerk, "move", "huayuan lane", to_jiayuan | {"at": JUNE}) == "200"
    assert (await paths(clerk))["huayuan unit 1"] == ("001/0003/02/002", 1, 3)
    # What went away later was still there.
    back = {"parent_id": id_of("tiegong"), "code": "0009", "at": MAY}
    assert await does(clerk, "move", "huayuan", back) == "409 before_last_change"


async def test_of_two_clerks_who_move_one_grid_one_hears_that_it_has_changed(
    tianqiao: Tianqiao,
) -> None:
    answers = await gather(
        *(
            clerk.posts(f"{LANE}/move", {"parent_id": id_of(to)}, headers={"If-Match": '"1"'})
            for clerk, to in ((tianqiao.clerk_li, "jiayuan"), (tianqiao.clerk_zheng, "laoyuan"))
        )
    )
    assert outcomes(answers) == ["200", "412 stale"]
    assert await tianqiao.new_events() == ["grid.moved"]


async def test_a_child_and_its_new_parent_that_move_at_once_end_up_together(
    tianqiao: Tianqiao,
) -> None:
    """Neither works on a tree that the other is changing."""
    moves = (
        (tianqiao.clerk_li, "huayuan lane", {"parent_id": id_of("jiayuan"), "at": APRIL}),
        (tianqiao.clerk_zheng, "jiayuan", {"parent_id": id_of("tiegong"), "at": MARCH}),
    )
    answers = await gather(
        *(
            clerk.posts(f"/grids/{id_of(grid)}/move", body, headers={"If-Match": '"1"'})
            for clerk, grid, body in moves
        ),
        tianqiao.clerk_li.posts(
            "/grids",
            {"parent_id": id_of("jiayuan"), "level": "lane", "code": "05", "name": "new lane"},
        ),
    )
    ours = await paths(tianqiao.clerk_li)
    for name in ("huayuan lane", "new lane"):
        if ours[name][0].startswith("001/0001/"):
            assert "409 before_last_change" in outcomes(answers)
        else:
            assert ours[name][0].startswith(f"{ours['jiayuan'][0]}/"), outcomes(answers)
