"""A ledger that is exported and imported into an empty street gives the same street."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from maplebridge_api.platform.clock import clock
from maplebridge_domain.authority import Right
from tests.api.appointments.test_cross_appoint import FILE, STEPS, step
from tests.api.imports.sheets import OFFICE, empty_street, exports, faults_of, imports, rows_of
from tests.conftest import Databases
from tests.world import (
    NEIGHBOUR,
    NOW,
    TIANQIAO,
    Json,
    Tianqiao,
    enter,
    id_of,
    outcome,
    service_contract,
)

SHAPES = ("grids", "households", "organisations", "people", "contracts", "appointments")
HAS: dict[str, Json] = {
    "binhe": {"service_centre": "滨河红色物业服务中心"},
    "huayuan": {"cameras": "signed", "access_control": True, "hall": "花园红色议事厅"},
    "laoyuan": {"cameras": "unsigned", "access_control": False},
}
LINKS: dict[str, Json] = {
    "binhe": {"party_org_id": id_of("binhe committee")},
    "huayuan": {
        "party_org_id": id_of("huayuan branch"),
        "central_household_id": id_of("household 101"),
    },
}
ROOT = id_of(f"root {TIANQIAO}")
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
        body = has | LINKS.get(grid, {})
        described = await tianqiao.clerk_li.changes(f"/grids/{id_of(grid)}", "describe", body)
        assert outcome(described) == "200"
    clerk = tianqiao.clerk_li
    twin = {"organisation_id": id_of("chenguang"), "kind": "manager", "name": "manager"}
    await clerk.makes("/posts", twin)  # a second post of the name
    dated = {"signed_on": "2024-12-20", "filed_on": "2024-12-28"}
    other = service_contract("contract of jiayuan", "wanjia", "jiayuan")[1]
    await clerk.makes("/service-contracts", other | dated)
    steps = [step(number, id=id_of(f"step {number}")) for number in STEPS]
    steps[4] |= {"source_id": steps[1]["id"], "evidence": [FILE, FILE | {"number": None}]}
    for one in steps:  # the fifth rests on the second
        await clerk.makes("/cross-appointments", one)
    clock.set_to = NOW + timedelta(minutes=1)
    for shape in SHAPES:
        more = {"format": format_, **PURPOSE.get(shape, {})}
        gone = await exports(tianqiao, shape, **more)
        run = await imports(empty, shape, gone)
        clock.set_to += timedelta(seconds=1)
        assert run["state"] == "applied", await faults_of(empty, run)
        assert run["rows_made"] + run["rows_kept"] == run["rows_read"] > 1, shape
        again = await imports(tianqiao, shape, gone)
        assert rows_of(again) == ("applied", 0, again["rows_kept"]), shape
        csv = {"format": "csv", **PURPOSE.get(shape, {})}
        came = await exports(empty, shape, **csv)
        assert came == await exports(tianqiao, shape, **csv), shape
    assert await said(empty) == await said(tianqiao)
    totals = [
        (await street.clerk_li.gets("/office-holders")).json()["items"]
        for street in (tianqiao, empty)
    ]
    ours, theirs = ([(one["name"], one["during"]) for one in items] for items in totals)
    assert sorted(ours, key=str) == sorted(theirs, key=str) != []


async def test_what_was_renumbered_and_moved_goes_out_and_comes_in_as_well(
    tianqiao: Tianqiao, empty: Tianqiao
) -> None:
    """A sheet knows a grid's last place only; households are older than it."""
    clock.set_to = NOW
    clerk = tianqiao.clerk_li
    young = {"parent_id": id_of("tiegong"), "level": "quarter", "code": "0007", "name": "新院"}
    made = await clerk.makes("/grids", young | {"since": "2026-06-01T00:00:00+08:00"})
    for name, act, body in (
        ("huayuan", "renumber", {"code": "0009", "at": "2026-09-01T00:00:00+08:00"}),
        ("huayuan unit 2", "move", {"parent_id": made["id"], "at": "2026-10-01T00:00:00+08:00"}),
    ):
        assert outcome(await clerk.changes(f"/grids/{id_of(name)}", act, body)) == "200"
    clock.set_to = NOW + timedelta(minutes=1)
    for shape in SHAPES[:2]:
        gone = await exports(tianqiao, shape)
        again = await imports(tianqiao, shape, gone)
        assert rows_of(again) == ("applied", 0, again["rows_read"]), shape
        run = await imports(empty, shape, gone)
        assert (run["state"], run["rows_made"]) == ("applied", run["rows_read"]), shape
        assert await exports(empty, shape, format="csv") == await exports(
            tianqiao, shape, format="csv"
        )
    for at, counted in (("2026-03-01", (1, 3)), ("2026-07-01", (2, 5))):
        then = {"at": f"{at}T00:00:00+08:00"}
        found = (await empty.clerk_li.gets(f"/grids/{ROOT}/totals", params=then)).json()
        assert (found["households"], found["residents"]) == counted, at


#: What an import makes anew: who sees a row changed, and when it came. A phone is sealed each time
#: otherwise (the sheets are compared), and of a grid a later sheet says who answers to it.
ANEW = {"version", "entered_at", "phone_encrypted", "grid_description.during"}
ANEW |= {f"{table}.id" for table in ("grid_placement", "grid_description", "household_placement")}
TABLES = [
    "street",
    "grid",
    "grid_placement",
    "grid_description",
    "household",
    "household_placement",
]
TABLES += ["organisation", "post", "person", "service_contract", "appointment"]


async def said(street: Tianqiao) -> dict[str, list[str]]:
    """Return all that is said now in the tables of the five shapes, in every column that there is.

    A household is known by its unit and address: a sheet has no number for it.
    """
    rows: dict[str, list[Json]] = {}
    for table in TABLES:
        query = f"SELECT json_agg(to_jsonb(t))::text FROM {table} t WHERE street_id = $1"
        rows[table] = json.loads(await street.asks(query, TIANQIAO))
    homes = {
        one["household_id"]: f"{one['grid_id']} {one['address']}"
        for one in rows["household_placement"]
    }
    return {
        table: sorted(
            str(
                {
                    name: homes.get(str(value), value)
                    for name, value in row.items()
                    if not {name, f"{table}.{name}"} & ANEW
                }
            )
            for row in found
            if not ("placement" in table or "description" in table) or row["during"].endswith(",)")
        )
        for table, found in rows.items()
    }


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
