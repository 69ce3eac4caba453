"""The hot routes: list and get a dispute out of 200,000, report one, cast a ballot."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from itertools import product
from uuid import UUID

import asyncpg

from maplebridge_api.platform.database import Scope
from maplebridge_api.platform.identity import Caller, issue
from maplebridge_domain.authority import Right
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.rubrics import shipped_rubric
from tests.bench.measure import Figure, figure
from tests.bench.place import Place
from tests.bench.reference import STREET

BENCHES: Mapping[str, float] = {
    "list_disputes": 0.75,
    "get_dispute": 0.75,
    "report_dispute": 0.6,
    "cast_ballot": 0.6,
}
ROUNDS, SECONDS, CONNECTIONS = 5, 3.0, 16
MEETING = UUID(int=1)
FILL = """
INSERT INTO street VALUES (411104001, 'x', 'x', 'x', 'x');
INSERT INTO grid (street_id, level, name) VALUES (411104001, 'street', 'x');
INSERT INTO grid (street_id, level, name)
    SELECT 411104001, 'quarter', 'quarter ' || n FROM generate_series(1, 49) n;
INSERT INTO grid_placement (street_id, grid_id, path, during)
    SELECT street_id, id, CASE level WHEN 'street' THEN '411104001' ELSE
        '411104001/001/' || lpad(split_part(name, ' ', 2), 4, '0') END, '[2020-01-01,)' FROM grid;
INSERT INTO organisation (street_id, grid_id, kind, name)
    SELECT street_id, id, 'property_enterprise', 'e' FROM grid WHERE level = 'street';
INSERT INTO organisation (street_id, grid_id, kind, name)
    SELECT street_id, g.id, 'resident_unit', 'unit ' || n
    FROM grid g, generate_series(1, 200) n WHERE level = 'street';
INSERT INTO service_contract (street_id, enterprise_id, quarter_id, during)
    SELECT g.street_id, o.id, g.id, '[2020-01-01,)' FROM grid g, organisation o
    WHERE g.level = 'quarter' AND o.kind = 'property_enterprise';
INSERT INTO person (street_id, name) SELECT 411104001, 'p' FROM generate_series(1, 1500);
INSERT INTO post (street_id, organisation_id, kind, name, seats)
    SELECT o.street_id, o.id, 'member', 'm', 50 FROM organisation o WHERE kind = 'resident_unit' LIMIT 30;
INSERT INTO appointment (street_id, person_id, post_id, seat, during)
    SELECT p.street_id, p.id, q.id, p.n - q.n * 50, '[2020-01-01,)'
    FROM (SELECT *, row_number() OVER () AS n FROM person) p
    JOIN (SELECT *, row_number() OVER () - 1 AS n FROM post) q ON (p.n - 1) / 50 = q.n;
INSERT INTO dispute (street_id, quarter_id, category, title, summary, state, reported_at, due_at, last_step_at)
    SELECT 411104001, q.id, '0402', '厨房返水浸泡地板', '六楼主管道堵塞，污水从五楼厨房地漏返出，木地板受损。',
        'reported', '2026-10-01'::timestamptz + s * interval '1 second', '2026-11-01', '2026-10-01'
    FROM generate_series(1, 200000) s
    JOIN (SELECT id, row_number() OVER () AS n FROM grid WHERE level = 'quarter') q ON q.n = 1 + s % 49;
