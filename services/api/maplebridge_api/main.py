"""The application: what is mounted where. Run with `uvicorn maplebridge_api.main:served_app --factory`."""

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline

from . import (
    adjustments,
    appointments,
    committees,
    coverage,
    disputes,
    evaluations,
    grid,
    imports,
    meetings,
    organisations,
    people,
    privacy,
    proposals,
    ratings,
    sessions,
)
from .platform import event_log, health, oauth, openapi, problems, routing, sandbox
from .platform.access_log import AccessLog
from .platform.authority import Authority
from .platform.client_states import DisabledClients
from .platform.counting import Counters
from .platform.database import Database
from .platform.edge import Edge
from .platform.limits import BodyLimit
from .platform.rates import Rates
from .platform.request import Replay
from .platform.session_states import SessionStates
from .settings import settings

DESCRIPTION = """
Maple Bridge (枫桥) keeps a street's grid, organisations, appointments, disputes and discussion days, and
turns the six parties' ballots into scores, assessments and credit ratings that can be explained,
objected to and verified.

Errors are RFC 9457 problem documents, in Chinese unless `Accept-Language` prefers English; every code is
listed in docs/problems.md. Lists are paged by cursor: follow `next`. `POST` takes an `Idempotency-Key`;
changes need `If-Match`.
"""

# Routes are tried in this order, at two microseconds each: what is called most comes first.
SLICES = (
    disputes,
    meetings,
    sessions,
    grid,
    organisations,
    people,
    appointments,
    evaluations,
    ratings,
    proposals,
    committees,
    privacy,
    adjustments,
    imports,
    coverage,
)


#: What pages of other origins may send and see, if there are any; never cookies, which we do not have.
CORS: Mapping[str, Any] = {
    "allow_methods": ("GET", "POST", "PUT", "PATCH", "DELETE"),
    "allow_headers": (
        *("Authorization", "Content-Type", "Accept-Language", "Acting-Capacity"),
        *("Idempotency-Key", "If-Match", "If-None-Match"),
    ),
    "expose_headers": (
        *("ETag", "Location", "Content-Language", "Retry-After"),
        *("RateLimit", "RateLimit-Policy"),
    ),
}


def create_app() -> FastAPI:
    """Make the application from the process's settings."""
    app = FastAPIOffline(
        title="Maple Bridge 枫桥",
        version="1.0.0",
        summary="The service behind the 256 method of settling property disputes.",
        description=DESCRIPTION,
        lifespan=_lifespan,
        generate_unique_id_function=routing.operation_id,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.database = Database(
        settings().database_url.get_secret_value(), settings().database_connections
    )
    app.state.counters = Counters(settings().redis_url.get_secret_value())
    app.state.rates = Rates(app.state.counters)
    app.state.as_person = appointments.service.as_person
    app.state.authority = Authority(appointments.service.offices)
    app.state.disabled_clients = DisabledClients()
    app.state.session_states = SessionStates(sessions.service.is_in_force)
    routers = [slice_.routes.routes for slice_ in SLICES]
    routers += [event_log.routes, oauth.routes, health.routes, openapi.routes]
    if settings().sandbox:
        routers.append(sandbox.routes)
    # Flat: an included router is another level to match, and each has its prefix already. FastAPI's own
    # pages come last; its document does not, as ours is counted, and written once.
    pages = [one for one in app.routes if getattr(one, "path", "") != openapi.URL]
    app.router.routes[:] = [*(route for router in routers for route in router.routes), *pages]
    problems.install(app)
    app.add_exception_handler(Replay, _replay)
    # The last one added sees a request first.
    app.add_middleware(BodyLimit)
    if settings().cors_origins:
        app.add_middleware(CORSMiddleware, **CORS, allow_origins=settings().cors_origins.split())
    app.state.access_log = AccessLog()
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    # Around everything, also around what answers a fault.
    app.middleware_stack = Edge(app.build_middleware_stack(), app.state.access_log)
    return app


def served_app() -> FastAPI:
    """Make the application for a process that does nothing else.

    What is there now stays for good: the collector need not walk a tenth of a second of it now and then.
    """
    app = create_app()
    gc.collect()
    gc.freeze()
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if settings().sandbox:
        await sandbox.resume(app.state.database)
    yield
    await app.state.database.close()
    await app.state.counters.close()
    app.state.access_log.write()


async def _replay(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, Replay)
    return exc.response
