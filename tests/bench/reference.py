"""The strict reference: bare FastAPI and asyncpg, no connection reset, JSON text from PostgreSQL.

No token, no isolation (the owner's role passes row-level security), no event, no idempotency; the
bodies are the same Pydantic models, a write is one row.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Response

from maplebridge_api.disputes.schemas import NewDispute
from maplebridge_api.meetings.schemas import NewBallot

STREET = 411104001
COLUMNS = (
    "'id', id, 'street_id', street_id, 'quarter_id', quarter_id, 'grid_id', grid_id,"
    " 'enterprise_id', enterprise_id, 'category', category, 'title', title, 'summary', summary,"
    " 'state', state, 'reported_at', reported_at, 'due_at', due_at, 'agreed_at', agreed_at,"
    " 'closed_at', closed_at, 'satisfaction', satisfaction"
)
LIST = (
    f"SELECT coalesce(json_agg(item)::text, '[]') FROM (SELECT json_build_object({COLUMNS}) AS item"
    " FROM dispute WHERE street_id = $1 AND quarter_id = $2 ORDER BY id DESC LIMIT $3) AS rows"
)
GET = f"SELECT json_build_object({COLUMNS})::text FROM dispute WHERE street_id = $1 AND id = $2"
REPORT = (
    "INSERT INTO plain_dispute AS d (street_id, quarter_id, category, title, summary, state,"
    " reported_at, due_at, last_step_at) VALUES ($1, $2, $3, $4, $5, 'reported', $6, $7, $6)"
    f" RETURNING json_build_object({COLUMNS})::text"
)
CAST = (
    "INSERT INTO plain_ballot (street_id, meeting_id, rater_id, party, subject_kind, subject_id,"
    " marks, cast_at, channel) VALUES ($1, $2, $3, 'resident_unit', $4, $5, $6, $7, $8)"
    " RETURNING json_build_object('id', id, 'marks', marks, 'cast_at', cast_at)::text"
)


async def _keep(_: Any) -> None:
    pass


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = os.environ["MAPLEBRIDGE_DATABASE_URL"]
    zone = {"timezone": "Asia/Shanghai", "jit": "off"}
    app.state.pool = await asyncpg.create_pool(
        url, min_size=0, max_size=8, reset=_keep, server_settings=zone
    )
    yield
    await app.state.pool.close()


def create_app() -> FastAPI:
    """Make the reference."""
    app = FastAPI(lifespan=_lifespan, telemetry={"tracing": False, "metrics": False})

    def found(text: str) -> Response:
        return Response(text.encode(), media_type="application/json")

    @app.get("/healthz")
    async def check() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/disputes")
    async def list_disputes(quarter_id: UUID, limit: int = 20) -> Response:
        items = await app.state.pool.fetchval(LIST, STREET, quarter_id, limit)
        return found(f'{{"items":{items}}}')

    @app.get("/v1/disputes/{id}")
    async def get_dispute(id: UUID) -> Response:
        return found(await app.state.pool.fetchval(GET, STREET, id))

    @app.post("/v1/disputes")
    async def report(body: NewDispute) -> Response:
        at = body.reported_at or datetime.now(UTC)
        values = (body.category, body.title, body.summary, at, at + timedelta(30))
        return found(await app.state.pool.fetchval(REPORT, STREET, body.quarter_id, *values))

    @app.post("/v1/ballots")
    async def cast(body: NewBallot) -> Response:
        about = (body.meeting_id, body.rater_id, body.subject_kind, body.subject_id)
        rest = (json.dumps(body.marks), body.cast_at, body.channel)
        return found(await app.state.pool.fetchval(CAST, STREET, *about, *rest))

    return app
