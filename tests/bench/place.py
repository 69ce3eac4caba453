"""Where it is measured: an embedded PostgreSQL with a large street, and servers as processes."""

import asyncio
import base64
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from joserfc.jwk import OKPKey

from maplebridge.database import migrate
from maplebridge.postgres import PostgresServer

KEY = json.dumps(
    OKPKey.generate_key("Ed25519", parameters={"kid": "bench"}, private=True).as_dict(private=True)
)
SETTINGS = {
    "MAPLEBRIDGE_REDIS_URL": "redis://127.0.0.1:1",
    "MAPLEBRIDGE_TOKEN_KEY": KEY,
    "MAPLEBRIDGE_STATEMENT_KEY": KEY,
    "MAPLEBRIDGE_PERSONAL_DATA_KEY": f"k1:{base64.b64encode(bytes(32)).decode()}",
    "MAPLEBRIDGE_SANDBOX": "false",
    "MAPLEBRIDGE_DATABASE_CONNECTIONS": "8",
}


@dataclass
class Place:
    """A running database server."""

    server: PostgresServer

    def url(self, role: str = "mb_owner") -> str:
        """Give the database's URL for a role."""
        return self.server.url(role)

    async def executes(self, *statements: str) -> None:
        """Run statements as the owner."""
        connection = await asyncpg.connect(self.url())
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    @asynccontextmanager
    async def serving(self, factory: str, role: str) -> AsyncIterator[int]:
        """Serve an application in a process of its own; gives its port."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "uvicorn", factory, "--factory", "--no-access-log"),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "critical"),
            env={**os.environ, **SETTINGS, "MAPLEBRIDGE_DATABASE_URL": self.url(role)},
        )
        try:
            await _answers(port)
            yield port
        finally:
            process.terminate()
            await process.wait()


async def _answers(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


@asynccontextmanager
async def opened() -> AsyncIterator[Place]:
    """Start the database server in a temporary folder, migrated."""
    os.environ |= SETTINGS | {"MAPLEBRIDGE_DATABASE_URL": ""}  # for tokens signed here
    with tempfile.TemporaryDirectory() as folder:
        # Durable on both sides alike, but not waiting for this machine's disk.
        settings = {"synchronous_commit": "off", "shared_buffers": "512MB", "max_wal_size": "4GB"}
        with PostgresServer(Path(folder) / "data", "bench", settings) as server:
            place = Place(server)
            await migrate(place.url(), Path(folder) / "migrate.log")
            roles = ("mb_api", "mb_evaluator")
            await place.executes(*(f"ALTER ROLE {r} LOGIN PASSWORD 'bench'" for r in roles))
            yield place
