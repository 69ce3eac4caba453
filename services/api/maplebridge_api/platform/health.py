"""Is it alive, is it ready, what does it do: for the operator and the load balancer."""

from collections.abc import Awaitable, Callable

import asyncpg
import redis.asyncio as redis
import structlog
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from maplebridge_domain.problem import Kind, Problem

from ..settings import settings
from .database import Database
from .openapi import answers
from .problems import ServiceUnavailable, answer, errors_of
from .routing import router

routes = router("operations", "")

#: Whatever keeps a part from answering; `PostgresError`: it starts, stops, or has no connection left.
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, redis.RedisError)


class DatabaseUnavailable(Problem):
    """The database does not answer: nothing can be read or written."""

    kind = Kind.UNAVAILABLE
    zh = "数据库没有响应，请检查 PostgreSQL 是否运行。"
    en = "The database does not answer; see whether PostgreSQL runs."


class QueueUnavailable(Problem):
    """The queue does not answer: requests are served, runs are not computed."""

    kind = Kind.UNAVAILABLE
    zh = "队列没有响应，请检查 Valkey 是否运行。"
    en = "The queue does not answer; see whether Valkey runs."


class Health(BaseModel):
    """The process answers."""

    status: str


@routes.get("/healthz", responses=answers(Health))
async def check_liveness() -> Health:
    """Tell that the process is alive. 存活检查"""
    return Health(status="ok")


@routes.get(
    "/readyz",
    responses=answers(Health, ServiceUnavailable, DatabaseUnavailable, QueueUnavailable),
)
async def check_readiness(request: Request) -> Response:
    """Tell that database and queue answer; `errors` names what does not. 就绪检查"""
    database: Database = request.app.state.database
    parts = ((database.ping, DatabaseUnavailable()), (_ping_queue, QueueUnavailable()))
    away = [problem for ping, problem in parts if not await _answers(ping, problem.code)]
    if away:
        return answer(request, ServiceUnavailable(), errors=errors_of(request, *away))
    return JSONResponse({"status": "ok"})


async def _ping_queue() -> None:
    url = settings().redis_url.get_secret_value()
    queue: redis.Redis = redis.from_url(url, socket_timeout=2)  # type: ignore[no-untyped-call]
    try:
        await queue.ping()
    finally:
        await queue.aclose()


async def _answers(ping: Callable[[], Awaitable[None]], code: str) -> bool:
    try:
        await ping()
    except AWAY as error:
        structlog.get_logger().warning(code, error=type(error).__name__)
        return False
    return True


@routes.get("/metrics", include_in_schema=False)
async def show_metrics() -> Response:
    """Show counters and durations by route, for Prometheus. 监控指标"""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
