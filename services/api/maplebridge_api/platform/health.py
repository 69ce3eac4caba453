"""Is it alive, is it ready, what does it do: for the operator and the load balancer."""

import redis.asyncio as redis
from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from ..settings import settings
from .database import Database
from .openapi import answers
from .problems import ServiceUnavailable
from .routing import router

routes = router("operations", "")


class Health(BaseModel):
    """The process answers."""

    status: str


@routes.get("/healthz", responses=answers(Health))
async def check_liveness() -> Health:
    """Tell that the process is alive. 存活检查"""
    return Health(status="ok")


@routes.get("/readyz", responses=answers(Health, ServiceUnavailable))
async def check_readiness(request: Request) -> Health:
    """Tell that database and queue answer. 就绪检查"""
    database: Database = request.app.state.database
    await database.ping()
    url = settings().redis_url.get_secret_value()
    queue: redis.Redis = redis.from_url(url, socket_timeout=2)  # type: ignore[no-untyped-call]
    try:
        await queue.ping()
    except redis.RedisError as error:
        raise ServiceUnavailable() from error
    finally:
        await queue.aclose()
    return Health(status="ok")


@routes.get("/metrics", include_in_schema=False)
async def show_metrics() -> Response:
    """Show counters and durations by route, for Prometheus. 监控指标"""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
