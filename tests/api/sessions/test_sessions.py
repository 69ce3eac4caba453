"""Sessions: one's own are seen and ended, and an ended one acts no more."""

import asyncio
import time

import httpx
from joserfc import jwt

from maplebridge_api.main import create_app
from maplebridge_api.platform.database import Database
from maplebridge_api.platform.identity import TOKEN_SECONDS_MAX, token_key
from maplebridge_domain.authority import AUTHORITY
from tests.api.sessions.door import Door
from tests.world import TERM, TIANQIAO, Actor, id_of, new_id, outcome

REFUSED = "401 not_authenticated"


async def test_a_persons_token_says_who_where_and_in_which_session_and_no_more(door: Door) -> None:
    session = await door.lets_in("wang")
    claims = jwt.decode(session["access_token"], token_key(), algorithms=["EdDSA"]).claims
    # Not what they may do: in offices of which roles the account acts at all, by the code that bound it.
    assert set(claims.pop("lets_in").split()) == {*AUTHORITY}
    lasting = {name: claims.pop(name) for name in ("iss", "iat", "exp", "jti")}
    assert claims == {
        "sub": id_of("wang"),
        "street": TIANQIAO,
        "sid": session["id"],
        "client_id": "wechat",
    }
    assert lasting["exp"] - lasting["iat"] == TOKEN_SECONDS_MAX == session["expires_in"] == 900


async def test_a_person_sees_their_own_sessions_newest_first(door: Door) -> None:
    first = await door.lets_in("wang", "openid-w", device="王的手机")
    await door.lets_in("chen")
    second = (await door.by_wechat("openid-w", device="办公室")).json()
    page = (await door.acting(first).gets("/sessions")).json()
    shown = [(one["id"], one["device"], one["current"]) for one in page["items"]]
    assert shown == [(second["id"], "办公室", False), (first["id"], "王的手机", True)]
    assert page["next"] is None
    times = page["items"][0]
    assert times["begun_at"] == times["used_at"] < times["ends_at"]


async def test_a_system_has_no_sessions(door: Door) -> None:
    session = await door.lets_in("wang")
    assert (await door.street.clerk_li.gets("/sessions")).json()["items"] == []
    answer = await door.street.clerk_li.asks("DELETE", f"/sessions/{session['id']}")
    assert outcome(answer) == "404 not_found"


async def test_when_it_was_last_used_is_seen(door: Door) -> None:
    session = await door.lets_in("wang")
    refreshed = (await door.refreshes(session["refresh_token"])).json()
    [one] = (await door.acting(refreshed).gets("/sessions")).json()["items"]
    assert one["begun_at"] < one["used_at"]


async def test_an_ended_session_can_do_nothing_and_is_seen_no_more(door: Door) -> None:
    lost = await door.lets_in("wang", "openid-w")
    kept = (await door.by_wechat("openid-w")).json()
    await door.street.new_events()
    person, place = door.acting(kept), f"/sessions/{lost['id']}"
    assert (await person.asks("DELETE", place)).json() == {"id": lost["id"]}
    assert await door.street.new_events() == ["session.revoked"]
    assert outcome(await person.asks("DELETE", place)) == "404 not_found"

    assert outcome(await door.acting(lost).gets("/grids")) == REFUSED
    assert outcome(await door.refreshes(lost["refresh_token"])) == "401 refresh_token_wrong"
    assert outcome(await person.gets("/grids")) == "200"
    [one] = (await person.gets("/sessions")).json()["items"]
    assert one["id"] == kept["id"]


async def test_nobody_ends_anothers_session(door: Door) -> None:
    of_wang, of_chen = await door.lets_in("wang"), await door.lets_in("chen")
    for id_ in (of_wang["id"], new_id()):
        answer = await door.acting(of_chen).asks("DELETE", f"/sessions/{id_}")
        assert outcome(answer) == "404 not_found"
    assert outcome(await door.acting(of_wang).gets("/grids")) == "200"


async def test_a_token_that_acted_a_moment_ago_is_refused_within_two_seconds_everywhere(
    door: Door,
) -> None:
    """In another process that has just believed it, too: a second application on the database."""
    session = await door.lets_in("wang")
    other = create_app()
    other.state.database = Database(door.api_url, 2)
    transport = httpx.ASGITransport(other, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://other") as http:
        there, here = Actor(http, session["access_token"]), door.acting(session)
        assert [outcome(await one.gets("/grids")) for one in (there, here)] == ["200", "200"]
        await here.asks("DELETE", f"/sessions/{session['id']}")
        revoked_at = time.monotonic()
        for one in (there, here):
            asked_at = time.monotonic()
            while outcome(await one.gets("/grids")) == "200":
                assert asked_at < revoked_at + 2
                await asyncio.sleep(0.1)
                asked_at = time.monotonic()
            assert outcome(await one.gets("/grids")) == REFUSED
    await other.state.database.close()


async def test_a_session_is_looked_at_once_in_two_seconds_not_for_each_request(
    door: Door,
) -> None:
    person = door.acting(await door.lets_in("wang"))
    sent = await door.statements()
    for _ in range(5):
        await person.gets("/grids")
    await asyncio.sleep(0)  # the loop calls the loggers
    assert len([query for query in sent if "FROM session" in query]) == 1
    assert len([query for query in sent if "ORDER BY grid.street_id" in query]) == 5


async def test_what_is_remembered_of_sessions_is_bounded(door: Door) -> None:
    states = door.street.app.state.session_states
    states._until = {new_id(): 0.0 for _ in range(states.SIZE_MAX)}
    await door.acting(await door.lets_in("wang")).gets("/grids")
    assert len(states._until) == 1


async def test_a_session_whose_time_is_over_acts_no_more(door: Door) -> None:
    session = await door.lets_in("wang")
    await door.street.asks("UPDATE session SET ends_at = now()")
    assert outcome(await door.acting(session).gets("/grids")) == REFUSED
    assert outcome(await door.refreshes(session["refresh_token"])) == "401 refresh_token_wrong"


async def test_who_holds_two_offices_ends_a_session_by_neither_unless_they_say_so(
    door: Door,
) -> None:
    second = {"person_id": id_of("wang"), "post_id": id_of("instructor of jiayuan")}
    await door.street.clerk_li.makes("/appointments", second | {"during": TERM})
    last = "SELECT type || ' by ' || coalesce(capacity::text, 'none') FROM event ORDER BY no DESC"
    person = door.acting(await door.lets_in("wang", "openid-w"))
    office = id_of("wang in huayuan branch")
    for headers, by in (({}, "none"), ({"Acting-Capacity": office}, office)):
        lost = (await door.by_wechat("openid-w")).json()
        answer = await person.asks("DELETE", f"/sessions/{lost['id']}", headers=headers)
        assert outcome(answer) == "200"
        assert await door.street.asks(last) == f"session.revoked by {by}"
    assert (await person.gets(f"/people/{id_of('wang')}/export")).is_success
    assert await door.street.asks(last) == "person.exported by none"
