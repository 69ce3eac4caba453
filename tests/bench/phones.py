"""Benches over HTTP: what a phone asks of the API, beside what it asks of a reference."""

import asyncio
import json
import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from maplebridge.environment import inherited
from maplebridge.launch import launched
from maplebridge.system import MapleBridge, free_port
from maplebridge_api.platform.database import Scope
from maplebridge_api.platform.identity import LoggedIn, issue, register_client
from maplebridge_domain.authority import Right

from .data import STREET, make_disputes, make_streets
from .figures import Figure, figure

REPOSITORY = Path(__file__).parents[2]
CONNECTIONS = 16
ROUNDS = 11
ROUND_SECONDS = 1.0  # short: the machine itself grows faster and slower
WARM_UP_SECONDS = 3.0
OPEN_DOOR = "tests.bench.open_door:app"
IN_PLACE = f"{STREET}/001/%"  # below the first community
SECRET = "phone"  # of a client that lives as long as this bench


@dataclass(frozen=True)
class Bench:
    """One route: how its requests are made, what they are answered with, what we aim at."""

    name: str
    requests: Callable[[asyncpg.Connection], AsyncIterator[str]]
    status: int
    aim: float
    reference: str = "tests.bench.reference:app"
    person: bool = False  # asked by a community's secretary, not by a system


async def list_requests(database: asyncpg.Connection) -> AsyncIterator[str]:
    for row in await database.fetch(
        "SELECT quarter_id FROM dispute WHERE street_id = $1 GROUP BY 1 HAVING count(*) > 1000",
        STREET,
    ):
        yield f"GET\t/v1/disputes?quarter_id={row['quarter_id']}&limit=20\t"


async def get_requests(database: asyncpg.Connection) -> AsyncIterator[str]:
    for row in await database.fetch(
        "SELECT id FROM dispute JOIN reference.dispute USING (street_id, id) WHERE street_id = $1"
        " ORDER BY hashtext(id::text) LIMIT 5000",
        STREET,
    ):
        yield f"GET\t/v1/disputes/{row['id']}\t"


async def list_in_place(database: asyncpg.Connection) -> AsyncIterator[str]:
    """Lists of the quarters in the secretary's community; elsewhere there is nothing to see."""
    for row in await database.fetch(
        "SELECT grid_id FROM grid_placement WHERE street_id = $1 AND path LIKE $2", STREET, IN_PLACE
    ):
        yield f"GET\t/v1/disputes?quarter_id={row['grid_id']}&limit=20\t"


async def get_in_place(database: asyncpg.Connection) -> AsyncIterator[str]:
    for row in await database.fetch(
        "SELECT d.id FROM dispute d JOIN grid_placement g ON g.street_id = d.street_id"
        " AND g.grid_id = d.quarter_id WHERE d.street_id = $1 AND g.path LIKE $2"
        " ORDER BY hashtext(d.id::text) LIMIT 5000",
        STREET,
        IN_PLACE,
    ):
        yield f"GET\t/v1/disputes/{row['id']}\t"


async def report_requests(database: asyncpg.Connection) -> AsyncIterator[str]:
    for row in await database.fetch(
        "SELECT id FROM grid WHERE street_id = $1 AND level = 'quarter'", STREET
    ):
        body = {
            "quarter_id": str(row["id"]),
            "title": "厨房返水浸泡地板",
            "summary": "六楼主管道堵塞，污水从五楼厨房地漏返出，木地板受损。",
        }
        yield f"POST\t/v1/disputes\t{json.dumps(body, ensure_ascii=False)}"


async def ballot_requests(database: asyncpg.Connection) -> AsyncIterator[str]:
    """Each ballot once: every delegate of today's tables about all in whom they have no interest."""
    rows = await database.fetch(
        "SELECT w.meeting_id, w.appointment_id, s.subject_kind, s.subject_id,"
        " r.form -> s.subject_kind AS asked"
        " FROM attendance w JOIN meeting m ON m.street_id = w.street_id AND m.id = w.meeting_id"
        " JOIN rubric r ON r.street_id = m.street_id AND r.id = m.rubric_id"
        " JOIN appointment a ON a.street_id = w.street_id AND a.id = w.appointment_id"
        " JOIN subject s ON s.street_id = w.street_id"
        " WHERE w.street_id = $1 AND m.during @> now() AND NOT EXISTS (SELECT FROM interest i"
        " WHERE i.street_id = s.street_id AND i.person_id = a.person_id"
        " AND i.subject_kind = s.subject_kind AND i.subject_id = s.subject_id)",
        STREET,
    )
    random.Random(1).shuffle(rows)
    for row in rows:
        body = {
            "meeting_id": str(row["meeting_id"]),
            "rater_id": str(row["appointment_id"]),
            "subject_kind": row["subject_kind"],
            "subject_id": str(row["subject_id"]),
            "marks": dict.fromkeys(json.loads(row["asked"])[:3], 86),
            "channel": "phone",
        }
        yield f"POST\t/v1/ballots\t{json.dumps(body)}"


