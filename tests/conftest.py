"""A real PostgreSQL for every test process, and a fresh copy of the small street for every test."""

import base64
import json
import os
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

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
from tests.world import Tianqiao, build_street, open_street  # noqa: E402

#: Nothing here outlives the test process, so nothing need reach the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Databases:
    """A server with a template database; copies of it are made in a tenth of a second."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = count(1)

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
        await self.executes(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


@pytest.fixture(scope="session")
async def databases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Databases]:
    """Start a server with two templates: `maplebridge`, migrated, and `tianqiao`, with the street."""
    folder: Path = tmp_path_factory.mktemp("databases")
    with PostgresServer(folder, "test", FAST) as server:
        databases = Databases(server)
        await migrate(server.url(), folder / "migrate.log")
        await databases.executes(
            "ALTER ROLE mb_api LOGIN PASSWORD 'test'",
            "ALTER ROLE mb_evaluator LOGIN PASSWORD 'test'",
            "CREATE DATABASE tianqiao TEMPLATE maplebridge",
        )
        await build_street(databases.url("tianqiao"), databases.url("tianqiao", "mb_api"))
        yield databases


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[str]:
    """Give the name of a copy of the small street's database."""
    name = await databases.copy("tianqiao")
    yield name
    await databases.executes(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def tianqiao(databases: Databases, database: str) -> AsyncIterator[Tianqiao]:
    """Open the small street: the real application on a database of its own."""
    owner, api = databases.url(database), databases.url(database, "mb_api")
    async with open_street(owner, api) as street:
        yield street
