"""How many requests are let through: by caller, by class of route, over all processes together."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest

from maplebridge_api.platform import counting
from maplebridge_api.platform import rates as module
from maplebridge_api.platform.openapi import routes_of
from maplebridge_api.platform.rates import WINDOW_SECONDS, RateClass
from maplebridge_api.settings import settings
from tests.conftest import Databases, Valkey
from tests.world import TIANQIAO, Actor, Tianqiao, dispute, id_of, open_street, outcome

DISPUTE = f"/disputes/{id_of('flooded kitchen')}"
LIMITED = "429 too_many_requests"
TIMEOUT_SECONDS = counting.TIMEOUT_SECONDS
PEOPLE = {"items": [{"street_id": TIANQIAO, "name": "某人"}]}


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Let the clock of the limits stand in the middle of a minute; a test may move it."""
    now = [datetime(2026, 11, 2, 1, 0, 30, tzinfo=UTC)]
    monkeypatch.setattr(module, "wall", lambda: now[0])
    return now


@pytest.fixture
def limits(valkey: Valkey, minute: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set limits that a test can reach; before the street is opened."""
    for name in ("login", "read", "write", "heavy", "system_read", "system_write"):
        monkeypatch.setenv(f"MAPLEBRIDGE_RATE_{name.upper()}", "5")
    monkeypatch.setenv("MAPLEBRIDGE_RATE_SYSTEM_HEAVY", "2")
    settings.cache_clear()


@pytest.fixture
def impatient(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for Valkey no longer than a real request does."""
    monkeypatch.setattr(counting, "TIMEOUT_SECONDS", TIMEOUT_SECONDS)


async def until_refused(ask: Callable[[], Any]) -> tuple[int, httpx.Response]:
    """Ask until it is refused; say how often it was not."""
    for count in range(500):
        answer: httpx.Response = await ask()
        if answer.status_code == 429:
            return count, answer
    raise AssertionError("never refused")


async def test_a_system_is_refused_when_it_has_sent_as_many_as_it_may(
    limits: None, tianqiao: Tianqiao
) -> None:
    count, refused = await until_refused(lambda: tianqiao.clerk_li.gets(DISPUTE))
    assert (count, outcome(refused)) == (5, LIMITED)
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["ratelimit-policy"] == '"read";q=5;w=60'
    assert refused.headers["ratelimit"] == '"read";r=0;t=30'
    assert refused.headers["content-type"] == "application/problem+json"


async def test_every_answer_tells_what_is_left(limits: None, tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    left = []
    for path in (DISPUTE, "/grids", f"/disputes/{id_of('nobody')}", DISPUTE, DISPUTE):
        answer = await clerk.gets(path)
        left.append(answer.headers["ratelimit"])
    assert left == [f'"read";r={r};t=30' for r in (4, 3, 2, 1, 0)]


async def test_classes_are_counted_apart(limits: None, tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    counts = {
        "read": (await until_refused(lambda: clerk.gets("/grids")))[0],
        "write": (await until_refused(lambda: clerk.posts("/disputes", dispute())))[0],
        "heavy": (await until_refused(lambda: clerk.posts("/people/batch", PEOPLE)))[0],
    }
    assert counts == {"read": 5, "write": 5, "heavy": 2}


async def test_callers_are_counted_apart_and_a_person_by_who_they_are(
    limits: None, tianqiao: Tianqiao
) -> None:
    """Whatever client a person comes through, and in whatever capacity."""
    wang, again = tianqiao.logged_in("wang"), await tianqiao.in_office("wang in huayuan branch")
    assert (await until_refused(lambda: wang.gets("/grids")))[0] == 5
    assert outcome(await again.gets("/grids")) == LIMITED
    assert (await tianqiao.logged_in("chen").gets("/grids")).status_code == 200
    assert (await tianqiao.clerk_zheng.gets("/grids")).status_code == 200


async def test_a_new_minute_begins_anew(
    limits: None, tianqiao: Tianqiao, minute: list[datetime]
) -> None:
    await until_refused(lambda: tianqiao.clerk_li.gets("/grids"))
    minute[0] = minute[0].replace(minute=1, second=0)
    assert (await until_refused(lambda: tianqiao.clerk_li.gets("/grids")))[0] == 5


@asynccontextmanager
async def another_process(databases: Databases, database: str) -> AsyncIterator[Tianqiao]:
    """Serve the same street by a second application, as a second process would."""
    async with open_street(databases.url(database), databases.url(database, "mb_api")) as street:
        yield street


@pytest.mark.parametrize("quota", [40, 1000])
async def test_processes_share_one_count(
    valkey: Valkey,
    minute: list[datetime],
    databases: Databases,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    quota: int,
) -> None:
    """Together they let pass no more than one would, and no fewer but for what lies in a lot."""
    monkeypatch.setenv("MAPLEBRIDGE_RATE_SYSTEM_READ", str(quota))
    settings.cache_clear()
    async with (
        another_process(databases, database) as one,
        another_process(databases, database) as two,
    ):
        for street in (one, two):
            for _ in range(quota // 4):
                assert (await street.clerk_li.gets("/streets")).status_code == 200
        let_pass = quota // 4 * 2
        for street in (one, two):
            let_pass += (await until_refused(partial(street.clerk_li.gets, "/streets")))[0]
        assert let_pass == quota


async def test_at_once_no_more_pass_than_one_after_the_other(
    limits: None, tianqiao: Tianqiao
) -> None:
    answers = await asyncio.gather(*(tianqiao.clerk_li.gets("/streets") for _ in range(30)))
    assert sorted({outcome(answer) for answer in answers}) == ["200", LIMITED]
    assert [answer.status_code for answer in answers].count(200) == 5


async def test_who_sends_much_is_hardly_ever_counted_in_valkey(
    valkey: Valkey, minute: list[datetime], tianqiao: Tianqiao
) -> None:
    trips = 0
    ask = tianqiao.app.state.counters.ask

    async def counted(question: Any) -> Any:
        nonlocal trips
        trips += 1
        return await ask(question)

    tianqiao.app.state.counters.ask = counted
    for _ in range(1000):
        await tianqiao.http.get(
            f"/v1{DISPUTE}", headers={"Authorization": f"Bearer {tianqiao.clerk_li.token}"}
        )
    assert 0 < trips <= 10


async def test_a_refused_caller_asks_valkey_no_more(limits: None, tianqiao: Tianqiao) -> None:
    await until_refused(lambda: tianqiao.clerk_li.gets("/grids"))
    tianqiao.app.state.counters.ask = None
    assert outcome(await tianqiao.clerk_li.gets("/grids")) == LIMITED


async def test_without_valkey_requests_pass_and_that_is_logged_once_a_minute(
    limits: None,
    valkey: Valkey,
    tianqiao: Tianqiao,
    minute: list[datetime],
    capsys: pytest.CaptureFixture[str],
) -> None:
    await until_refused(lambda: tianqiao.clerk_li.gets("/grids"))
    minute[0] = minute[0].replace(minute=1)
    valkey.stop()
    capsys.readouterr()
    for _ in range(20):
        assert (await tianqiao.clerk_li.gets("/grids")).status_code == 200
    assert capsys.readouterr().out.count("nothing_is_limited") == 1

    await valkey.start()
    tianqiao.app.state.counters._try_at = 0.1  # as after five seconds
    assert (await until_refused(lambda: tianqiao.clerk_li.gets("/grids")))[0] == 5
    assert capsys.readouterr().out.count("nothing_is_limited") == 0


async def test_a_valkey_that_hangs_holds_up_one_request_in_five_seconds(
    limits: None, impatient: None, valkey: Valkey, tianqiao: Tianqiao
) -> None:
    await tianqiao.clerk_li.gets("/grids")
    assert valkey.process is not None
    valkey.process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    for _ in range(20):
        assert (await tianqiao.clerk_li.gets("/grids")).status_code == 200
    taken = time.monotonic() - begun
    valkey.process.send_signal(signal.SIGCONT)
    assert taken < 3


async def test_tokens_cannot_be_tried_out_without_end(limits: None, tianqiao: Tianqiao) -> None:
    stranger = Actor(tianqiao.http, "x")
    count, refused = await until_refused(lambda: stranger.gets("/grids"))
    assert (count, refused.headers["ratelimit-policy"]) == (5, '"login";q=5;w=60')
    # A good token from the same address is not held up by that.
    assert (await tianqiao.clerk_li.gets("/grids")).status_code == 200


async def test_logins_are_counted_by_address(limits: None, tianqiao: Tianqiao) -> None:
    form = {"grant_type": "client_credentials", "client_id": "clerk_li", "client_secret": "li's"}
    count, refused = await until_refused(lambda: tianqiao.http.post("/oauth/token", data=form))
    assert (count, outcome(refused)) == (5, LIMITED)
    elsewhere = httpx.ASGITransport(tianqiao.app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://api") as http:
        assert (await http.post("/oauth/token", data=form)).status_code == 200


async def test_neither_address_nor_login_reaches_valkeys_file(
    limits: None, valkey: Valkey, tianqiao: Tianqiao
) -> None:
    form = {"grant_type": "client_credentials", "client_id": "wang", "client_secret": "x"}
    await tianqiao.http.post("/oauth/token", data=form)
    kept = valkey.server.folder.valkey.rglob("*")
    text = b"".join(file.read_bytes() for file in kept if file.is_file())
    assert re.search(rb"LIMITS:LIMITER/login/[0-9a-f]{32}/", text)
    assert b"127.0.0.1" not in text
    assert b"wang" not in text


def test_every_route_has_a_class_and_only_the_operators_machines_are_not_counted(
    tianqiao: Tianqiao,
) -> None:
    for route in routes_of(tianqiao.app):
        if route.name in ("check_liveness", "check_readiness"):
            assert route.rate is None
            continue
        assert route.rate is not None, route.name
        heavy = route.path.endswith(("/batch", "/results", "/exports", "/tree")) or route.name in (
            "list_results",
            "request_import",
        )
        reads = route.methods == {"GET"}
        public = route.needs is None
        expected = RateClass.READ if reads else RateClass.LOGIN if public else RateClass.WRITE
        assert route.rate == (RateClass.HEAVY if heavy else expected), route.name


def test_the_defaults_let_the_sample_and_the_bench_through() -> None:
    """The bench sends some 2,500 reads and 1,300 writes a second as one system."""
    given = settings()
    assert given.rate_system_read >= 2_500 * WINDOW_SECONDS
    assert given.rate_system_write >= 1_300 * WINDOW_SECONDS
