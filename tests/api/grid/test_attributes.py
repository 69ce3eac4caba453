"""What a grid has: equipment, halls, a central household, the party organisation that answers to it."""

from tests.api.adjustments.tree import APRIL, MARCH, MAY
from tests.world import TIANQIAO, Actor, Json, Tianqiao, id_of, organisation, outcome

HUAYUAN = f"/grids/{id_of('huayuan')}"
EQUIPPED: Json = {
    "cameras": "signed",
    "access_control": True,
    "service_centre": "花园红色物业服务驿站",
    "hall": "花园红色议事厅",
    "party_org_id": id_of("huayuan branch"),
}
LIVES_HERE = {"central_household_id": id_of("household 101")}
NOTHING: Json = dict.fromkeys([*EQUIPPED, *LIVES_HERE])


async def has(actor: Actor, grid: str, at: str | None = None) -> Json:
    answer = await actor.gets(f"/grids/{id_of(grid)}", params={"at": at} if at else {})
    shown: Json = answer.json()
    return {name: shown[name] for name in NOTHING}


async def test_a_grid_is_entered_with_what_it_has(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    place = {"parent_id": id_of("binhe"), "level": "quarter", "code": "0009", "name": "新苑"}
    made = await clerk.makes("/grids", {"id": id_of("xinyuan"), **place, **EQUIPPED})
    assert await has(clerk, "xinyuan") == {name: made[name] for name in NOTHING}
    assert await has(clerk, "xinyuan") == NOTHING | EQUIPPED
    assert await tianqiao.new_events() == ["grid.created"]
    for street in (EQUIPPED, LIVES_HERE):  # nobody lives in what is new
        batch = {"items": [{**place, "code": "0010", **street}]}
        answer = await clerk.posts("/grids/batch", batch)
        assert outcome(answer) == ("201" if street is EQUIPPED else "422 invalid_request")


async def test_what_a_grid_has_changes_from_a_day_on(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert await has(clerk, "huayuan") == NOTHING
    changes: tuple[Json, ...] = (
        EQUIPPED | {"at": MARCH},
        LIVES_HERE | {"cameras": "unsigned", "at": APRIL},
        {"access_control": None, "hall": None, "name": "花园", "at": MAY},
    )
    for body in changes:
        answer = await clerk.changes(HUAYUAN, "describe", body)
        assert outcome(answer) == "200", answer.text
        read = await clerk.gets(HUAYUAN)
        assert (read.json(), read.headers["etag"]) == (answer.json(), answer.headers["etag"])
    assert await tianqiao.new_events() == ["grid.described"] * 3
    april = NOTHING | EQUIPPED | LIVES_HERE | {"cameras": "unsigned"}
    assert [await has(clerk, "huayuan", at) for at in ("2026-02-01T00:00:00Z", MARCH, APRIL)] == [
        NOTHING,
        NOTHING | EQUIPPED,
        april,
    ]
    assert await has(clerk, "huayuan") == april | {"access_control": None, "hall": None}
    stale = await clerk.posts(f"{HUAYUAN}/describe", {"hall": "x"}, headers={"If-Match": '"1"'})
    assert outcome(stale) == "412 stale"


REFUSED: list[tuple[str, Json, str, str]] = [
    ("binhe", {"cameras": "signed"}, "422 attribute_not_here", "/cameras"),
    (f"root {TIANQIAO}", {"hall": "街道议事厅"}, "422 attribute_not_here", "/hall"),
    ("huayuan lane", {"service_centre": "x"}, "422 attribute_not_here", "/service_centre"),
    ("binhe", LIVES_HERE, "422 attribute_not_here", "/central_household_id"),
    ("jiayuan", LIVES_HERE, "422 central_household_elsewhere", "/central_household_id"),
    (
        "huayuan",
        LIVES_HERE | {"at": "2025-01-01T00:00:00+08:00"},
        "409 before_last_change",
        "/at",
    ),
    (
        "huayuan",
        {"central_household_id": id_of("nobody")},
        "404 not_found",
        "/central_household_id",
    ),
    # An organisation of the quarter's tier, and of none.
    *(
        (grid, {"party_org_id": id_of(name)}, "422 party_org_not_of_level", "/party_org_id")
        for grid, name in (
            ("binhe", "huayuan branch"),
            ("huayuan lane", "huayuan branch"),
            ("huayuan", "huayuan committee"),
        )
    ),
    ("huayuan", {"party_org_id": id_of("nobody")}, "404 unknown_reference", "/party_org_id"),
]


async def test_what_a_grid_cannot_have_is_refused(tianqiao: Tianqiao) -> None:
    for grid, body, expected, pointer in REFUSED:
        answer = await tianqiao.clerk_li.changes(f"/grids/{id_of(grid)}", "describe", body)
        assert outcome(answer) == expected, (grid, body)
        assert answer.json()["errors"][0]["pointer"] == pointer
    place = {"parent_id": id_of("huayuan"), "level": "unit", "code": "033", "name": "33号楼"}
    answer = await tianqiao.clerk_li.posts("/grids", place | {"hall": "楼道"})
    assert outcome(answer) == "422 attribute_not_here"
    assert await tianqiao.new_events() == []


async def test_each_tier_of_party_organisations_answers_to_its_level(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes(*organisation("group", "building_party_group", "huayuan"))
    answers_to = {
        f"root {TIANQIAO}": "working committee",
        "binhe": "binhe committee",
        "huayuan": "huayuan branch",
        "huayuan lane": "group",
        "huayuan unit 1": "group",
    }
    for grid, name in answers_to.items():
        body = {"party_org_id": id_of(name)}
        answer = await clerk.changes(f"/grids/{id_of(grid)}", "describe", body)
        assert outcome(answer) == "200", answer.text


async def test_a_central_household_lives_there_on_that_day(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    move = {"grid_id": id_of("huayuan unit 2"), "at": APRIL}
    await clerk.changes(f"/households/{id_of('household 101')}", "move", move)
    for grid, at, expected in (
        ("huayuan unit 1", MAY, "422 central_household_elsewhere"),
        ("huayuan unit 1", MARCH, "200"),
        ("huayuan unit 2", MARCH, "422 central_household_elsewhere"),
        ("huayuan unit 2", MAY, "200"),
    ):
        answer = await clerk.changes(f"/grids/{id_of(grid)}", "describe", LIVES_HERE | {"at": at})
        assert outcome(answer) == expected, (grid, at)


async def test_a_grid_that_is_split_off_is_entered_with_what_it_has(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    part = {"id": id_of("north"), "code": "0007", "name": "花园北区", **EQUIPPED}
    answer = await clerk.changes(HUAYUAN, "split", {"into": [part], "at": MAY})
    assert outcome(answer) == "200", answer.text
    assert await has(clerk, "north") == NOTHING | EQUIPPED
    # What the old one has, it keeps when others go into it.
    merged = await clerk.changes(f"/grids/{id_of('jiayuan')}", "merge", {"grids": [id_of("north")]})
    assert outcome(merged) == "200"
    assert await has(clerk, "jiayuan") == NOTHING
