"""The parts of one installation: what each runs, what it is told, and when it is ready."""

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from redis.asyncio import Redis

from maplebridge import database, valkey
from maplebridge.database import as_role, prepare_database
from maplebridge.environment import inherited, ours
from maplebridge.folder import DataFolder
from maplebridge.launch import server_user
from maplebridge.postgres import STOP_SIGNAL, PostgresServer, server_environment
from maplebridge.secrets import Secrets
from maplebridge.supervisor import Part, Step
from maplebridge.trouble import Trouble
from maplebridge.valkey import ValkeyServer

JOBS_QUEUE = "maplebridge:jobs"
EVALUATOR_QUEUE = "maplebridge:evaluations"
EXTERNAL_SECONDS_MAX = 15
UVICORN_LOGS = Path(__file__).with_name("uvicorn.json")


@dataclass(frozen=True)
class Place:
    """Where the parts of one installation meet; a URL is None where we start the server."""

    folder: DataFolder
    secrets: Secrets
    port: int
    external_database_url: str | None = None
    external_redis_url: str | None = None

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def postgres(self) -> PostgresServer:
        """The embedded database."""
        return PostgresServer(self.folder.root, self.secrets.role_passwords["mb_owner"])

    @property
    def owner_url(self) -> str:
        """The database, as its owner."""
        return self.external_database_url or self.postgres.url()

    @property
    def redis_url(self) -> str:
        """The queue's server."""
        return self.external_redis_url or ValkeyServer(self.folder.root).url()

    def database_url(self, role: str) -> str:
        """Give the database's URL for a service."""
        return as_role(self.owner_url, role, self.secrets.role_passwords[role])


def plan(place: Place) -> list[Part | Step]:
    """List the parts in the order of their start."""
    return [
        _external("postgres", database.answers, place.external_database_url)
        if place.external_database_url
        else postgres_part(place),
        _external("valkey", valkey.answers, place.external_redis_url)
        if place.external_redis_url
        else valkey_part(place),
        Step("migrate", lambda: _prepare(place)),
        api_part(place),
        jobs_part(place),
        evaluator_part(place),
    ]


def postgres_part(place: Place) -> Part:
    """Describe the embedded PostgreSQL."""
    server = place.postgres

    async def before_start() -> None:
        await asyncio.to_thread(server.initialise)
        await asyncio.to_thread(server.prepare_start)

    return Part(
        "postgres",
        server.command(),
        ready=lambda: database.answers(server.url()),
        environment=server_environment(),
        before_start=before_start,
        stop_signal=STOP_SIGNAL,
        user=server_user(),
    )


def valkey_part(place: Place) -> Part:
    """Describe the embedded Valkey."""
    server = ValkeyServer(place.folder.root)

    async def before_start() -> None:
        server.prepare_start()

    return Part(
        "valkey",
        server.command(),
        ready=lambda: valkey.answers(server.url()),
        environment=server_environment(),
        before_start=before_start,
        user=server_user(),
    )


def api_part(place: Place) -> Part:
    """Describe the API."""
    return Part(
        "api",
        _python(
            *(
                "uvicorn",
                "maplebridge_api.main:served_app",
                "--factory",
                "--no-access-log",
                "--no-server-header",
            ),
            *("--host", "127.0.0.1", "--port", str(place.port)),
            *("--timeout-graceful-shutdown", "10"),
            *("--log-config", str(UVICORN_LOGS)),  # its own has no time
        ),
        ready=lambda: api_is_ready(place.url),
        environment=api_environment(place),
    )


def jobs_part(place: Place) -> Part:
    """Describe the API's job worker."""
    return worker_part(
        "jobs",
        "maplebridge_api.jobs.WorkerSettings",
        JOBS_QUEUE,
        place,
        api_environment(place),
    )


def evaluator_part(place: Place) -> Part:
    """Describe the evaluator."""
    environment = {
        **inherited(),
        "MAPLEBRIDGE_DATABASE_URL": place.database_url("mb_evaluator"),
        "MAPLEBRIDGE_REDIS_URL": place.redis_url,
        "MAPLEBRIDGE_API_URL": place.url,
        "MAPLEBRIDGE_CLIENT_ID": "evaluator",
        "MAPLEBRIDGE_CLIENT_SECRET": place.secrets.client_secrets["evaluator"],
        # A street is too small to share among threads: one takes less of the processor in all.
        "POLARS_MAX_THREADS": "1",
    }
    return worker_part(
        "evaluator",
        "maplebridge_evaluator.worker.WorkerSettings",
        EVALUATOR_QUEUE,
        place,
        environment,
    )


async def api_is_ready(url: str) -> bool:
    """Whether the API says that it can serve requests."""
    # The empty TLS context saves reading all certificates for a call that uses none.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with httpx.AsyncClient(trust_env=False, verify=context, timeout=5) as client:
        try:
            return (await client.get(f"{url}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False


def api_environment(place: Place) -> dict[str, str]:
    """Give the settings of the API and its job worker."""
    # What the operator sets beside our own settings (a provider of logins, say) is for the API. Not
    # the keys: what this installation has sealed and signed needs its own.
    return {
        **inherited(),
        **ours(),
        **place.secrets.keys,
        "MAPLEBRIDGE_DATABASE_URL": place.database_url("mb_api"),
        "MAPLEBRIDGE_REDIS_URL": place.redis_url,
        "MAPLEBRIDGE_SANDBOX": "true" if place.secrets.sandbox else "false",
    }


def worker_part(
    name: str, settings: str, queue: str, place: Place, environment: Mapping[str, str]
) -> Part:
    """Describe an arq worker: it is ready once it has looked at its queue.

    It then writes its health key, which a killed one leaves behind: so that goes first.
    """
    health = f"{queue}:health-check"

    async def before_start() -> None:
        async with Redis.from_url(place.redis_url) as redis:
            await redis.delete(health)

    async def ready() -> bool:
        async with Redis.from_url(place.redis_url) as redis:
            return bool(await redis.exists(health))

    return Part(
        name,
        _python("arq", settings),
        ready=ready,
        environment=environment,
        before_start=before_start,
    )


def _python(module: str, *arguments: str) -> list[str]:
    # `-P`: the folder we stand in must not hide a package. No console scripts: see `__main__`.
    return [sys.executable, "-P", "-m", module, *arguments]


async def _prepare(place: Place) -> None:
    await prepare_database(place.owner_url, place.secrets, place.folder.logs / "migrate.log")


def _external(name: str, answers: Callable[[str], Awaitable[bool]], url: str) -> Step:
    """Wait a little for a server that somebody else runs."""

    async def wait() -> None:
        try:
            async with asyncio.timeout(EXTERNAL_SECONDS_MAX):
                while not await answers(url):  # noqa: ASYNC110 - nobody tells us
                    await asyncio.sleep(0.2)
        except TimeoutError as error:
            setting = {"postgres": "MAPLEBRIDGE_DATABASE_URL", "valkey": "MAPLEBRIDGE_REDIS_URL"}
            raise Trouble(f"The server that {setting[name]} names does not answer.") from error

    return Step(name, wait)
