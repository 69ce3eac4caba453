"""Who guesses at codes and refresh tokens: not listened to for a while, and told nothing."""

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from tests.api.sessions.door import Door
from tests.conftest import Valkey
from tests.world import TIANQIAO, outcome

LOCKED = "429 too_many_attempts"
CODE_WRONG = ["403 binding_code_wrong"] * 3
TOKEN_WRONG = ["401 refresh_token_wrong"] * 3


@pytest.fixture(autouse=True)
def limits(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three be wrong; before the door is opened."""
    monkeypatch.setenv("MAPLEBRIDGE_LOGIN_FAILURES", "3")


Tries = Callable[[Door, str, str], Coroutine[Any, Any, httpx.Response]]


async def by_wechat(door: Door, user: str, code: str) -> httpx.Response:
    return await door.by_wechat(user, street_id=TIANQIAO, binding_code=code)


async def by_oidc(door: Door, user: str, code: str) -> httpx.Response:
    return await door.by_oidc(door.oidc.token(user), street_id=TIANQIAO, binding_code=code)


def almost(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


@pytest.mark.parametrize("tries", [by_wechat, by_oidc])
async def test_of_a_code_guessed_at_by_many_accounts_not_even_the_right_one_is_looked_at(
    door: Door, tries: Tries
) -> None:
    good = await door.code_for("wang")
    answers = [await tries(door, f"guesser-{n}", almost(good)) for n in range(4)]
    assert [outcome(answer) for answer in answers] == [*CODE_WRONG, LOCKED]
    refused = await tries(door, "wang", good)
    assert outcome(refused) == LOCKED
    assert refused.headers["Retry-After"] == "900"
    assert await door.street.asks("SELECT wrong_tries FROM binding_code") == 3


async def test_a_code_that_was_never_issued_is_locked_like_one_that_was(door: Door) -> None:
    good = await door.code_for("wang")
    issued = [await by_wechat(door, f"one-{n}", almost(good)) for n in range(5)]
    never = [await by_wechat(door, f"two-{n}", "00000-00000") for n in range(5)]
    assert [(one.status_code, one.json()) for one in issued] == [
        (one.status_code, one.json()) for one in never
    ]


async def test_a_host_apps_other_users_are_not_locked_out(door: Door) -> None:
    """All of them come from the address of the host app."""
    missed, good = await door.code_for("wang"), await door.code_for("chen")
    for n in range(4):
        await by_oidc(door, f"guesser-{n}", almost(missed))
    assert outcome(await by_oidc(door, "chen", good)) == "201"
    assert outcome(await door.by_oidc(door.oidc.token("chen"))) == "201"


async def test_a_locked_code_is_good_from_elsewhere(door: Door) -> None:
    good = await door.code_for("wang")
    for n in range(4):
        await by_wechat(door, f"guesser-{n}", almost(good))
    transport = httpx.ASGITransport(door.street.app, client=("203.0.113.8", 1))
    body = {"code": door.wechat.code_of("w"), "street_id": TIANQIAO, "binding_code": good}
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        assert outcome(await http.post("/v1/sessions/wechat", json=body)) == "201"


async def test_who_guesses_at_a_sessions_tokens_is_locked_out_of_it(door: Door) -> None:
    good = (await door.lets_in("wang"))["refresh_token"]
    other = (await door.lets_in("chen"))["refresh_token"]
    street, session, *_ = good.split(".")
    guess = f"{street}.{session}.{'x' * 22}.{'y' * 22}"
    answers = [await door.refreshes(guess) for _ in range(4)]
    assert [outcome(answer) for answer in answers] == [*TOKEN_WRONG, LOCKED]
    refused = await door.refreshes(good)
    assert outcome(refused) == LOCKED
    assert refused.headers["Retry-After"] == "900"
    assert outcome(await door.refreshes(other)) == "200"


async def test_a_session_that_never_was_is_locked_like_one_that_is(door: Door) -> None:
    street, session, *_ = (await door.lets_in("wang"))["refresh_token"].split(".")
    told = []
    for id_ in (session, "0" * 32):
        guess = f"{street}.{id_}.{'x' * 22}.{'y' * 22}"
        answers = [await door.refreshes(guess) for _ in range(5)]
        told.append([(answer.status_code, answer.json()) for answer in answers])
    assert told[0] == told[1]


async def test_what_is_no_token_at_all_is_limited_too_and_locks_nobody_out(door: Door) -> None:
    good = (await door.lets_in("wang"))["refresh_token"]
    answers = [await door.refreshes(f"guess-{n}") for n in range(4)]
    assert [outcome(answer) for answer in answers] == [*TOKEN_WRONG, LOCKED]
    assert outcome(await door.refreshes(good)) == "200"


async def test_a_right_token_in_time_forgives_the_wrong_ones(door: Door) -> None:
    token = (await door.lets_in("wang"))["refresh_token"]
    street, session, *_ = token.split(".")
    for _ in range(3):
        for _ in range(2):
            guess = f"{street}.{session}.{'x' * 22}.{'y' * 22}"
            assert outcome(await door.refreshes(guess)) == "401 refresh_token_wrong"
        token = (await door.refreshes(token)).json()["refresh_token"]


async def test_without_valkey_the_database_still_counts(door: Door, valkey: Valkey) -> None:
    valkey.stop()
    good = await door.code_for("wang")
    answers = [await by_wechat(door, "one", almost(good)) for _ in range(6)]
    assert {outcome(answer) for answer in answers[:5]} == {"403 binding_code_wrong"}
    assert outcome(answers[5]) == "429 login_locked"
