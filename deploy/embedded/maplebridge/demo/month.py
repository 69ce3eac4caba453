"""What the street does with its month: evaluate it, give notice of the results, confirm them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from maplebridge.demo.report import Confirmation
from maplebridge.sample.client import ok
from maplebridge.sample.seed import Seed
from maplebridge.sample.world import World
from maplebridge.trouble import Trouble
from maplebridge_domain.evaluation import ResultKind, RunState, ServiceMethod

Json = Mapping[str, Any]

PERIOD = {"from": "2026-10-01", "until": "2026-11-01"}
MONDAY_AFTER = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
RUN_SECONDS_MAX = 90


async def set_clock(client: httpx.AsyncClient, now: datetime) -> None:
    """Move the sandbox's test clock forward."""
    ok(await client.put("/v1/sandbox/clock", json={"now": now.isoformat()}))


async def evaluate(client: httpx.AsyncClient, world: World) -> Json:
    """Request a run over the month, and wait until its results are drafted.

    Raises:
        Trouble: the run failed, or took too long.
    """
    request = {
        "id": Seed(world.seed).id("run", PERIOD["from"]),
        "street_id": world.street["street_id"],
        "period": PERIOD,
        "kinds": [kind.value for kind in ResultKind],
        "rubric_id": world.rubric["id"],
    }
    place = f"/v1/evaluation-runs/{request['id']}"
    ok(await client.post("/v1/evaluation-runs", json=request))
    async with asyncio.timeout(RUN_SECONDS_MAX):
        while True:
            run: Json = ok(await client.get(place)).json()
            if run["state"] == RunState.DRAFTED:
                return run
            if run["state"] == RunState.FAILED:
                raise Trouble(f"the evaluator gave up: {run.get('failure')}")
            await asyncio.sleep(0.2)


async def serve_notice(client: httpx.AsyncClient, run_id: str) -> Json:
    """Post the drafts on the notice boards; the notice period begins."""
    served = {
        "method": ServiceMethod.POSTED.value,
        "evidence": "天桥街街道及各小区公示栏张贴，照片存档（样例）",
        "served_at": None,
    }
    return await _act(client, run_id, "notice", served)


async def confirm(client: httpx.AsyncClient, run_id: str) -> Json:
    """Confirm the results as the person whom this client acts for: they are final and signed."""
    return await _act(client, run_id, "confirmation", {})


async def confirmed_by(client: httpx.AsyncClient, run: Json) -> Confirmation:
    """Look up who confirmed a run: results are final by a named person in office."""
    by = run["confirmed_by"]
    person = ok(await client.get(f"/v1/people/{by['person_id']}")).json()
    appointment = ok(await client.get(f"/v1/appointments/{by['capacity']}")).json()
    post = ok(await client.get(f"/v1/posts/{appointment['post_id']}")).json()
    return Confirmation(person["name"], post["name"], run["confirmed_at"])


def after_notice(run: Json) -> datetime:
    """The first hour after a run's notice period."""
    return datetime.fromisoformat(run["notice_until"]) + timedelta(hours=1)


async def listed(client: httpx.AsyncClient, path: str, **filters: str) -> AsyncIterator[Json]:
    """All items of a list, page after page."""
    page: Json = ok(await client.get(path, params={"limit": "200", **filters})).json()
    while True:
        for item in page["items"]:
            yield item
        if page["next"] is None:
            return
        page = ok(await client.get(page["next"])).json()


async def _act(client: httpx.AsyncClient, run_id: str, act: str, body: Json) -> Json:
    place = f"/v1/evaluation-runs/{run_id}"
    etag = ok(await client.get(place)).headers["etag"]
    response = await client.post(f"{place}/{act}", json=body, headers={"If-Match": etag})
    run: Json = ok(response).json()
    return run
