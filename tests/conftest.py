"""A real PostgreSQL for every test process, and a fresh copy of the small street for every test."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from joserfc.jwk import OKPKey

#: Keys of this test process; set before the API is imported, because its workers read them then.
_KEY = OKPKey.generate_key("Ed25519", parameters={"kid": "test-1"}, private=True)
os.environ |= {
    "MAPLEBRIDGE_DATABASE_URL": "postgresql://nobody@/nowhere",
    "MAPLEBRIDGE_REDIS_URL": "redis://127.0.0.1:1",
    "MAPLEBRIDGE_TOKEN_KEY": json.dumps(_KEY.as_dict(private=True)),
    "MAPLEBRIDGE_STATEMENT_KEY": json.dumps(_KEY.as_dict(private=True)),
    "MAPLEBRIDGE_PERSONAL_DATA_KEY": f"k1:{base64.b64encode(bytes(32)).decode()}",
    "MAPLEBRIDGE_SANDBOX": "true",
}

from maplebridge.database import migrate  # noqa: E402
from maplebridge.postgres import PostgresServer  # noqa: E402
from maplebridge.valkey import ValkeyServer, answers  # noqa: E402
from maplebridge_api.platform import counting  # noqa: E402
from maplebridge_api.settings import settings  # noqa: E402
from tests.world import Tianqiao, build_street, open_street  # noqa: E402

#: Nothing here outlives the test process, so nothing need reach the disk.
#: And nothing is written but by tests: a copy that none wrote on is lent again.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
#: Files in memory, where a system has them and room enough: a copy takes a third of the time there.
IN_MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30

#: Whole systems, minutes a file: begun first, or one worker would be alone with the last of them.
LONG = ("tests/system/", "tests/faults/", "tests/embedded/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; `--no-loadscope-reorder` keeps them there."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


class Databases:
    """A server with a template database; copies of it are made in a tenth of a second."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = count(1)
        self._unwritten: str | None = None

    def url(self, database: str, role: str = "mb_owner") -> str:
        """Give the URL of a database for a role; all roles have one password here."""
        return self._server.url(role, database)

    async def executes(self, *statements: str) -> None:
        """Run statements as the owner, outside the databases that are copied."""
        connection = await asyncpg.connect(self._server.url(database="postgres"))
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def copy(self, template: str) -> str:
        """Copy a database; returns the copy's name."""
        name = f"copy_{next(self._numbers)}"
        # As files: copied by way of the log of writes, it costs three times as much.
        await self.executes(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    async def drop(self, name: str) -> None:
        """Drop a copy."""
        await self.executes(f"DROP DATABASE {name} WITH (FORCE)")

    async def freeze(self, template: str) -> None:
        """Settle a template's rows, so that whoever only reads a copy leaves no mark on them."""
        connection = await asyncpg.connect(self._server.url(database=template))
        await connection.execute("VACUUM (FREEZE)")
        await connection.close()

    @asynccontextmanager
    async def lent(self, template: str) -> AsyncIterator[str]:
        """Lend a copy to a test, the one that was lent before if nobody wrote on it."""
        name = self._unwritten or await self.copy(template)
        self._unwritten = None
        before = await self._last_write(name)
        yield name
        if await self._last_write(name) == before:
            self._unwritten = name
        else:
            await self.drop(name)

    async def _last_write(self, database: str) -> str:
        """Tell how far the server's log of writes has come."""
        connection = await asyncpg.connect(self._server.url(database=database))
        last = await connection.fetchval("SELECT pg_current_wal_insert_lsn()::text")
        await connection.close()
        return str(last)


@contextmanager
def _work() -> Iterator[Path]:
    in_memory = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM
    with TemporaryDirectory(prefix="mb-test-", dir=IN_MEMORY if in_memory else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
async def databases() -> AsyncIterator[Databases]:
    """Start a server with two templates: `maplebridge`, migrated, and `tianqiao`, with the street."""
    with _work() as folder, PostgresServer(folder, "test", FAST) as server:
        databases = Databases(server)
        await migrate(server.url(), folder / "migrate.log")
        await databases.executes(
            "ALTER ROLE mb_api LOGIN PASSWORD 'test'",
            "ALTER ROLE mb_evaluator LOGIN PASSWORD 'test'",
            "CREATE DATABASE tianqiao TEMPLATE maplebridge",
        )
        await build_street(databases.url("tianqiao"), databases.url("tianqiao", "mb_api"))
        await databases.freeze("tianqiao")
        yield databases


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[str]:
    """Give the name of a copy of the small street's database."""
    async with databases.lent("tianqiao") as name:
        yield name


@pytest.fixture
async def tianqiao(databases: Databases, database: str) -> AsyncIterator[Tianqiao]:
    """Open the small street: the real application on a database of its own."""
    owner, api = databases.url(database), databases.url(database, "mb_api")
    async with open_street(owner, api) as street:
        yield street


class Valkey:
    """A Valkey that a test may stop and start."""

    def __init__(self, folder: Path) -> None:
        self.server = ValkeyServer(folder)
        self.server.folder.create()
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self.server.prepare_start()
        self._launch()
        async with asyncio.timeout(10):
            while not await answers(self.server.url()):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)

    def _launch(self) -> None:
        self.process = subprocess.Popen(self.server.command(), stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        """Stop it, with all that it holds in memory."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
async def valkey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Valkey]:
    """Start a Valkey that the settings name; to be asked for before the street."""
    valkey = Valkey(tmp_path / "valkey")
    await valkey.start()
    monkeypatch.setenv("MAPLEBRIDGE_REDIS_URL", valkey.server.url())
    settings.cache_clear()
    # On a busy machine it may be slow; only a test that takes it away finds it away.
    monkeypatch.setattr(counting, "TIMEOUT_SECONDS", 30.0)
    yield valkey
    valkey.stop()
    valkey.server.folder.remove_sockets()
    monkeypatch.undo()
    settings.cache_clear()