CREATE TABLE plain_dispute (LIKE dispute INCLUDING ALL);
INSERT INTO plain_dispute SELECT * FROM dispute;
CREATE TABLE plain_ballot (LIKE ballot INCLUDING ALL);
"""


async def measure(place: Place, name: str) -> Figure:
    """Measure a route in rounds of ours, then the reference."""
    await _fill(place)
    await place.executes(
        f"DELETE FROM ballot WHERE street_id = {STREET}", "TRUNCATE plain_ballot", "VACUUM ANALYZE"
    )
    ours = await _requests(place, name, _token())
    theirs = await _requests(place, name, None)
    rounds = []
    async with (
        place.serving("maplebridge_api.main:create_app", "mb_api") as our_port,
        place.serving("tests.bench.reference:create_app", "mb_owner") as their_port,
    ):
        used = 10_000
        await _load(our_port, ours[:used], 1.5)
        await _load(their_port, theirs[:used], 1.5)
        for _ in range(ROUNDS):
            # A ballot is cast once: every round sends its own.
            share = slice(used, used + 20_000) if name == "cast_ballot" else slice(None)
            used += 20_000
            pair = (await _load(our_port, ours[share]), await _load(their_port, theirs[share]))
            rounds.append(pair)
    return figure(name, rounds, BENCHES[name], "requests/s")


async def _fill(place: Place) -> None:
    connection = await asyncpg.connect(place.url())
    if not await connection.fetchval("SELECT count(*) FROM street"):
        await connection.execute(FILL)
        await _fill_meeting(connection)
    await connection.close()


async def _fill_meeting(connection: asyncpg.Connection) -> None:
    rubric = shipped_rubric("luohe")
    await connection.execute(
        "INSERT INTO rubric (street_id, code, edition, document, sha256, form, during)"
        " VALUES ($1, 'luohe', '1', $2, $3, $4, '[2020-01-01,)')",
        STREET,
        rubric.canonical_json(),
        bytes.fromhex(rubric.sha256()),
        json.dumps(rubric.ballot_form()),
    )
    await connection.execute(
        "INSERT INTO meeting (street_id, id, quarter_id, kind, hall, during, rubric_id)"
        " SELECT $1, $2, g.id, 'weekly', 'hall', '[2026-10-13 00:00+08,2026-10-14 00:00+08)', r.id"
        " FROM grid g, rubric r WHERE g.level = 'quarter' LIMIT 1",
        STREET,
        MEETING,
    )
    await connection.execute(
        "INSERT INTO attendance (street_id, meeting_id, appointment_id, party, present)"
        " SELECT street_id, $1, id, 'resident_unit', true FROM appointment",
        MEETING,
    )


def _token() -> str:
    return issue(Caller("bench", Scope(STREET, STREET), frozenset(Right)))


async def _load(port: int, requests: list[str], seconds: float = SECONDS) -> float:
    order = {"port": port, "connections": CONNECTIONS, "seconds": seconds, "requests": requests}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate(json.dumps(order).encode())
    return float(answer)


async def _requests(place: Place, name: str, token: str | None) -> list[str]:
    connection = await asyncpg.connect(place.url())
    head = f"Host: x\r\nAuthorization: Bearer {token}\r\n" if token else "Host: x\r\n"
    made = await WRITERS[name](connection, head)
    await connection.close()
    return made


async def _listing(connection: asyncpg.Connection, head: str) -> list[str]:
    rows = await connection.fetch("SELECT id FROM grid WHERE level = 'quarter'")
    return [f"GET /v1/disputes?limit=20&quarter_id={r['id']} HTTP/1.1\r\n{head}\r\n" for r in rows]


async def _getting(connection: asyncpg.Connection, head: str) -> list[str]:
    rows = await connection.fetch("SELECT id FROM dispute TABLESAMPLE SYSTEM (2) LIMIT 5000")
    return [f"GET /v1/disputes/{row['id']} HTTP/1.1\r\n{head}\r\n" for row in rows]


async def _reporting(connection: asyncpg.Connection, head: str) -> list[str]:
    rows = await connection.fetch("SELECT id FROM grid WHERE level = 'quarter'")
    return [
        _post(
            "/v1/disputes",
            {
                "quarter_id": str(row["id"]),
                "title": "厨房返水浸泡地板",
                "summary": "六楼主管道堵塞，污水从五楼厨房地漏返出，木地板受损。",
            },
            head,
        )
        for row in rows
    ]


async def _casting(connection: asyncpg.Connection, head: str) -> list[str]:
    raters = await connection.fetch("SELECT id, post_id FROM appointment ORDER BY id")
    units = await connection.fetch(
        "SELECT id FROM organisation WHERE kind = 'resident_unit'"
        " AND id NOT IN (SELECT organisation_id FROM post WHERE organisation_id IS NOT NULL)"
    )
    marks = dict.fromkeys(shipped_rubric("luohe").ballot_form()[SubjectKind.ORGANISATION], 80)
    common = {"meeting_id": str(MEETING), "subject_kind": "organisation", "marks": marks}
    common |= {"cast_at": "2026-10-13T20:00:00+08:00", "channel": "phone"}
    return [
        _post(
            "/v1/ballots",
            common | {"rater_id": str(rater["id"]), "subject_id": str(unit["id"])},
            head,
        )
        for unit, rater in product(units, raters)
    ]


def _post(path: str, body: Mapping[str, object], head: str) -> str:
    text = json.dumps(body)  # ASCII: its length in characters is its length in bytes
    return (
        f"POST {path} HTTP/1.1\r\n{head}Content-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\n\r\n{text}"
    )


WRITERS: Mapping[str, Callable[[asyncpg.Connection, str], Awaitable[list[str]]]] = {
    "list_disputes": _listing,
    "get_dispute": _getting,
    "report_dispute": _reporting,
    "cast_ballot": _casting,
}
