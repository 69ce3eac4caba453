"""A hundred streets' months read, scored and published, beside COPY of the same rows in binary."""

import asyncio
import os
import time
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import httpx

from maplebridge_api.platform.database import EVERYWHERE
from maplebridge_api.platform.identity import register_client
from maplebridge_domain.authority import Right
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.rubrics import shipped_rubric
from maplebridge_evaluator.feed import Database, selects
from maplebridge_evaluator.job import JOBS_AT_ONCE, evaluate
from maplebridge_evaluator.publishing import Publisher
from tests.bench.measure import Figure, figure
from tests.bench.place import Place

NAME = "evaluate_100_streets"
AIM = 3.0
STREETS = int(os.environ.get("STREETS", "100"))
ROUNDS = 3
FIRST = 420_000_000
CLIENT, SECRET = "bench", "bench"
KINDS = sorted(ResultKind)
START, UNTIL = date(2026, 10, 1), date(2026, 11, 1)
# A street: 50 quarters with 4 meetings of 8 delegates; 13,333 ballots of three marks on 250 subjects.
FILL = """
INSERT INTO street SELECT {s}, 'x', 'x', 'x', 'x';
INSERT INTO organisation (street_id, grid_id, kind, name)
    SELECT {s}, uuidv7(), (ARRAY['quarter_party_org', 'owners_committee', 'resident_unit',
        'volunteer_point'])[1 + n % 4], 'o' FROM generate_series(1, 86) n;
INSERT INTO organisation (street_id, grid_id, kind, name)
    SELECT {s}, uuidv7(), 'property_enterprise', 'e' FROM generate_series(1, 14) n;
INSERT INTO service_contract (street_id, enterprise_id, quarter_id, during)
    SELECT {s}, id, uuidv7(), '[2020-01-01,)' FROM organisation
    WHERE street_id = {s} AND kind = 'property_enterprise';
INSERT INTO post (street_id, organisation_id, kind, name, seats)
    SELECT {s}, id, 'member', 'm', 4 FROM organisation
    WHERE street_id = {s} AND kind <> 'property_enterprise';
INSERT INTO appointment (street_id, person_id, post_id, seat, during)
    SELECT {s}, uuidv7(), p.id, n, '[2020-01-01,)' FROM post p, generate_series(1, 2) n
    WHERE street_id = {s};
CREATE TEMP TABLE subject_of AS
    SELECT 'enterprise' AS kind, id, row_number() OVER () AS n FROM organisation
    WHERE street_id = {s} AND kind = 'property_enterprise';
INSERT INTO subject_of SELECT 'organisation', id, 14 + row_number() OVER () FROM organisation
    WHERE street_id = {s} AND kind <> 'property_enterprise';
INSERT INTO subject_of SELECT 'appointment', id, 100 + row_number() OVER () FROM appointment
    WHERE street_id = {s} LIMIT 150;
CREATE TEMP TABLE rater AS SELECT id, row_number() OVER () - 1 AS n FROM appointment
    WHERE street_id = {s};
INSERT INTO ballot (street_id, meeting_id, rater_id, party, subject_kind, subject_id, marks, cast_at,
        channel)
    SELECT {s}, uuidv7(), r.id, (ARRAY['quarter_party_org', 'owners_committee', 'resident_unit',
        'volunteer_point', 'community_party_org', 'enterprise_party_org'])[1 + b % 6], s.kind, s.id,
        CASE s.kind
            WHEN 'enterprise' THEN jsonb_build_object('cleaning', 60 + b * 7 % 40, 'order',
                60 + b * 11 % 40, 'repairs', 60 + b * 13 % 40)
            WHEN 'organisation' THEN jsonb_build_object('joint_work', 60 + b * 7 % 40,
                'problem_solving', 60 + b * 11 % 40, 'openness', 60 + b * 13 % 40)
            ELSE jsonb_build_object('duties', 60 + b * 7 % 40, 'response', 60 + b * 11 % 40,
                'cooperation', 60 + b * 13 % 40) END,
        '2026-10-02'::timestamptz + b * interval '3 minutes', 'phone'
    FROM generate_series(1, 13334) b
    JOIN subject_of s ON s.n = 1 + b % 250 JOIN rater r ON r.n = b * 31 % 172;
DROP TABLE subject_of, rater;
"""


