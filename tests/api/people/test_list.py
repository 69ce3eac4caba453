"""The list of people: by pinyin, masked, with a cursor that tells nothing of a name."""

from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from tests.api.people.test_search import enter
from tests.conftest import Databases
from tests.world import NEIGHBOUR, PEOPLE, TIANQIAO, Actor, Json, Tianqiao, id_of, outcome

#: By the readings of their surnames: shàn, xiè, zēng, zhā, ōu, qiú, yùchí.
BY_PINYIN = (
    "安民",
    "欧阳克",
    "仇英",
    "单于",
    "王伟",
    "解缙",
    "尉迟恭",
    "曾巩",
    "查慎行",
    "张三",
    "张伟",
)


async def pages(actor: Actor, path: str) -> list[Json]:
    """Follow a list to its end."""
    found = [(await actor.gets(path)).json()]
    while link := found[-1]["next"]:
        found.append((await actor.gets(link.removeprefix("/v1"))).json())
    return found


def ids(found: list[Json]) -> list[str]:
    return [one["id"] for page in found for one in page["items"]]


async def test_people_are_listed_by_pinyin_page_by_page(tianqiao: Tianqiao) -> None:
    await enter(tianqiao.clerk_li, *reversed(BY_PINYIN))
    found = await pages(tianqiao.clerk_li, "/people?limit=3")
    ours = {id_of(name): name for name in BY_PINYIN}
    assert [ours[one] for one in ids(found) if one in ours] == [*BY_PINYIN]
    assert [len(page["items"]) for page in found] == [3] * 6 + [2]
    assert len(set(ids(found))) == len(BY_PINYIN) + len(PEOPLE)
    assert [one["name"] for page in found for one in page["items"]][:2] == ["安*", "c***"]


async def test_a_cursor_tells_of_no_name(tianqiao: Tianqiao) -> None:
    await enter(tianqiao.clerk_li, *BY_PINYIN)
    first = (await tianqiao.clerk_li.gets("/people?limit=1")).json()
    [cursor] = parse_qs(urlsplit(first["next"]).query)["after"]
    assert cursor == f"{TIANQIAO}.{id_of('安民')}.1"
    second = (await tianqiao.clerk_li.gets(first["next"].removeprefix("/v1"))).json()
    assert second["items"][0]["id"] == id_of("chen")


async def test_a_district_lists_street_by_street(tianqiao: Tianqiao) -> None:
    await enter(tianqiao.clerk_li, "张伟")
    await enter(tianqiao.stranger, "安民", street_id=NEIGHBOUR)
    county = tianqiao.system("county", streets=(411104000, 411104999))
    found = [one for page in await pages(county, "/people?limit=2") for one in page["items"]]
    assert [one["street_id"] for one in found] == sorted(one["street_id"] for one in found)
    last = [id_of(name) for name in ("张伟", "安民", "next person")]
    assert [one["id"] for one in found][-3:] == last
    for actor, own in ((tianqiao.clerk_li, TIANQIAO), (tianqiao.stranger, NEIGHBOUR)):
        assert {one["street_id"] for one in (await pages(actor, "/people"))[0]["items"]} == {own}


async def test_others_come_and_go_between_pages_and_nobody_is_left_out_or_doubled(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk, *BY_PINYIN)
    page = (await clerk.gets("/people?limit=4")).json()
    seen = ids([page])
    await enter(clerk, "艾青", "赵云")
    erased = await clerk.changes(f"/people/{seen[0]}", "erase", {"reason": "purpose_achieved"})
    assert erased.is_success
    seen += ids(await pages(clerk, page["next"].removeprefix("/v1")))
    assert seen[-1] == seen[0] == id_of("安民")  # it comes last now: its name is gone
    assert len(set(seen)) == len(seen) - 1
    assert {id_of(name) for name in (*BY_PINYIN, "赵云")} < set(seen)
    assert id_of("艾青") not in seen  # before what was read already


@pytest.mark.parametrize("act", ["correction", "erase", "merge"])
async def test_a_page_behind_who_has_changed_since_is_refused_not_guessed(
    tianqiao: Tianqiao, act: str
) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk, "安民", "张伟")
    link = (await clerk.gets("/people?limit=1")).json()["next"].removeprefix("/v1")
    bodies: Json = {
        "correction": {"name": "赵安民"},
        "erase": {"reason": "purpose_achieved"},
        "merge": {"into": id_of("张伟")},
    }
    assert (await clerk.changes(f"/people/{id_of('安民')}", act, bodies[act])).is_success
    assert outcome(await clerk.gets(link)) == "409 page_moved"
    theirs = f"{NEIGHBOUR}.{id_of('next person')}.1"
    assert outcome(await clerk.gets(f"/people?after={theirs}")) == "409 page_moved"
    assert outcome(await clerk.gets("/people?after=1.x")) == "422 invalid_request"


async def test_the_apis_role_lists_and_reads_no_key_of_the_order(
    tianqiao: Tianqiao, databases: Databases, database: str
) -> None:
    await enter(tianqiao.clerk_li, *BY_PINYIN)
    connection = await asyncpg.connect(databases.url(database, "mb_api"))
    async with connection.transaction():
        await connection.execute(f"SELECT mb_enter({TIANQIAO}, {TIANQIAO})")
        everyone = "SELECT * FROM mb_list_people(0, '00000000-0000-0000-0000-000000000000', 0, 99)"
        listed = await connection.fetch(everyone)
        assert {tuple(row.keys()) for row in listed} == {("place", "street_id", "id")}
        assert {row["street_id"] for row in listed} == {TIANQIAO}
    for column in ("name_listed", "name_sought"):
        for query in (f"SELECT {column} FROM person", f"SELECT id FROM person ORDER BY {column}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(query)
    await connection.close()
