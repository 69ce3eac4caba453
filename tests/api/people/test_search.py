"""Finding people by a part of the name: inside the database, in a body, and never without a trace."""

import asyncpg
import pytest

from maplebridge_domain.authority import Right
from tests.conftest import Databases
from tests.world import NEIGHBOUR, TIANQIAO, Actor, Json, Tianqiao, id_of, outcome

NAMES = ("欧阳张伟", "张伟", "张　伟民", "曾张伟", "章伟", "伟张", "李明", "100%张_伟")


async def enter(clerk: Actor, *names: str, street_id: int = TIANQIAO) -> None:
    items = [{"id": id_of(name), "street_id": street_id, "name": name} for name in names]
    assert (await clerk.posts("/people/batch", {"items": items})).status_code == 201


async def search(actor: Actor, name: str, **more: object) -> Json:
    body = {"street_id": TIANQIAO, "name": name, **more}
    found: Json = (await actor.posts("/people/search", body)).json()
    return found


def ids(found: Json) -> list[str]:
    return [one["id"] for one in found["items"]]


async def test_two_characters_find_who_has_them_anywhere_in_the_name(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk, *NAMES)
    expected = [id_of(name) for name in ("100%张_伟", "欧阳张伟", "曾张伟", "张伟", "张　伟民")]
    for typed in ("张伟", " 张　伟", "张·伟"):
        assert ids(await search(clerk, typed)) == expected, typed
    assert ids(await search(clerk, "阳张")) == [id_of("欧阳张伟")]
    found = await clerk.posts("/people/search", {"street_id": TIANQIAO, "name": "欧阳张伟"})
    assert found.json() == {
        "items": [(await clerk.gets(f"/people/{id_of('欧阳张伟')}")).json()],
        "after": None,
    }
    assert found.json()["items"][0]["name"] == "欧阳**"
    assert found.headers["Cache-Control"] == "no-store"


async def test_no_character_stands_for_another(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk, *NAMES)
    for typed in ("张%民", "张_民", "%张民", "张民\\"):  # signs are left out: sought is 张民
        assert ids(await search(clerk, typed)) == [], typed
    assert ids(await search(clerk, "0%张")) == [id_of("100%张_伟")]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("张", "part_too_short"),
        (" 张 ", "part_too_short"),
        ("·张·", "part_too_short"),
        ("%%", "part_too_short"),
        ("", "string_too_short"),
        ("张" * 101, "string_too_long"),
        ("张\n伟", "string_pattern_mismatch"),
    ],
)
async def test_less_than_two_characters_are_refused(
    tianqiao: Tianqiao, typed: str, code: str
) -> None:
    answer = await tianqiao.clerk_li.posts("/people/search", {"street_id": TIANQIAO, "name": typed})
    assert outcome(answer) == "422 invalid_request"
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/name", code)
    assert typed == "" or typed not in answer.text


async def test_a_search_is_one_event_with_those_whom_it_showed(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk, *NAMES)
    await tianqiao.new_events()
    page = await search(clerk, "张伟", limit=1)
    await search(clerk, "赵钱")
    assert await tianqiao.new_events() == ["person.searched"] * 2
    told = "SELECT data->>'ids' FROM event WHERE type = 'person.searched' ORDER BY no"
    assert await tianqiao.asks(told) == f'["{ids(page)[0]}"]'
    assert await tianqiao.asks(f"{told} OFFSET 1") == "[]"
    assert "张伟" not in await tianqiao.asks("SELECT string_agg(e::text, '') FROM event e")
    # Who was found finds it in their export.
    export = (await clerk.gets(f"/people/{ids(page)[0]}/export")).json()
    assert "person.searched" in [event["type"] for event in export["kept"]["event"]]


async def test_who_may_search_stands_in_the_table(tianqiao: Tianqiao) -> None:
    sought = {"street_id": TIANQIAO, "name": "wang"}
    rights = set(Right) - {Right.PEOPLE_SEARCH}
    refused = [
        tianqiao.system("reader", rights=rights),
        *(tianqiao.logged_in(name) for name in ("qian", "sun", "chen", "wang", "lin")),
    ]
    clerk = tianqiao.clerk_li
    await enter(clerk, "周远")
    refused.append(tianqiao.logged_in("周远"))  # a resident without any office
    await tianqiao.new_events()
    for actor in refused:
        assert outcome(await actor.posts("/people/search", sought)) == "403 right_missing"
    assert await tianqiao.new_events() == []
    for actor in (tianqiao.logged_in("xu"), tianqiao.logged_in("he")):
        assert ids((await actor.posts("/people/search", sought)).json()) == [id_of("wang")]


