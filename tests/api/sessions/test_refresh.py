"""Refresh tokens: good once each; a second use ends the session, whoever made it."""

import json
from asyncio import gather
from datetime import datetime, timedelta

import pytest
from joserfc.jwk import OKPKey

from maplebridge_api.platform import identity
from maplebridge_api.platform.identity import Tokens
from maplebridge_api.settings import settings
from tests.api.sessions.door import Door
from tests.world import NEIGHBOUR, TIANQIAO, Json, new_id, outcome, outcomes

WRONG, REUSED = "401 refresh_token_wrong", "401 refresh_token_reused"


async def next_of(door: Door, session: Json) -> Json:
    answer = await door.refreshes(session["refresh_token"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    refreshed: Json = answer.json()
    return refreshed


async def test_each_gives_the_next_in_the_same_session(door: Door) -> None:
    first = await door.lets_in("wang")
    await door.street.new_events()
    second = await next_of(door, first)
    third = await next_of(door, second)
    for one in (second, third):
        assert (one["id"], one["person_id"]) == (first["id"], first["person_id"])
        assert outcome(await door.acting(one).gets("/grids")) == "200"
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert await door.street.new_events() == []
    assert await door.street.asks("SELECT count(*) FROM session") == 1


@pytest.mark.parametrize("steps", [1, 3])
async def test_one_that_comes_twice_ends_the_session_for_all_who_hold_it(
    door: Door, steps: int
) -> None:
    stolen = session = await door.lets_in("wang")
    for _ in range(steps):
        session = await next_of(door, session)
    other = (await door.by_wechat("openid-of-wang")).json()
    await door.street.new_events()

    reused = await door.refreshes(stolen["refresh_token"])
    assert outcome(reused) == REUSED
    assert await door.street.new_events() == ["session.refresh_reused"]
    row = "SELECT actor || ' ' || subject FROM event ORDER BY no DESC LIMIT 1"
    assert await door.street.asks(row) == f"clients/wechat sessions/{session['id']}"

    for one in (stolen, session):
        assert outcome(await door.refreshes(one["refresh_token"])) == WRONG
        assert outcome(await door.acting(one).gets("/grids")) == "401 not_authenticated"
    assert await door.street.new_events() == []
    assert outcome(await door.acting(other).gets("/grids")) == "200"
    assert outcome(await door.refreshes(other["refresh_token"])) == "200"


async def test_of_several_uses_at_once_one_wins_and_then_nobody_does(door: Door) -> None:
    session = await door.lets_in("wang")
    await door.street.new_events()
    await door.statements()  # opens all connections: none waits for its own
    answers = await gather(*(door.refreshes(session["refresh_token"]) for _ in range(5)))
    assert outcomes(answers) == ["200", REUSED, *[WRONG] * 3]
    assert await door.street.new_events() == ["session.refresh_reused"]
    [won] = [answer.json() for answer in answers if answer.is_success]
    assert outcome(await door.refreshes(won["refresh_token"])) == WRONG


async def test_who_only_knows_a_sessions_id_can_neither_use_nor_end_it(door: Door) -> None:
    session = await door.lets_in("wang")
    other = await door.lets_in("chen")
    await door.street.new_events()
    street, id_, family, own = session["refresh_token"].split(".")
    _, id_of_other, family_of_other, own_of_other = other["refresh_token"].split(".")
    forged = [
        (street, id_, family_of_other, own),
        (street, id_, family_of_other, own_of_other),
        (street, id_, "x" * 22, own),
        (street, id_of_other, family, own),
        (str(NEIGHBOUR), id_, family, own),
        ("000000000", id_, family, own),
        (street, new_id().replace("-", ""), family, own),
    ]
    for parts in forged:
        assert outcome(await door.refreshes(".".join(parts))) == WRONG
    for text in ("x", "....", session["refresh_token"] + "x", session["access_token"][:200]):
        assert outcome(await door.refreshes(text)) == WRONG
    assert await door.street.new_events() == []
    for one in (session, other):
        assert outcome(await door.refreshes(one["refresh_token"])) == "200"


async def test_they_are_kept_as_digests_only(door: Door) -> None:
    session = await next_of(door, await door.lets_in("wang"))
    kept = await door.all_that_is_kept()
    assert session["access_token"] not in kept
    *_, family, own = session["refresh_token"].split(".")
    for secret in (family, own):
        assert secret not in kept
        assert secret.encode().hex() not in kept


async def test_a_session_lasts_a_fortnight_from_its_last_use_and_a_month_in_all(
    door: Door,
) -> None:
    session = await door.lets_in("wang")
    begun = "SELECT begun_at FROM session"
    lasts = datetime.fromisoformat(session["ends_at"]) - await door.street.asks(begun)
    assert lasts == timedelta(days=14)
    await door.street.asks("UPDATE session SET begun_at = begun_at - interval '20 days'")
    session = await next_of(door, session)
    lasts = datetime.fromisoformat(session["ends_at"]) - await door.street.asks(begun)
    assert lasts == timedelta(days=30)
    await door.street.asks("UPDATE session SET ends_at = now()")
    assert outcome(await door.refreshes(session["refresh_token"])) == WRONG


async def test_a_change_of_token_keys_logs_nobody_out(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await door.lets_in("wang")
    new = OKPKey.generate_key("Ed25519", parameters={"kid": "new"}, private=True)
    monkeypatch.setenv("MAPLEBRIDGE_TOKEN_KEY", json.dumps(new.as_dict(private=True)))
    monkeypatch.setattr(identity, "tokens", Tokens())
    settings.cache_clear()
    assert outcome(await door.acting(session).gets("/grids")) == "401 not_authenticated"
    session = await next_of(door, session)
    assert session["street_id"] == TIANQIAO
    assert outcome(await door.acting(session).gets("/grids")) == "200"
