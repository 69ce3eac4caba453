"""Who tries secrets: not listened to for a while, and none the wiser about which names there are."""

import statistics
import time
from typing import Any

import httpx
import pytest

from maplebridge_api.settings import settings
from tests.conftest import Valkey
from tests.world import Tianqiao, outcome

FORM = {"grant_type": "client_credentials", "client_id": "clerk_li", "client_secret": "li's"}


async def tries(tianqiao: Tianqiao, address: str = "203.0.113.7", **form: str) -> httpx.Response:
    transport = httpx.ASGITransport(tianqiao.app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        return await http.post("/oauth/token", data=FORM | form)


@pytest.fixture(autouse=True)
def limits(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPLEBRIDGE_LOGIN_FAILURES", "3")
    settings.cache_clear()


WRONG = ["401 invalid_client"] * 3 + ["429 too_many_attempts"] * 2


async def test_after_too_many_wrong_secrets_even_the_right_one_is_not_looked_at(
    tianqiao: Tianqiao,
) -> None:
    answers = [await tries(tianqiao, client_secret="x") for _ in range(5)]
    assert [outcome(answer) for answer in answers] == WRONG
    refused = await tries(tianqiao)
    assert outcome(refused) == "429 too_many_attempts"
    assert int(refused.headers["retry-after"]) == 900


async def test_a_name_that_is_unknown_is_answered_and_locked_out_like_a_known_one(
    tianqiao: Tianqiao,
) -> None:
    def told(answer: httpx.Response) -> Any:
        return answer.status_code, answer.json(), sorted(answer.headers)

    known = [told(await tries(tianqiao, client_secret="x")) for _ in range(5)]
    unknown = [told(await tries(tianqiao, client_id="nobody", client_secret="x")) for _ in range(5)]
    assert known == unknown


async def test_http_basic_and_the_form_are_one_lock_by_the_clients_name(tianqiao: Tianqiao) -> None:
    """Neither the way of sending it nor its spelling gives a client's name more tries."""

    async def by_basic(name: str, secret: str) -> httpx.Response:
        grant = {"grant_type": "client_credentials"}
        return await tianqiao.http.post("/oauth/token", data=grant, auth=(name, secret))

    async def by_form(secret: str) -> httpx.Response:
        return await tianqiao.http.post("/oauth/token", data=FORM | {"client_secret": secret})

    answers = [
        await by_basic("clerk_li", "x"),
        await by_basic("clerk%5Fli", "x"),
        await by_form("x"),
        await by_basic("clerk_li", "li's"),
        await by_form("li's"),
    ]
    assert [outcome(answer) for answer in answers] == WRONG
    assert answers[3].headers["Retry-After"] == "900"


async def test_others_are_not_locked_out(tianqiao: Tianqiao) -> None:
    for _ in range(5):
        await tries(tianqiao, client_secret="x")
    assert (await tries(tianqiao, "203.0.113.8")).status_code == 200  # the same name elsewhere
    other = {"client_id": "clerk_zheng", "client_secret": "zheng's"}
    assert (await tries(tianqiao, **other)).status_code == 200  # another name from there


async def test_a_right_secret_in_time_forgives_the_wrong_ones(tianqiao: Tianqiao) -> None:
    for _ in range(3):
        for _ in range(2):
            assert outcome(await tries(tianqiao, client_secret="x")) == "401 invalid_client"
        assert (await tries(tianqiao)).status_code == 200


async def test_a_lockout_ends_after_a_quarter_of_an_hour(
    valkey: Valkey, tianqiao: Tianqiao
) -> None:
    for _ in range(3):
        await tries(tianqiao, client_secret="x")
    storage = tianqiao.app.state.counters._storage
    [key] = [key async for key in storage.bridge.storage.scan_iter("*LOCKOUT*")]
    assert 800 < await storage.bridge.storage.ttl(key) <= 900
    await storage.bridge.storage.delete(key)  # as its time would
    assert (await tries(tianqiao)).status_code == 200


async def test_without_valkey_the_right_secret_still_opens_and_the_wrong_one_does_not(
    valkey: Valkey, tianqiao: Tianqiao
) -> None:
    valkey.stop()
    for _ in range(5):
        assert outcome(await tries(tianqiao, client_secret="x")) == "401 invalid_client"
    assert (await tries(tianqiao)).status_code == 200


async def test_a_wrong_secret_takes_as_long_for_an_unknown_name(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements and comparisons; the clock can only show a gross difference."""
    monkeypatch.setenv("MAPLEBRIDGE_LOGIN_FAILURES", "1000")
    settings.cache_clear()

    async def milliseconds(name: str) -> float:
        begun = time.perf_counter()
        await tries(tianqiao, client_id=name, client_secret="x")
        return (time.perf_counter() - begun) * 1000

    await milliseconds("warm")
    pairs = [(await milliseconds("clerk_li"), await milliseconds("nobody")) for _ in range(60)]
    known, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
    assert 0.6 < known / unknown < 1.6
