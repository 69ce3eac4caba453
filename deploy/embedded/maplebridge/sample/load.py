"""Send a sample street to the API as any client would, repeatable: first its ledgers as spreadsheets."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from maplebridge.sample.client import Refused, ok, together
from maplebridge.sample.sheets import leave_sheets
from maplebridge.sample.world import World
from maplebridge.trouble import Trouble
from maplebridge_domain.importing import ImportState

BATCH_MAX = 250
ATTEMPTS_MAX = 5
#: Both say when: the service is away for a moment, or the client has sent as much as it may.
AGAIN = (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS)
IN_FLIGHT_MAX = 4
IMPORT_SECONDS_MAX = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Body = Mapping[str, Any]
Advance = Callable[[int], None]


def count(world: World) -> int:
    """How many things `load` will report as sent, the rows of its sheets among them."""
    filled = {appointment["post_id"] for appointment in world.appointments}
    lists = (
        *(world.grids, world.households, world.organisations, world.people, world.appointments),
        [post for post in world.posts if post["id"] not in filled],
        *(world.contracts, world.committees, world.committees, world.cross_appointments),
        world.meetings,
        *(world.attendance, world.tasks, world.completions, world.ballots, world.disputes),
        *(world.steps, world.records),
    )
    return sum(map(len, lists)) + 2  # the street and its rubric


async def load(client: httpx.AsyncClient, world: World, folder: Path, advance: Advance) -> None:
    """Send the street. Sent twice, the second time changes nothing: every call carries its key.

    Its spreadsheets are left in `folder`, for whoever wants to look at what a clerk would hand in.

    Raises:
        Trouble: another street of this code is there; or the API refused a call, and what was sent
            before it stays.
    """
    sender = Sender(client, world.seed, advance)
    await _street(sender, world)
    await together((_ledgers(sender, world, folder), sender.one("rubrics", world.rubric)))
    await together(
        sender.story("committee-terms", term, [("filing", filing)])
        for term, filing in world.committees
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


async def _ledgers(sender: "Sender", world: World, folder: Path) -> None:
    """Hand in the street's ledgers as a clerk would: by spreadsheets.

    One after the other, without waiting: a street's imports are worked on in the order in which they came.

    Raises:
        Trouble: a sheet was refused; says the first of what is to be mended.
    """
    places = []
    for shape, content in leave_sheets(world, folder).items():
        path = f"imports?street_id={world.street['street_id']}&shape={shape}"
        places.append((shape, f"imports/{await sender.file(path, content)}"))
    for shape, place in places:
        run = await sender.ended(place)
        if run["state"] != ImportState.APPLIED:
            faults = await sender.get(f"{place}/faults")
            raise Trouble(f"{shape}.xlsx was {run['state']}: {faults['items'][:3]}")


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

    async def file(self, path: str, content: bytes) -> str:
        """Hand a workbook in; return the id of its import."""
        response = await self._send("POST", path, {}, key=path, content=content, things=0)
        return str(response.json()["id"])

    async def ended(self, place: str) -> Any:
        """Wait until an import has ended, telling how far it is; return what came of it.

        Raises:
            Trouble: it takes too long.
        """
        told = 0
        for _ in range(IMPORT_SECONDS_MAX * 5):
            run = await self.get(place)
            self._advance(run["rows_read"] - told)
            told = run["rows_read"]
            if run["ended_at"]:
                return run
            await asyncio.sleep(0.2)
        raise Trouble(f"{place} has not ended after {IMPORT_SECONDS_MAX} s: do the jobs run?")

    async def get(self, path: str) -> Any:
        """Read something."""
        return ok(await self._client.get(f"/v1/{path}")).json()

    async def many(self, name: str, bodies: Sequence[Body]) -> None:
        """Create things of a collection in batches."""
        await together(
            self._batch(f"{name}/batch", f"{name}/{start}", bodies[start : start + BATCH_MAX])
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
        content: bytes | None = None,
        things: int = 1,
        etag: str | None = None,
    ) -> httpx.Response:
        name = key or f"{path}/{body.get('id', '')}"
        headers = {"Idempotency-Key": f"sample/{self._seed}/{name}"}
        if etag:
            headers["If-Match"] = etag
        if content is not None:
            headers["Content-Type"] = XLSX
        async with self._in_flight:
            for _ in range(ATTEMPTS_MAX):
                response = await self._client.request(
                    method, f"/v1/{path}", json=body, content=content, headers=headers
                )
                if response.status_code not in AGAIN:
                    break
                # The key makes the repetition safe, whether the first was written or not.
                await asyncio.sleep(float(response.headers.get("Retry-After", "1")))
        self._advance(things)
        return ok(response)
