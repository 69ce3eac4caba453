"""The notice board: who holds a public office now, by name; nobody else, and nobody afterwards."""

from datetime import datetime
from itertools import product

import asyncpg
import pytest

from maplebridge_api.platform.clock import clock
from maplebridge_domain.notice_board import is_public_office
from maplebridge_domain.organisation import OrganisationKind, PostKind
from tests.conftest import Databases
from tests.world import NOW, TERM, TIANQIAO, Tianqiao, id_of, outcome

#: Zhao leads a volunteer point: nothing of a volunteer is public without consent.
NAMED = {"wang", "chen", "liu", "sun", "qian", "xu", "lin", "he"}


async def named(tianqiao: Tianqiao, query: str = "limit=200") -> set[str]:
    found = await tianqiao.logged_in("zhao").gets(f"/office-holders?{query}")
    assert found.status_code == 200, found.text
    return {one["name"] for one in found.json()["items"]}


async def test_anybody_in_the_street_reads_who_holds_which_office(tianqiao: Tianqiao) -> None:
    assert await named(tianqiao) == NAMED
    [wang] = (
        await tianqiao.clerk_li.gets(f"/office-holders?organisation_id={id_of('huayuan branch')}")
    ).json()["items"]
    assert wang == {
        "id": id_of("wang in huayuan branch"),
        "street_id": TIANQIAO,
        "person_id": id_of("wang"),
        "name": "wang",
        "post_id": id_of("secretary of huayuan branch"),
        "organisation_id": id_of("huayuan branch"),
        "grid_id": None,
        "during": TERM,
    }
    assert await named(tianqiao, f"post_id={id_of('grid member of huayuan')}") == {"lin"}
    assert (await tianqiao.stranger.gets("/office-holders")).json()["items"] == []


async def test_pages_of_the_board_are_followed_to_its_end(tianqiao: Tianqiao) -> None:
    seen: list[str] = []
    link: str | None = "/v1/office-holders?limit=3"
    while link:
        page = (await tianqiao.clerk_li.gets(link.removeprefix("/v1"))).json()
        seen += [one["name"] for one in page["items"]]
        link = page["next"]
    assert seen == sorted(NAMED)  # as by pinyin, also across pages


async def test_with_the_office_the_name_leaves_the_board(tianqiao: Tianqiao) -> None:
    place = f"/appointments/{id_of('liu in library')}"
    await tianqiao.clerk_li.changes(place, "end", {"at": NOW.isoformat(), "reason": "resignation"})
    assert await named(tianqiao) == NAMED - {"liu"}
    clock.set_to = datetime.fromisoformat(TERM["until"])
    assert await named(tianqiao) == set()


async def test_a_member_of_a_party_organisation_is_not_named(tianqiao: Tianqiao) -> None:
    body = {"post_id": id_of("members of binhe committee"), "person_id": id_of("zhao")}
    await tianqiao.clerk_li.makes("/appointments", body | {"during": TERM})
    assert await named(tianqiao) == NAMED


async def test_an_organisation_that_is_not_there_has_no_board(tianqiao: Tianqiao) -> None:
    other = f"/office-holders?organisation_id={id_of('next enterprise')}"
    assert outcome(await tianqiao.clerk_li.gets(other)) == "404 not_found"


@pytest.fixture
async def owner(databases: Databases, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(databases.url(database))


async def test_the_database_names_whom_the_domain_names(owner: asyncpg.Connection) -> None:
    """Every kind of post in every kind of organisation, held by Wang: the view against the table."""
    expected = set()
    for number, (holder, kind) in enumerate(product((None, *OrganisationKind), PostKind)):
        if holder:
            place = await owner.fetchval(
                "INSERT INTO organisation (street_id, grid_id, kind, name, name_sought, name_listed)"
                " VALUES ($1, $2, $3, 'x', 'x', 'x') RETURNING id",
                *(TIANQIAO, id_of("huayuan"), holder),
            )
        post = await owner.fetchval(
            "INSERT INTO post (street_id, kind, name, seats, organisation_id, grid_id)"
            " VALUES ($1, $2, 'x', 1, $3, $4) RETURNING id",
            *(TIANQIAO, kind, place if holder else None, None if holder else id_of("huayuan")),
        )
        held = await owner.fetchval(
            "INSERT INTO appointment (street_id, person_id, post_id, seat, during)"
            " VALUES ($1, $2, $3, 1, '[2026-01-01,)') RETURNING id",
            *(TIANQIAO, id_of("wang"), post),
        )
        expected |= {held} if is_public_office(holder, kind) else set()
        assert number < 500
    async with owner.transaction():
        await owner.execute("SELECT mb_enter($1, $1)", TIANQIAO)
        found = await owner.fetch(
            "SELECT appointment_id FROM office_holder JOIN appointment ON id = appointment_id"
            " WHERE lower(during) = '2026-01-01'"
        )
    await owner.close()
    assert {row["appointment_id"] for row in found} == expected
    assert len(expected) > 20
