"""The sandbox: a clock that moves forward only, and a way to act for a person that is closed elsewhere."""

import json
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from maplebridge_api.jobs import hand_out_runs
from maplebridge_api.platform import sandbox
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.identity import token_key
from maplebridge_api.settings import Settings, settings
from maplebridge_domain.authority import Right
from tests.api.evaluations.test_run import request
from tests.conftest import Databases
from tests.world import NOW, Tianqiao, dispute, id_of, open_street, outcome


def statement_key(kid: str) -> str:
    return json.dumps(OKPKey.generate_key("Ed25519", {"kid": kid}).as_dict(private=True))


LATER = "2026-11-03T09:00:00+08:00"


async def test_the_clock_moves_forward_and_business_follows_it(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.clerk_li.puts("/sandbox/clock", {"now": LATER})
    assert answer.json() == {"now": LATER}
    made = await tianqiao.clerk_li.makes("/disputes", dispute())
    assert made["reported_at"] == LATER
    assert await tianqiao.asks("SELECT time FROM event ORDER BY no DESC LIMIT 1") == (
        datetime.fromisoformat(LATER)
    )


async def test_the_clock_never_goes_back(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.puts("/sandbox/clock", {"now": LATER})
    back = await tianqiao.clerk_li.puts("/sandbox/clock", {"now": NOW.isoformat()})
    assert outcome(back) == "409 clock_moves_forward"
    assert clock.now() == datetime.fromisoformat(LATER)
    assert (await tianqiao.clerk_li.puts("/sandbox/clock", {"now": LATER})).status_code == 200


async def test_the_clock_is_moved_with_the_right_to(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.system("clerk_li", rights=set(Right) - {Right.CLOCK_MOVE})
    answer = await clerk.puts("/sandbox/clock", {"now": LATER})
    assert outcome(answer) == "403 right_missing"
    assert clock.now() == NOW


async def test_a_process_that_is_started_again_finds_the_clock_where_it_stood(
    tianqiao: Tianqiao,
) -> None:
    await tianqiao.clerk_li.puts("/sandbox/clock", {"now": LATER})
    clock.set_to = None
    await sandbox.resume(tianqiao.app.state.database)
    assert clock.now() == datetime.fromisoformat(LATER)


class Queue:
    """Takes what is put in the queue, and forgets it."""

    async def enqueue_job(self, *_: object, **__: object) -> None:
        """Take a job."""


async def test_what_the_job_worker_tells_bears_the_test_clocks_time(tianqiao: Tianqiao) -> None:
    """It is a process of its own, whose clock nobody has set."""
    clerk = tianqiao.clerk_li
    await clerk.makes("/evaluation-runs", request())
    place = f"/evaluation-runs/{id_of('run')}"
    await tianqiao.worker.puts(f"{place}/claim", {"worker": "one", "lease_seconds": 30})
    lost = "UPDATE evaluation_run SET attempt = 5, lease_until = lease_until - interval '1 hour'"
    await tianqiao.asks(lost)
    await clerk.puts("/sandbox/clock", {"now": LATER})
    clock.set_to = None
    await hand_out_runs({"database": tianqiao.app.state.database, "redis": Queue()})
    assert await tianqiao.asks("SELECT type FROM event ORDER BY no DESC LIMIT 1") == (
        "evaluation_run.failed"
    )
    assert await tianqiao.asks("SELECT time FROM event ORDER BY no DESC LIMIT 1") == (
        datetime.fromisoformat(LATER)
    )


@pytest.fixture
async def in_earnest(
    databases: Databases, database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tianqiao]:
    """Open the small street as an operator would run it, outside the sandbox."""
    monkeypatch.setenv("MAPLEBRIDGE_SANDBOX", "false")
    monkeypatch.setenv("MAPLEBRIDGE_STATEMENT_KEY", statement_key("street"))
    settings.cache_clear()
    try:
        owner, api = databases.url(database), databases.url(database, "mb_api")
        async with open_street(owner, api) as street:
            yield street
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_in_earnest_there_is_no_clock_to_move(in_earnest: Tianqiao) -> None:
    headers = {"Authorization": f"Bearer {in_earnest.clerk_li.token}"}
    answer = await in_earnest.http.put("/v1/sandbox/clock", json={"now": LATER}, headers=headers)
    assert outcome(answer) == "404 not_found"
    assert clock.now() == NOW


async def test_a_sandboxs_token_is_good_in_no_real_installation(in_earnest: Tianqiao) -> None:
    """Not even where both have one key."""
    ours = in_earnest.clerk_li.token
    claims = jwt.decode(ours, token_key(), algorithms=["EdDSA"]).claims
    of_sandbox = claims | {"iss": "maplebridge-sandbox"}
    forged = jwt.encode({"alg": "EdDSA"}, of_sandbox, token_key(), algorithms=["EdDSA"])
    for token, status in ((ours, 200), (forged, 401)):
        headers = {"Authorization": f"Bearer {token}"}
        answer = await in_earnest.http.get("/v1/grids", headers=headers)
        assert answer.status_code == status


async def test_a_sandbox_says_in_its_tokens_that_it_is_one(tianqiao: Tianqiao) -> None:
    claims = jwt.decode(tianqiao.clerk_li.token, token_key(), algorithms=["EdDSA"]).claims
    assert claims["iss"] == "maplebridge-sandbox"


async def test_in_earnest_no_client_acts_for_a_person(in_earnest: Tianqiao) -> None:
    form = {"grant_type": "client_credentials", "client_id": "clerk_li", "client_secret": "li's"}
    assert (await in_earnest.http.post("/oauth/token", data=form)).status_code == 200
    form |= {"act_as": id_of("wang in huayuan branch")}
    answer = await in_earnest.http.post("/oauth/token", data=form)
    assert outcome(answer) == "403 right_missing"


@pytest.mark.parametrize(("sandbox", "kid"), [("true", "street"), ("false", "test-1")])
def test_a_sandbox_does_not_sign_with_a_streets_key_nor_a_street_with_a_sandboxs(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, kid: str
) -> None:
    monkeypatch.setenv("MAPLEBRIDGE_SANDBOX", sandbox)
    monkeypatch.setenv("MAPLEBRIDGE_STATEMENT_KEY", statement_key(kid))
    with pytest.raises(ValidationError, match="begins with `test-`") as refused:
        Settings()
    assert '"d"' not in str(refused.value)  # the private half
