"""A ledger that is exported and imported into an empty street gives the same street."""

from collections.abc import AsyncIterator

import pytest

from maplebridge_api.platform.clock import clock
from maplebridge_domain.authority import Right
from tests.api.imports.sheets import OFFICE, empty_street, exports, imports, rows_of
from tests.conftest import Databases
from tests.world import NEIGHBOUR, NOW, TIANQIAO, Json, Tianqiao, enter, id_of, outcome

SHAPES = ("grids", "households", "organisations", "people", "appointments")
HAS: dict[str, Json] = {
    "binhe": {"service_centre": "滨河红色物业服务中心"},
    "huayuan": {"cameras": "signed", "access_control": True, "hall": "花园红色议事厅"},
    "laoyuan": {"cameras": "unsigned", "access_control": False},
}
PURPOSE = {"people": {"purpose": "answer_person"}}


@pytest.fixture
async def empty(databases: Databases) -> AsyncIterator[Tianqiao]:
    async with empty_street(databases) as street:
        yield street


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
async def test_the_small_street_is_the_same_after_it_went_out_and_came_in(
    tianqiao: Tianqiao, empty: Tianqiao, format_: str
) -> None:
    clock.set_to = NOW
    branch = f"/organisations/{id_of('chenguang branch')}"
    await tianqiao.clerk_li.amends(branch, {"community_party_org_id": id_of("binhe committee")})
    for grid, has in HAS.items():
        await tianqiao.clerk_li.changes(f"/grids/{id_of(grid)}", "describe", has)
    for shape in SHAPES:
        more = {"format": format_, **PURPOSE.get(shape, {})}
        gone = await exports(tianqiao, shape, **more)
        run = await imports(empty, shape, gone)
        assert run["state"] == "applied", shape
        assert run["rows_made"] + run["rows_kept"] == run["rows_read"] > 1, shape
        again = await imports(tianqiao, shape, gone)
        assert rows_of(again) == ("applied", 0, again["rows_kept"]), shape
        csv = {"format": "csv", **PURPOSE.get(shape, {})}
        came = await exports(empty, shape, **csv)
        assert came == await exports(tianqiao, shape, **csv), shape
    totals = [
        (await street.clerk_li.gets("/office-holders")).json()["items"]
        for street in (tianqiao, empty)
    ]
    ours, theirs = ([(one["name"], one["during"]) for one in items] for items in totals)
    assert sorted(ours, key=str) == sorted(theirs, key=str) != []


async def test_every_persons_name_that_leaves_is_an_event(tianqiao: Tianqiao) -> None:
    content = await exports(tianqiao, "people", format="csv", purpose="answer_person")
    assert "wang" in content.decode()
    people = await tianqiao.asks("SELECT count(*) FROM person WHERE street_id = $1", TIANQIAO)
    assert await tianqiao.new_events() == ["person.unmasked"] * people + ["export.made"]
    await exports(tianqiao, "appointments")
    assert await tianqiao.new_events() == ["export.made"]


async def test_a_ledger_is_one_streets_though_a_system_sees_several(tianqiao: Tianqiao) -> None:
    wide = tianqiao.system("wide", streets=(min(TIANQIAO, NEIGHBOUR), max(TIANQIAO, NEIGHBOUR)))
    for shape in SHAPES:
        body = {"street_id": TIANQIAO, "shape": shape, "format": "csv", **PURPOSE.get(shape, {})}
        answer = await wide.posts("/exports", body)
        assert answer.content == await exports(
            tianqiao, shape, format="csv", **PURPOSE.get(shape, {})
        )
    beyond = await tianqiao.clerk_li.posts("/exports", body | {"street_id": NEIGHBOUR})
    assert outcome(beyond) == "404 not_found"


async def test_the_administrator_takes_people_out_and_a_clerk_does_not(tianqiao: Tianqiao) -> None:
    await enter(tianqiao.clerk_li, OFFICE)
    people = {"street_id": TIANQIAO, "shape": "people", "purpose": "answer_person"}
    for who, expected in (("cui administers", "200"), ("an is clerk", "403 right_missing")):
        actor = await tianqiao.in_office(who)
        assert outcome(await actor.posts("/exports", people)) == expected


async def test_names_leave_for_a_purpose_and_by_the_right_to_see_them(tianqiao: Tianqiao) -> None:
    people = {"street_id": TIANQIAO, "shape": "people"}
    none = await tianqiao.clerk_li.posts("/exports", people)
    assert outcome(none) == "422 export_needs_purpose"
    office = tianqiao.system("office", rights=[Right.IMPORTS_WRITE])
    blind = await office.posts("/exports", people | {"purpose": "answer_person"})
    assert outcome(blind) == "403 right_missing"
    assert await tianqiao.new_events() == []
