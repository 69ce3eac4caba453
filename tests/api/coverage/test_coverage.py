"""What a street's grid lacks: in the small street, and as things are mended from a day on."""

import asyncpg

from maplebridge_domain.authority import Right
from tests.api.committees.test_term import MEMBERS, term
from tests.conftest import Databases
from tests.world import (
    TERM,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    appointment,
    grid,
    id_of,
    organisation,
    outcome,
    post,
    service_contract,
)

ROOT = f"root {TIANQIAO}"
BEFORE_TERM = "2024-12-31T00:00:00+08:00"


async def report(actor: Actor, of: str = ROOT, **params: str | int) -> Json:
    answer = await actor.gets(f"/grids/{id_of(of)}/coverage", params=params)
    assert outcome(answer) == "200", answer.text
    shown: Json = answer.json()
    return shown


async def lacking(actor: Actor, of: str = ROOT, **params: str | int) -> dict[str, list[str]]:
    """Return the names of what is listed under each finding that is not empty."""
    shown = await report(actor, of, **params)
    found = {name: one for name, one in shown.items() if isinstance(one, dict) and one["count"]}
    assert all(one["count"] == len(one["items"]) for one in found.values())
    no_unit = found.pop("households_in_no_unit", {"items": []})
    names = {name: [item["name"] for item in one["items"]] for name, one in found.items()}
    return names | ({"households_in_no_unit": no_unit["items"]} if no_unit["items"] else {})


QUARTERS = ["huayuan", "jiayuan", "laoyuan"]
SMALL = [
    "huayuan lane",
    "jiayuan",
    "laoyuan",
]  # huayuan is divided: its lane is the standard's grid
NODES = ["天桥街街道", "binhe", "huayuan", "huayuan lane", "huayuan unit 1", "huayuan unit 2"]
NOW: dict[str, list[str]] = {
    "without_grid_member": ["jiayuan", "laoyuan"],  # which have neither lanes nor units
    "without_contract": ["jiayuan", "laoyuan"],
    "without_owners_committee": QUARTERS,  # committees there are, but none was elected
    "without_party_branch": ["jiayuan", "laoyuan"],
    "without_party_org": [*NODES, "jiayuan", "tiegong", "laoyuan"],
    "three_nos": ["laoyuan"],
    "below_standard": SMALL,
}