BENCHES = (
    Bench("list_disputes", list_requests, 200, 0.75),
    Bench("get_dispute", get_requests, 200, 0.75),
    Bench("report_dispute", report_requests, 201, 0.6),
    Bench("cast_ballot", ballot_requests, 201, 0.6),
    Bench("authority_list", list_in_place, 200, 0.85, OPEN_DOOR, person=True),
    Bench("authority_get", get_in_place, 200, 0.85, OPEN_DOOR, person=True),
)


async def measure(system: MapleBridge, names: Iterable[str], work: Path) -> list[Figure]:
    """Measure the benches named, in a street that is made first."""
    await make_streets(system.database_url, [STREET])
    await make_disputes(system.database_url)
    await register_client(
        system.database_url,
        client_id="phone",
        secret=SECRET,
        name="phone",
        rights=[Right.DISPUTES_READ, Right.DISPUTES_REPORT, Right.BALLOTS_CAST],
        scope=Scope(STREET, STREET),
    )
    asked = [bench for bench in BENCHES if bench.name in names]
    figures = []
    for app in dict.fromkeys(bench.reference for bench in asked):
        async with reference(app, system, work / "reference.log") as port:
            figures += [
                await _measure(system, port, one, work) for one in asked if one.reference == app
            ]
    return figures


async def _measure(system: MapleBridge, reference_port: int, bench: Bench, work: Path) -> Figure:
    connection = await asyncpg.connect(system.database_url)
    file = work / f"{bench.name}.txt"
    token = await _persons_token(system, connection) if bench.person else await _token(system.url)
    lines = [
        f" Authorization: Bearer {token}",
        *[line async for line in bench.requests(connection)],
    ]
    await connection.close()
    file.write_text("\n".join(lines), encoding="utf-8")

    our_port = int(system.url.rpartition(":")[2])
    async with (
        load(our_port, bench.status, file) as ours,
        load(reference_port, bench.status, file) as theirs,
    ):
        for side in (ours, theirs):
            await side(WARM_UP_SECONDS)
        rounds = [(await ours(ROUND_SECONDS), await theirs(ROUND_SECONDS)) for _ in range(ROUNDS)]
    return figure(bench.name, rounds, bench.aim)


async def _token(url: str) -> str:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        form = {"grant_type": "client_credentials", "client_id": "phone", "client_secret": SECRET}
        answer = await client.post("/oauth/token", data=form)
        return str(answer.raise_for_status().json()["access_token"])


async def _persons_token(system: MapleBridge, database: asyncpg.Connection) -> str:
    """Sign a token for the secretary of the first community, as a login would."""
    person_id = await database.fetchval(
        "SELECT a.person_id FROM appointment a JOIN post p USING (street_id)"
        " JOIN organisation o USING (street_id) JOIN grid_placement g USING (street_id)"
        " WHERE a.street_id = $1 AND p.id = a.post_id AND o.id = p.organisation_id"
        " AND g.grid_id = o.grid_id AND o.kind = 'community_party_org' AND g.path = $2",
        STREET,
        IN_PLACE.removesuffix("/%"),
    )
    session_id = await database.fetchval(
        "INSERT INTO session (street_id, person_id, client_id, family_sha256, refresh_sha256,"
        " begun_at, used_at, ends_at) VALUES ($1, $2, 'phone', '', '', now(), now(),"
        " now() + interval '1 day') RETURNING id",
        STREET,
        person_id,
    )
    os.environ |= system.api_environment  # the key that signs
    return issue(LoggedIn("phone", STREET, person_id, session_id=session_id))


@asynccontextmanager
async def reference(app: str, system: MapleBridge, log: Path) -> AsyncIterator[int]:
    """Run a reference as the API is run, but as the database's owner; gives its port."""
    port = free_port(0)
    command = [sys.executable, "-m", "uvicorn", app, "--no-access-log"]
    url = system.database_url
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *launched([*command, "--host", "127.0.0.1", "--port", str(port)]),
            cwd=REPOSITORY,
            env={
                **inherited(),
                **system.api_environment,
                "MAPLEBRIDGE_DATABASE_URL": url,
                "BENCH_DATABASE_URL": url,
            },
            stdout=file,
            stderr=file,
        )
    try:
        async with asyncio.timeout(30):
            while not await _listens(port):  # noqa: ASYNC110 - it does not tell us
                await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def load(
    port: int, status: int, requests: Path
) -> AsyncIterator[Callable[[float], Awaitable[float]]]:
    """Run a load generator; gives the function that loads for some seconds and counts requests/s."""
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(CONNECTIONS)]
    process = await asyncio.create_subprocess_exec(
        *launched([*command, str(status), str(requests)]),
        cwd=REPOSITORY,
        env=dict(os.environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def run(seconds: float) -> float:
        stdin.write(f"{seconds}\n".encode())
        async with asyncio.timeout(seconds + 30):
            answered, took = (await stdout.readline()).split()
        return int(answered) / float(took)

    try:
        yield run
    finally:
        stdin.close()
        await process.wait()
