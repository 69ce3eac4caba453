"""Send a sample street to the API as any client would: parents first, in batches, repeatable."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx

from maplebridge.sample.bodies import Organisation
from maplebridge.sample.client import Refused, ok, together
from maplebridge.sample.world import World
from maplebridge.trouble import Trouble

BATCH_MAX = 250
ATTEMPTS_MAX = 5
#: Both say when: the service is away for a moment, or the client has sent as much as it may.
AGAIN = (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS)
IN_FLIGHT_MAX = 4
LEVELS = ("community", "quarter", "lane", "unit")

Body = Mapping[str, Any]
Advance = Callable[[int], None]


def count(world: World) -> int:
    """How many things `load` will report as sent."""
    lists = (
        *(world.grids, world.households, world.organisations, world.posts, world.people),
        *(world.contracts, world.appointments, world.cross_appointments, world.meetings),
        *(world.attendance, world.tasks, world.completions, world.ballots, world.disputes),
        *(world.steps, world.records),
    )
    return sum(map(len, lists)) + 2  # the street and its rubric


async def load(client: httpx.AsyncClient, world: World, advance: Advance) -> None:
    """Send the street. Sent twice, the second time changes nothing: every call carries its key.

    Raises:
        Trouble: another street of this code is there; or the API refused a call, and what was sent
            before it stays.
    """
    sender = Sender(client, world.seed, advance)
    await _street(sender, world)
    for level in LEVELS:
        await sender.many(f"grids/{level}", [g for g in world.grids if g["level"] == level])
    await together(
        (
            sender.many("households", world.households),
            sender.many("people", world.people),
            _organisations(sender, world.organisations),
            sender.one("rubrics", world.rubric),
        )
    )
    await sender.many("posts", world.posts)
    await together(
        (
            sender.many("service-contracts", world.contracts),
            sender.many("appointments", world.appointments),
        )
    )
    await sender.many("cross-appointments", world.cross_appointments)
    await sender.many("records", world.records)
    await together((_meetings(sender, world), _disputes(sender, world)))


async def _street(sender: "Sender", world: World) -> None:
    try:
        await sender.one("streets", world.street)
    except Refused as refused:
        if refused.code != "id_taken":
            raise
        raise Trouble(
            f"A street {world.street['street_id']} is there already that is not of seed "
            f"{world.seed}: give the --seed that was loaded, or load this one into another data "
            "folder (the --data of `up` and of `sample`)."
        ) from refused


async def _organisations(sender: "Sender", organisations: Sequence[Organisation]) -> None:
    """Send each after those that it answers to."""
    sent: set[str | None] = {None}
    rest, wave = organisations, 0
    while rest:
        ready = [o for o in rest if {o["parent_id"], o["community_party_org_id"]} <= sent]
        await sender.many(f"organisations/{wave}", ready)
        sent |= {o["id"] for o in ready}
        rest, wave = [o for o in rest if o["id"] not in sent], wave + 1


async def _meetings(sender: "Sender", world: World) -> None:
    await sender.many("meetings", world.meetings)
    await together(
        sender.put(f"meetings/{a['meeting_id']}/attendance", {"items": a["items"]})
        for a in world.attendance
    )
    done = {c["task_id"]: [("completion", {"done_at": c["done_at"]})] for c in world.completions}
    await together(
        (
            sender.many("ballots", world.ballots),
            *(sender.story("tasks", task, done.get(task["id"], [])) for task in world.tasks),
        )
    )


async def _disputes(sender: "Sender", world: World) -> None:
    steps: dict[str, list[tuple[str, Body]]] = defaultdict(list)
    for step in world.steps:
        body = {name: value for name, value in step.items() if name != "dispute_id"}
        steps[step["dispute_id"]].append(("steps", body))
    await together(sender.story("disputes", d, steps[d["id"]]) for d in world.disputes)


class Sender:
    """Sends bodies, a few at a time, each with a key that the seed always gives to it."""

    def __init__(self, client: httpx.AsyncClient, seed: int, advance: Advance) -> None:
        self._client = client
        self._seed = seed
        self._advance = advance
        self._in_flight = asyncio.Semaphore(IN_FLIGHT_MAX)

    async def one(self, collection: str, body: Body) -> None:
        """Create one thing."""
        await self._send("POST", collection, body)

    async def put(self, path: str, body: Body) -> None:
        """Put a list in its place, whole."""
        await self._send("PUT", path, body, etag=await self._etag(path))

    async def many(self, name: str, bodies: Sequence[Body]) -> None:
        """Create things of a collection in batches; `grids/unit` is a part of `grids`."""
        collection = name.partition("/")[0]
        await together(
            self._batch(f"{collection}/batch", f"{name}/{start}", bodies[start : start + BATCH_MAX])
            for start in range(0, len(bodies), BATCH_MAX)
        )

    async def story(self, collection: str, body: Body, then: Iterable[tuple[str, Body]]) -> None:
        """Create one thing and let happen to it what happened, each from the version before."""
        response = await self._send("POST", collection, body)
        place = f"{collection}/{body['id']}"
        for number, (act, details) in enumerate(then):
            etag = response.headers.get("etag") or await self._etag(place)
            response = await self._send(
                "POST", f"{place}/{act}", details, key=f"{place}/{act}/{number}", etag=etag
            )

    async def _batch(self, path: str, key: str, bodies: Sequence[Body]) -> None:
        await self._send("POST", path, {"items": bodies}, key=key, things=len(bodies))

    async def _etag(self, place: str) -> str:
        return ok(await self._client.get(f"/v1/{place}")).headers["etag"]

    async def _send(
        self,
        method: str,
        path: str,
        body: Body,
        *,
        key: str | None = None,
        things: int = 1,
        etag: str | None = None,
    ) -> httpx.Response:
        name = key or f"{path}/{body.get('id', '')}"
        headers = {"Idempotency-Key": f"sample/{self._seed}/{name}"}
        if etag:
            headers["If-Match"] = etag
        async with self._in_flight:
            for _ in range(ATTEMPTS_MAX):
                response = await self._client.request(
                    method, f"/v1/{path}", json=body, headers=headers
                )
                if response.status_code not in AGAIN:
                    break
                # The key makes the repetition safe, whether the first was written or not.
                await asyncio.sleep(float(response.headers.get("Retry-After", "1")))
        self._advance(things)
        return ok(response)