async def test_the_small_street_lacks_what_it_lacks(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    # Lin is grid member of huayuan: that reaches its lane and units.
    assert await lacking(clerk) == NOW
    [courtyard] = (await report(clerk))["three_nos"]["items"]
    assert courtyard == {
        "id": id_of("laoyuan"),
        "level": "quarter",
        "path": f"{TIANQIAO}/002/0001",
        "name": "laoyuan",
        "households": 0,
        "equipped": False,
        "patrolled": False,
    }
    # Of a community only what is its own; before the terms began, nobody was in office.
    assert await lacking(clerk, "tiegong") == {
        name: [one for one in names if one in ("tiegong", "laoyuan")] for name, names in NOW.items()
    }
    then = await lacking(clerk, at="2026-01-01T00:00:00+08:00")
    assert then["without_contract"] == ["jiayuan", "laoyuan"]
    answer = await clerk.gets(f"/grids/{id_of('nowhere')}/coverage")
    assert outcome(answer) == "404 not_found"


async def test_what_is_listed_is_limited_and_what_is_counted_is_not(tianqiao: Tianqiao) -> None:
    shown = await report(tianqiao.clerk_li, limit=2)
    found = shown["without_party_org"]
    assert (found["count"], [one["name"] for one in found["items"]]) == (9, NODES[:2])
    assert (shown["households_min"], shown["households_max"]) == (300, 500)


async def test_what_is_mended_is_no_longer_lacking(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    for path, body in (
        organisation("laoyuan branch", "quarter_party_org", "laoyuan"),
        organisation("laoyuan committee", "owners_committee", "laoyuan"),
        service_contract("contract of laoyuan", "wanjia", "laoyuan"),
        grid("laoyuan unit", "laoyuan", "unit", "001"),
        organisation("laoyuan volunteers", "volunteer_point", "laoyuan"),
        post("volunteer of laoyuan", "volunteer", "laoyuan volunteers"),
        appointment("chen as volunteer", "chen", "volunteer of laoyuan"),
    ):
        await clerk.makes(path, body)
    of_laoyuan = {"organisation_id": id_of("laoyuan committee"), "members": MEMBERS[3:]}
    await clerk.makes("/committee-terms", term(**of_laoyuan))
    for name, has in (
        ("binhe", {"party_org_id": id_of("binhe committee")}),
        ("laoyuan unit", {"access_control": True, "at": "2026-10-01T00:00:00+08:00"}),
        ("huayuan lane", {"cameras": "unsigned"}),
    ):
        await clerk.changes(f"/grids/{id_of(name)}", "describe", has)
    assert await lacking(clerk) == {
        "without_grid_member": ["jiayuan", "laoyuan unit"],
        "without_contract": ["jiayuan"],
        "without_owners_committee": ["huayuan", "jiayuan"],
        "without_party_branch": ["jiayuan"],
        "without_party_org": [
            *(name for name in NODES if name != "binhe"),
            *("jiayuan", "tiegong", "laoyuan", "laoyuan unit"),
        ],
        "unsigned_cameras": ["huayuan lane"],
        "below_standard": SMALL,
    }
    # When the terms are over nobody holds a post: neither patrols nor grid members.
    over = await lacking(clerk, at=TERM["until"])
    assert over["without_grid_member"] == [*NODES[3:], "jiayuan", "laoyuan unit"]
    assert over["without_contract"] == QUARTERS
    # Equipped by its unit's door and patrolled by a volunteer; without one of the two it is listed.
    [courtyard] = (await report(clerk, at=TERM["until"]))["three_nos"]["items"]
    assert (courtyard["equipped"], courtyard["patrolled"]) == (True, False)
    await clerk.changes(f"/grids/{id_of('laoyuan unit')}", "describe", {"access_control": False})
    [courtyard] = (await report(clerk))["three_nos"]["items"]
    assert (courtyard["equipped"], courtyard["patrolled"]) == (False, True)


async def test_a_grid_is_held_against_the_standards_size(
    tianqiao: Tianqiao, databases: Databases, database: str
) -> None:
    clerk = tianqiao.clerk_li
    owner = await asyncpg.connect(databases.url(database))
    for unit, homes in (("huayuan unit 1", 299), ("huayuan unit 2", 501)):
        await owner.execute(
            "WITH made AS (INSERT INTO household (street_id)"
            " SELECT $1 FROM generate_series(1, $3::int) RETURNING id)"
            " INSERT INTO household_placement"
            " (street_id, household_id, grid_id, address, residents, during)"
            " SELECT $1, id, $2, id::text, 1, '[2025-01-01,)' FROM made",
            TIANQIAO,
            id_of(unit),
            homes,
        )
    # 300 in the lane, with household 101; 502 in the other unit.
    found = await lacking(clerk, "huayuan")
    assert found["above_standard"] == ["huayuan unit 2"]
    assert "below_standard" not in found
    await clerk.changes(f"/households/{id_of('household 101')}", "end", {})
    assert (await lacking(clerk, "huayuan"))["below_standard"] == ["huayuan lane"]

    # What no route makes: a household in a quarter, and one that lives nowhere.
    await owner.execute(
        "UPDATE household_placement SET grid_id = $1 WHERE household_id = $2",
        id_of("jiayuan"),
        id_of("household 201"),
    )
    await owner.execute(
        "INSERT INTO household (street_id, id) VALUES ($1, $2)",
        TIANQIAO,
        id_of("homeless"),
    )
    await owner.close()
    nowhere = (await lacking(clerk))["households_in_no_unit"]
    assert sorted(nowhere) == sorted([id_of("household 201"), id_of("homeless")])
    assert "households_in_no_unit" not in await lacking(clerk, "binhe")


async def test_a_central_household_that_left_is_told(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    central = {"central_household_id": id_of("household 101")}
    for name in ("huayuan", "huayuan unit 1"):
        await clerk.changes(f"/grids/{id_of(name)}", "describe", central)
    assert "central_household_left" not in await lacking(clerk)
    home = f"/households/{id_of('household 101')}"
    await clerk.changes(home, "move", {"grid_id": id_of("huayuan unit 2")})
    assert (await lacking(clerk))["central_household_left"] == ["huayuan unit 1"]


async def test_a_report_reaches_as_far_as_an_office(tianqiao: Tianqiao) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    for path in ("coverage", "weekly-meetings?from=2026-10-01&until=2026-11-01"):
        codes = [
            outcome(await wang.gets(f"/grids/{id_of(name)}/{path}"))
            for name in ("huayuan", "huayuan lane", "jiayuan", ROOT)
        ]
        assert codes == ["200", "200", "404 not_found", "404 not_found"], path
        stranger = await tianqiao.stranger.gets(f"/grids/{id_of('huayuan')}/{path}")
        assert outcome(stranger) == "404 not_found"
        reader = tianqiao.system("clerk_li", rights=[Right.READ])
        assert (
            outcome(await reader.gets(f"/grids/{id_of('huayuan')}/{path}")) == "403 right_missing"
        )


async def test_what_sat_in_a_merged_quarter_counts_for_its_heir(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/committee-terms", term())
    await clerk.changes(f"/grids/{id_of('jiayuan')}", "merge", {"grids": [id_of("huayuan")]})
    found = await lacking(clerk)
    for name in ("without_contract", "without_party_branch", "without_owners_committee"):
        assert found[name] == ["laoyuan"], name
    before = await lacking(clerk, at="2026-10-01T00:00:00+08:00")
    assert before["without_contract"] == ["jiayuan", "laoyuan"]
