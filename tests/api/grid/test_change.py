"""What a grid is called, how it is numbered and who lives there changes from a day on."""

from tests.api.adjustments.tree import APRIL, MARCH, MAY, does, paths
from tests.world import TIANQIAO, Json, Tianqiao, id_of, outcome

HUAYUAN = f"/grids/{id_of('huayuan')}"
HOME = f"/households/{id_of('household 101')}"


async def test_a_grid_is_called_otherwise_from_a_day_on(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    changes: tuple[Json, ...] = (
        {"name": "花园北区", "at": APRIL},
        {"management": "self_managed", "at": MAY},
        {"management": None},
    )
    for body in changes:
        answer = await clerk.changes(HUAYUAN, "describe", body)
        assert (await clerk.gets(HUAYUAN)).json() == answer.json()
    assert await tianqiao.new_events() == ["grid.described"] * 3
    then = [(await clerk.gets(HUAYUAN, params={"at": at})).json() for at in (MARCH, APRIL, MAY)]
    then.append((await clerk.gets(HUAYUAN)).json())
    assert [(one["name"], one["management"]) for one in then] == [
        ("huayuan", "professional"),
        ("花园北区", "professional"),
        ("花园北区", "self_managed"),
        ("花园北区", None),
    ]


UNDESCRIBED: list[tuple[str, Json, str]] = [
    ("binhe", {"management": "professional"}, "422 management_not_here"),
    ("huayuan", {"name": "x", "at": "2025-01-01T00:00:00+08:00"}, "409 before_last_change"),
    ("huayuan", {"name": "x", "at": "2027-01-01T00:00:00+08:00"}, "422 change_in_the_future"),
    ("huayuan", {"at": APRIL}, "422 invalid_request"),
    ("huayuan", {"name": None}, "422 invalid_request"),
]


async def test_a_description_that_breaks_a_rule_is_refused(tianqiao: Tianqiao) -> None:
    for grid, body, expected in UNDESCRIBED:
        assert await does(tianqiao.clerk_li, "describe", grid, body) == expected
        assert await tianqiao.new_events() == []


async def test_a_number_changes_from_a_day_on_and_all_below_follows(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert await does(clerk, "renumber", "binhe", {"code": "005", "at": APRIL}) == "200"
    assert (await paths(clerk))["huayuan unit 1"] == ("005/0001/01/001", 1, 3)
    unit = f"/grids/{id_of('huayuan unit 1')}"
    then = (await clerk.gets(unit, params={"at": MARCH})).json()
    assert then["unit_code"] == "411104001001001"
    assert (await clerk.gets(unit)).json()["unit_code"] == "411104001005001"
    assert (await clerk.gets(HUAYUAN)).json()["unit_code"] is None
    assert await tianqiao.new_events() == ["grid.renumbered"]
    # Free again, and taken once more.
    other = {"code": "001", "at": APRIL}
    assert await does(clerk, "renumber", "tiegong", other | {"at": MARCH}) == "409 grid_code_taken"
    assert await does(clerk, "renumber", "tiegong", other) == "200"


UNNUMBERED = [
    ("huayuan", "0002", "409 grid_code_taken"),
    ("huayuan", "012", "422 wrong_grid_code"),
    # In another lane, but of the same community.
    ("huayuan unit 1", "012", "409 unit_number_taken"),
    (f"root {TIANQIAO}", "0001", "422 street_stays"),
]


async def test_a_number_that_is_taken_or_too_short_is_refused(tianqiao: Tianqiao) -> None:
    for grid, code, expected in UNNUMBERED:
        answer = await tianqiao.clerk_li.changes(
            f"/grids/{id_of(grid)}", "renumber", {"code": code}
        )
        assert outcome(answer) == expected
        assert await tianqiao.new_events() == []


async def test_a_household_moves_grows_and_is_no_more(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    unit_2 = id_of("huayuan unit 2")
    changes: tuple[tuple[str, Json], ...] = (
        ("recount", {"residents": 4, "at": MARCH}),
        ("move", {"grid_id": unit_2, "at": APRIL}),
        ("end", {"at": MAY}),
    )
    for act, body in changes:
        answer = await clerk.changes(HOME, act, body)
        assert outcome(answer) == "200", act
        read = await clerk.gets(HOME)
        assert (read.json(), read.headers["etag"]) == (answer.json(), answer.headers["etag"])
    assert await tianqiao.new_events() == [
        "household.recounted",
        "household.moved",
        "household.ended",
    ]
    assert outcome(await clerk.changes(HOME, "recount", {"residents": 1})) == "409 household_ended"
    counted = [
        [(await paths(clerk, at))[name][1:] for name in ("huayuan lane", "huayuan unit 2", "binhe")]
        for at in ("2026-02-01T00:00:00+08:00", MARCH, APRIL, MAY)
    ]
    assert counted == [
        [(1, 3), (1, 2), (2, 5)],
        [(1, 4), (1, 2), (2, 6)],
        [(0, 0), (2, 6), (2, 6)],
        [(0, 0), (1, 2), (1, 2)],
    ]
    assert outcome(await clerk.gets(HOME, params={"at": MAY})) == "404 not_found"
    assert (await clerk.gets(HOME)).json()["during"]["until"] == MAY


async def test_nobody_lives_in_a_unit_before_it_is_there(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    unit = {"parent_id": id_of("huayuan"), "level": "unit", "code": "033", "name": "33号楼"}
    made = await clerk.makes("/grids", unit | {"since": APRIL})
    # It was numbered anew since, but it was there.
    renumbered = await clerk.changes(f"/grids/{made['id']}", "renumber", {"code": "034"})
    assert outcome(renumbered) == "200"
    home = {"grid_id": made["id"], "address": "1室", "residents": 1}
    early = await clerk.posts("/households", home | {"since": MARCH})
    assert outcome(early) == "409 before_last_change"
    assert early.json()["errors"][0]["pointer"] == "/since"
    assert outcome(await clerk.posts("/households", home | {"since": APRIL})) == "201"
    move = {"grid_id": made["id"], "at": MARCH}
    assert outcome(await clerk.changes(HOME, "move", move)) == "409 before_last_change"
    wrong = {"grid_id": id_of("huayuan"), "at": MAY}
    assert outcome(await clerk.changes(HOME, "move", wrong)) == "422 not_a_unit"


async def test_no_grid_is_there_before_its_parent_stands_where_it_stands(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await does(clerk, "renumber", "huayuan", {"code": "0009", "at": APRIL})
    unit = {"parent_id": id_of("huayuan"), "level": "unit", "code": "033", "name": "33号楼"}
    for since, expected in (
        (MARCH, "409 before_last_change"),
        ("2027-01-01T00:00:00+08:00", "422 change_in_the_future"),
        (APRIL, "201"),
    ):
        answer = await clerk.posts("/grids", unit | {"since": since})
        assert outcome(answer) == expected
        if not answer.is_success:
            assert answer.json()["errors"][0]["pointer"] == "/since"