async def test_another_streets_people_are_never_found(tianqiao: Tianqiao) -> None:
    await enter(tianqiao.stranger, "张伟", street_id=NEIGHBOUR)
    clerk, sought = tianqiao.clerk_li, {"street_id": NEIGHBOUR, "name": "张伟"}
    assert ids(await search(clerk, "张伟")) == []
    assert outcome(await clerk.posts("/people/search", sought)) == "404 not_found"
    county = tianqiao.system("county", streets=(411104000, 411104999))
    assert ids((await county.posts("/people/search", sought)).json()) == [id_of("张伟")]
    assert ids(await search(county, "张伟")) == []
    theirs = f"{NEIGHBOUR}.{id_of('张伟')}.1"
    for of in (TIANQIAO, NEIGHBOUR):
        answer = await clerk.posts("/people/search", sought | {"street_id": of, "after": theirs})
        assert outcome(answer) in ("409 page_moved", "404 not_found")


async def test_who_was_erased_merged_or_is_called_otherwise_is_not_found(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk, "张伟", "张伟平", "张伟国", "张伟强")
    gone = {"reason": "purpose_achieved"}
    await clerk.changes(f"/people/{id_of('张伟')}", "erase", gone)
    await clerk.changes(f"/people/{id_of('张伟平')}", "merge", {"into": id_of("张伟国")})
    await clerk.changes(f"/people/{id_of('张伟强')}", "correction", {"name": "李伟强"})
    assert ids(await search(clerk, "张伟")) == [id_of("张伟国")]
    assert ids(await search(clerk, "李伟")) == [id_of("张伟强")]
    left = (
        "SELECT count(*) FROM person WHERE id = $1 AND num_nonnulls(name_sought, name_listed) = 0"
    )
    for name in ("张伟", "张伟平"):
        assert await tianqiao.asks(left, id_of(name)) == 1


async def test_pages_hold_everybody_once_by_pinyin_while_others_come_and_go(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    names = [f"{surname}国强" for surname in "安曾陈单解李区吕仇任王张章周"]
    await enter(clerk, *names)
    page = await search(clerk, "国强", limit=5)
    seen = ids(page)
    await enter(clerk, "艾国强", "赵国强")
    await clerk.changes(f"/people/{id_of('安国强')}", "correction", {"name": "钟国强"})
    while page["after"]:
        assert "国" not in page["after"]
        page = await search(clerk, "国强", limit=5, after=page["after"])
        seen += ids(page)
    by_pinyin = "安陈李吕区仇任单王解曾张章赵"
    expected = [id_of(f"{surname}国强") for surname in by_pinyin]
    # 艾 came before the page that had been read; 安 was shown there, and again under the new name.
    assert seen == [*expected, id_of("安国强"), id_of("周国强")]


async def test_a_page_behind_who_has_changed_since_is_refused_not_guessed(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await enter(clerk, "安国强", "王国强", "张国强")
    page = await search(clerk, "国强", limit=1)
    await clerk.changes(f"/people/{ids(page)[0]}", "correction", {"name": "赵国强"})
    body = {"street_id": TIANQIAO, "name": "国强", "after": page["after"]}
    assert outcome(await clerk.posts("/people/search", body)) == "409 page_moved"


async def test_the_apis_role_finds_nobody_that_it_has_not_told_of(
    tianqiao: Tianqiao, databases: Databases, database: str
) -> None:
    """Nor by one character, nor outside its range: the function looks past row-level security."""
    await enter(tianqiao.clerk_li, "张伟")
    await tianqiao.new_events()
    find = "SELECT id::text FROM mb_search_people($1, $2, $3, 0, 5, now(), 'clients/x', NULL, NULL)"
    nobody = "00000000-0000-0000-0000-000000000000"
    connection = await asyncpg.connect(databases.url(database, "mb_api"))
    for street_id, part, found in ((TIANQIAO, "张伟", 1), (TIANQIAO, "张", 0), (TIANQIAO, "%%", 0)):
        async with connection.transaction():
            await connection.execute(f"SELECT mb_enter({TIANQIAO}, {TIANQIAO})")
            assert len(await connection.fetch(find, street_id, part, nobody)) == found
    async with connection.transaction():
        await connection.execute(f"SELECT mb_enter({NEIGHBOUR}, {NEIGHBOUR})")
        assert await connection.fetch(find, TIANQIAO, "张伟", nobody) == []
    assert await connection.fetch(find, TIANQIAO, "张伟", nobody) == []  # in no range at all
    async with connection.transaction():
        await connection.execute(f"SELECT mb_enter({TIANQIAO}, {TIANQIAO})")
        none = find.replace("0, 5,", "0, 0,")  # a page of nobody tells of nobody, and shows nobody
        assert await connection.fetch(none, TIANQIAO, "张伟", nobody) == []
    await connection.close()
    assert await tianqiao.new_events() == ["person.searched"] * 3  # found somebody or not