async def measure(place: Place) -> Figure:
    """Measure in rounds of ours, then COPY."""
    streets = [FIRST + number for number in range(STREETS)]
    await _fill(place, streets)
    await register_client(
        place.url(),
        client_id=CLIENT,
        secret=SECRET,
        name=CLIENT,
        rights=[Right.RUNS_COMPUTE],
        scope=EVERYWHERE,
    )
    rounds = []
    async with place.serving("maplebridge_api.main:create_app", "mb_api") as port:
        for number in range(ROUNDS):
            runs = await _request(place, streets, number)
            ours = await _evaluate(place, port, runs)
            rounds.append((ours, await _copy(place, streets)))
            await _all_drafted(place, runs)
    return figure(NAME, rounds, AIM, "s")


async def _fill(place: Place, streets: list[int]) -> None:
    connection = await asyncpg.connect(place.url())
    await connection.execute("SET session_replication_role = replica")
    rubric = shipped_rubric("luohe")
    for street in streets:
        await connection.execute(FILL.format(s=street))
        await connection.execute("INSERT INTO event_head (street_id) VALUES ($1)", street)
        await connection.execute(
            "INSERT INTO rubric (street_id, id, code, edition, document, sha256, form, during)"
            " VALUES ($1, $2, 'luohe', '1', $3, $4, '{}', '[2020-01-01,)')",
            street,
            UUID(int=1),
            rubric.canonical_json(),
            bytes.fromhex(rubric.sha256()),
        )
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _request(place: Place, streets: list[int], number: int) -> list[tuple[int, UUID]]:
    connection = await asyncpg.connect(place.url())
    runs = [(street, UUID(int=(number << 64) + street)) for street in streets]
    await connection.executemany(
        "INSERT INTO evaluation_run (street_id, id, period_from, period_until, kinds, rubric_id,"
        " state, requested_by, requested_at) VALUES ($1, $2, $3, $4, $5, $6, 'queued', 'x', $7)",
        [
            (street, run, START, UNTIL, KINDS, UUID(int=1), datetime(2026, 11, 2, tzinfo=UTC))
            for street, run in runs
        ],
    )
    await connection.close()
    return runs


async def _evaluate(place: Place, port: int, runs: list[tuple[int, UUID]]) -> float:
    """Compute all runs by the worker's own job, as many at once as the worker does."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        database = Database(place.url("mb_evaluator"))
        context = {
            "database": database,
            "name": "bench",
            "publisher": Publisher(http, CLIENT, SECRET),
        }
        waiting = iter(runs)

        async def work() -> None:
            for street, run in waiting:
                await evaluate(context, street, str(run))

        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(JOBS_AT_ONCE)))
        seconds = time.perf_counter() - begun
        database.close()
        return seconds


async def _copy(place: Place, streets: list[int]) -> float:
    """COPY the rows that the evaluator reads, by the same statements and role."""
    connection = await asyncpg.connect(place.url("mb_evaluator"))

    async def drop(_: bytes) -> None:
        pass

    begun = time.perf_counter()
    for street in streets:
        async with connection.transaction():
            await connection.execute(f"SELECT mb_enter({street}, {street})")
            for select in selects(street, START, UNTIL).values():
                await connection.copy_from_query(select, output=drop, format="binary")
    seconds = time.perf_counter() - begun
    await connection.close()
    return seconds


async def _all_drafted(place: Place, runs: list[tuple[int, UUID]]) -> None:
    connection = await asyncpg.connect(place.url())
    drafted = await connection.fetchval(
        "SELECT count(*) FROM evaluation_run WHERE state = 'drafted' AND id = ANY($1)",
        [run for _, run in runs],
    )
    await connection.close()
    assert drafted == len(runs), f"{drafted} of {len(runs)} runs were drafted"
