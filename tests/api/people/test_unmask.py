"""A name and phone in full: with the right, for a purpose, and never without a trace."""

from datetime import datetime

import asyncpg
import pytest

from maplebridge_api.platform.clock import clock
from maplebridge_domain.authority import Right
from maplebridge_domain.purpose import Purpose, basis_of
from tests.conftest import Databases
from tests.world import NOW, TIANQIAO, Tianqiao, id_of, outcome

WANG = f"/people/{id_of('wang')}"


@pytest.mark.parametrize("purpose", Purpose)
async def test_the_secretary_of_the_street_sees_in_full_for_a_purpose(
    tianqiao: Tianqiao, purpose: Purpose
) -> None:
    xu = await tianqiao.in_office("xu in working committee")
    answer = await xu.posts(f"{WANG}/unmask", {"purpose": purpose})
    assert answer.json() == {
        "id": id_of("wang"),
        "name": "wang",
        "phone": "15400000001",
        "purpose": purpose,
        "basis": basis_of(purpose, NOW.date()),
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert await tianqiao.new_events() == ["person.unmasked"]
    # Without the digests, whose digits are any.
    asked = "SELECT (to_jsonb(e) - 'hash' - 'seal')::text FROM event e ORDER BY no DESC LIMIT 1"
    event = await tianqiao.asks(asked)
    assert f'"persons/{id_of("xu")}"' in event
    assert purpose in event
    assert "154" not in event.replace(id_of("wang"), "").replace(id_of("xu"), "")


async def test_without_a_purpose_of_the_list_nothing_is_shown(tianqiao: Tianqiao) -> None:
    for body in ({}, {"purpose": "curiosity"}, {"purpose": None}):
        answer = await tianqiao.clerk_li.posts(f"{WANG}/unmask", body)
        assert outcome(answer) == "422 invalid_request"
    clock.set_to = datetime.fromisoformat("2021-10-31T09:00:00+08:00")  # before the law
    answer = await tianqiao.clerk_li.posts(f"{WANG}/unmask", {"purpose": "emergency"})
    assert outcome(answer) == "422 purpose_not_in_force"
    assert await tianqiao.new_events() == []


async def test_nobody_else_sees_in_full(tianqiao: Tianqiao) -> None:
    body = {"purpose": "emergency"}
    everything_else = tianqiao.system("all", rights=set(Right) - {Right.PEOPLE_UNMASK})
    he = await tianqiao.in_office("he in binhe committee")
    wang = await tianqiao.in_office("wang in huayuan branch")
    for actor in (everything_else, he, wang):
        assert outcome(await actor.posts(f"{WANG}/unmask", body)) == "403 right_missing"
    assert outcome(await tianqiao.stranger.posts(f"{WANG}/unmask", body)) == "404 not_found"
    assert await tianqiao.new_events() == []


async def test_what_was_shown_is_kept_under_no_key(tianqiao: Tianqiao) -> None:
    headers = {"Idempotency-Key": "again"}
    for _ in range(2):
        await tianqiao.clerk_li.posts(f"{WANG}/unmask", {"purpose": "emergency"}, headers=headers)
    assert await tianqiao.asks("SELECT count(*) FROM idempotency WHERE key = 'again'") == 0
    assert await tianqiao.new_events() == ["person.unmasked"] * 2  # two looks are two events


async def test_the_database_gives_a_name_only_beside_a_recorded_look(
    databases: Databases, database: str
) -> None:
    """Whatever the code forgets: no event about this person in this transaction, no name."""
    connection = await asyncpg.connect(databases.url(database, "mb_api"))
    wang, chen = id_of("wang"), id_of("chen")
    look = (
        "INSERT INTO event (street_id, type, time, actor, subject, data)"
        " VALUES (411104001, $2, now(), 'clients/x', 'people/' || $1, '{}')"
    )
    disclose = "SELECT name FROM mb_disclose(411104001, $1::text::uuid)"

    async def given(*steps: tuple[str, str], of: str) -> str | None:
        async with connection.transaction():
            await connection.execute("SELECT mb_enter(411104001, 411104001)")
            for subject, kind in steps:
                await connection.execute(look, subject, kind)
            name: str | None = await connection.fetchval(disclose, of)
            return name

    assert await given((wang, "person.unmasked"), of=wang) == "wang"
    assert await given(of=wang) is None  # the look above was another transaction's
    assert await given((wang, "person.unmasked"), of=chen) is None
    assert await given((wang, "person.created"), of=wang) is None
    assert await given((wang, "person.unmasked"), (chen, "person.created"), of=wang) is None
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT name FROM person")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT p FROM person p")
    await connection.close()


async def test_the_evaluator_is_given_no_name_at_all(databases: Databases, database: str) -> None:
    connection = await asyncpg.connect(databases.url(database, "mb_evaluator"))
    for query in (
        "SELECT mb_disclose(411104001, uuidv7())",
        "SELECT mb_disclose_accounts(411104001, uuidv7())",
        "SELECT mb_replace_answers(411104001, '{}', '{}')",
        "SELECT name FROM office_holder",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(query)
    await connection.close()


async def test_of_another_street_nothing_is_disclosed_by_any_event(
    databases: Databases, database: str
) -> None:
    connection = await asyncpg.connect(databases.url(database, "mb_api"))
    async with connection.transaction():
        await connection.execute("SELECT mb_enter(411104002, 411104002)")
        found = await connection.fetch("SELECT * FROM mb_disclose($1, $2)", TIANQIAO, id_of("wang"))
        assert found == []
        assert await connection.fetchval("SELECT count(*) FROM office_holder") == 0
    await connection.close()
