"""The strict reference: the least that FastAPI and asyncpg can do for the same answer.

No token, no isolation, no event, no validation of what goes out; a plain table with the same indexes
and neither foreign keys nor policies; connections that are not reset; JSON text from PostgreSQL.
Run with `uvicorn tests.bench.reference:app`, `BENCH_DATABASE_URL` set.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI, Request, Response

from maplebridge_api.disputes.schemas import NewDispute
from maplebridge_api.meetings.schemas import NewBallot

from .data import BIG_STREET, STREET

CONNECTIONS = 10  # as many as ours has by default

_DISPUTE = """json_build_object('id', id, 'street_id', street_id, 'quarter_id', quarter_id,
    'grid_id', grid_id, 'enterprise_id', enterprise_id, 'category', category, 'title', title,
    'summary', summary, 'state', state, 'reported_at', reported_at, 'due_at', due_at,
    'agreed_at', agreed_at, 'closed_at', closed_at, 'satisfaction', satisfaction)"""
LIST = f"""
    SELECT coalesce(json_agg(item)::text, '[]') FROM (
        SELECT {_DISPUTE} AS item FROM reference.dispute
        WHERE street_id = $1 AND quarter_id = $2 ORDER BY id DESC LIMIT $3) AS page
"""
GET = f"SELECT {_DISPUTE}::text FROM reference.dispute WHERE street_id = $1 AND id = $2"


def _in_all(name: str) -> str:
    lengths = (9, 13, 18, 21)
    sums = " ".join(
        f"WHEN {n} THEN sum({name}) OVER (PARTITION BY left(path || '/', {n + 1}))" for n in lengths
    )
    return f"CASE length(path) {sums} ELSE {name} END AS {name}"


_ROOT = """(SELECT path FROM reference.grid_placement
    WHERE street_id = $1 AND grid_id = $2 AND during @> $3::timestamptz)"""
#: Every grid below one at an instant, with the households in it and below: written as ours is, since a plan
#: of joins of the whole sets may take a minute for each.
TREE = f"""
    SELECT json_build_object('at', $3::timestamptz, 'items', json_agg(item))::text FROM (
        SELECT json_build_object('id', grid_id, 'parent_id', parent_id, 'level', level,
            'code', split_part(path, '/', -1), 'path', path, 'unit_code', unit_code, 'name', name,
            'management', management, 'households', households, 'residents', residents) AS item
        FROM (
            SELECT grid_id, parent_id, unit_code, level, name, management, path,
                {_in_all("households")}, {_in_all("residents")}
            FROM (
                SELECT node.grid_id, node.parent_id, node.unit_code, node.path, said.level, said.name,
                    said.management, lived.households, lived.residents
                FROM reference.grid_placement AS node
                CROSS JOIN LATERAL (
                    SELECT * FROM (
                        SELECT * FROM reference.grid_description
                        WHERE street_id = node.street_id AND grid_id = ANY (ARRAY[node.grid_id]) OFFSET 0
                    ) AS ever WHERE during @> $3::timestamptz
                ) AS said
                CROSS JOIN LATERAL (
                    SELECT count(*)::int AS households, coalesce(sum(residents), 0)::int AS residents
                    FROM (
                        SELECT * FROM reference.household_placement
                        WHERE street_id = node.street_id AND grid_id = ANY (ARRAY[node.grid_id]) OFFSET 0
                    ) AS ever WHERE during @> $3::timestamptz
                ) AS lived
                WHERE node.street_id = $1 AND node.path >= {_ROOT} AND node.path < {_ROOT} || '0'
                    AND node.during @> $3::timestamptz
            ) AS here
        ) AS counted
        ORDER BY path
    ) AS nodes
"""
REPORT = f"""
    INSERT INTO reference.dispute (street_id, id, quarter_id, grid_id, category, title, summary, state,
        reported_at, due_at, last_step_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'reported', $8, $9, $8) RETURNING {_DISPUTE}::text
"""
CAST = """
    INSERT INTO reference.ballot (street_id, id, meeting_id, rater_id, party, subject_kind, subject_id,
        marks, cast_at, channel)
    VALUES ($1, $2, $3, $4, 'resident_unit', $5, $6, $7, $8, $9)
    RETURNING json_build_object('id', id, 'street_id', street_id, 'meeting_id', meeting_id,
        'rater_id', rater_id, 'party', party, 'subject_kind', subject_kind, 'subject_id', subject_id,
        'marks', marks, 'cast_at', cast_at, 'channel', channel, 'struck_at', struck_at)::text
"""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = await asyncpg.create_pool(
        os.environ["BENCH_DATABASE_URL"],
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        reset=_keep,
        server_settings={"timezone": "Asia/Shanghai", "jit": "off"},
    )
    yield
    await app.state.pool.close()


async def _keep(_: Any) -> None:
    """Reset nothing."""


app = FastAPI(lifespan=_lifespan)


@app.get("/v1/disputes")
async def list_disputes(request: Request, quarter_id: UUID, limit: int = 20) -> Response:
    items = await request.app.state.pool.fetchval(LIST, STREET, quarter_id, limit)
    return _json(f'{{"items":{items},"next":null}}')


@app.get("/v1/disputes/{id}")
async def get_dispute(request: Request, id: UUID) -> Response:
    return _json(await request.app.state.pool.fetchval(GET, STREET, id))


@app.get("/v1/grids/{id}/tree")
async def get_tree(id: UUID, at: datetime) -> Response:
    return _json(await app.state.pool.fetchval(TREE, BIG_STREET, id, at))


@app.post("/v1/disputes")
async def report_dispute(request: Request, body: NewDispute) -> Response:
    now = datetime.now(UTC)
    row = (body.id or uuid4(), body.quarter_id, body.grid_id, body.category, body.title)
    times = (body.reported_at or now, now + timedelta(days=30))
    return _json(
        await request.app.state.pool.fetchval(REPORT, STREET, *row, body.summary, *times), 201
    )


@app.post("/v1/ballots")
async def cast_ballot(request: Request, body: NewBallot) -> Response:
    row = (body.id or uuid4(), body.meeting_id, body.rater_id, body.subject_kind, body.subject_id)
    marks, cast_at = json.dumps(body.marks), body.cast_at or datetime.now(UTC)
    return _json(
        await request.app.state.pool.fetchval(CAST, STREET, *row, marks, cast_at, body.channel), 201
    )


def _json(text: str, status: int = 200) -> Response:
    return Response(text.encode(), status, media_type="application/json")
