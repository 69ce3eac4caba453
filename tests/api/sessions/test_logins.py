"""Whose an account is: kept as a keyed hash, found before a street is known, and in no other way."""

from asyncio import gather

import asyncpg
import pytest

from maplebridge_api.platform.personal import keyed_hashes
from maplebridge_api.settings import settings
from tests.api.sessions.door import Door
from tests.world import NEIGHBOUR, TIANQIAO, id_of, new_id, outcome

OLD_KEY = settings().personal_data_key.get_secret_value()
NEW_KEY = f"k2:{'A' * 42}E="


async def test_below_the_api_an_account_is_found_by_its_hash_and_none_can_be_listed(
    door: Door,
) -> None:
    await door.lets_in("wang", "openid-w")
    account = keyed_hashes("login", f"wechat {door.wechat.app_id} openid-w")[0]
    as_api = await asyncpg.connect(door.api_url)
    find = "SELECT account, street_id, person_id::text FROM mb_find_login($1)"
    assert [tuple(row) for row in await as_api.fetch(find, [account])] == [
        (account, TIANQIAO, id_of("wang"))
    ]
    assert await as_api.fetch(find, [bytes(32)]) == []
    assert await as_api.fetch(find, []) == []
    count = "SELECT count(*) FROM login"
    assert await as_api.fetchval(count) == 0
    for street_id, seen in ((TIANQIAO, 1), (NEIGHBOUR, 0)):
        async with as_api.transaction():
            await as_api.execute(f"SELECT mb_enter({street_id}, {street_id})")
            assert await as_api.fetchval(count) == seen
    await as_api.close()


async def test_below_the_api_a_street_binds_nobody_of_another(door: Door) -> None:
    await door.lets_in("wang", "openid-w")
    as_api = await asyncpg.connect(door.api_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with as_api.transaction():
            await as_api.execute(f"SELECT mb_enter({NEIGHBOUR}, {NEIGHBOUR})")
            await as_api.execute("INSERT INTO login VALUES ('x', $1, $2)", TIANQIAO, id_of("wang"))
    async with as_api.transaction():
        await as_api.execute(f"SELECT mb_enter({NEIGHBOUR}, {NEIGHBOUR})")
        for statement in ("UPDATE login SET person_id = uuidv7()", "DELETE FROM login"):
            assert (await as_api.execute(statement)).endswith(" 0")
    await as_api.close()


async def test_one_account_of_two_programs_is_two_accounts(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.lets_in("wang", "openid-w")
    door.wechat.app_id = "wx-another-program"
    monkeypatch.setenv("MAPLEBRIDGE_WECHAT_APP_ID", door.wechat.app_id)
    settings.cache_clear()
    assert outcome(await door.by_wechat("openid-w")) == "422 first_login"


async def test_an_account_outlives_a_change_of_the_personal_data_key(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.lets_in("wang", "openid-w")
    name = f"wechat {door.wechat.app_id} openid-w"
    [old] = keyed_hashes("login", name)
    monkeypatch.setenv("MAPLEBRIDGE_PERSONAL_DATA_KEY", f"{NEW_KEY}, {OLD_KEY}")
    settings.cache_clear()
    new, older = keyed_hashes("login", name)
    assert (older, new != old) == (old, True)
    assert await door.street.asks("SELECT account FROM login") == old
    for _ in range(2):
        assert (await door.by_wechat("openid-w")).json()["person_id"] == id_of("wang")
        assert await door.street.asks("SELECT account FROM login") == new
    monkeypatch.setenv("MAPLEBRIDGE_PERSONAL_DATA_KEY", NEW_KEY)
    settings.cache_clear()
    assert outcome(await door.by_wechat("openid-w")) == "201"


def test_hashes_of_one_word_differ_by_purpose_and_key() -> None:
    [login], [other] = keyed_hashes("login", "x"), keyed_hashes("binding code", "x")
    assert login != other
    assert len(login) == 32


async def test_the_street_ends_a_persons_logins_and_sessions(door: Door) -> None:
    sessions = [await door.lets_in("wang", openid) for openid in ("one", "two")]
    of_chen = await door.lets_in("chen")
    left_over = await door.code_for("wang")
    await door.street.new_events()
    place = f"/people/{id_of('wang')}/logins"
    assert outcome(await door.street.stranger.asks("DELETE", place)) == "404 not_found"
    ended = await door.street.clerk_li.asks("DELETE", place)
    assert ended.json() == {"logins": 2, "sessions": 2}
    assert await door.street.new_events() == ["login.ended"]
    for openid in ("one", "two"):
        assert outcome(await door.by_wechat(openid)) == "422 first_login"
    for session in sessions:
        answer = await door.refreshes(session["refresh_token"])
        assert outcome(answer) == "401 refresh_token_wrong"
    again = await door.by_wechat("one", street_id=TIANQIAO, binding_code=left_over)
    assert outcome(again) == "403 binding_code_wrong"
    assert outcome(await door.refreshes(of_chen["refresh_token"])) == "200"
    nobody = f"/people/{new_id()}/logins"
    assert outcome(await door.street.clerk_li.asks("DELETE", nobody)) == "404 not_found"


async def test_an_account_that_was_ended_can_be_bound_to_another_person(door: Door) -> None:
    await door.lets_in("wang", "openid")
    await door.street.clerk_li.asks("DELETE", f"/people/{id_of('wang')}/logins")
    assert (await door.lets_in("chen", "openid"))["person_id"] == id_of("chen")


async def test_who_logs_in_or_binds_while_the_logins_are_ended_is_out_afterwards(
    door: Door,
) -> None:
    """Whoever comes first: nothing is left that would go on."""
    await door.lets_in("wang", "openid-w")
    place = f"/people/{id_of('wang')}/logins"
    for n in range(10):
        first = {"street_id": TIANQIAO, "binding_code": await door.code_for("wang")}
        await gather(
            door.by_wechat("openid-w"),
            door.by_wechat(f"new phone {n}", **first),
            door.street.clerk_li.asks("DELETE", place),
        )
        acting = await door.street.asks("SELECT count(*) FROM session WHERE revoked_at IS NULL")
        assert (acting, await door.street.asks("SELECT count(*) FROM login")) == (0, 0)
        await door.lets_in("wang", "openid-w")
