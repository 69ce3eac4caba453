"""The tree of a street of 20,000 grids as of a past day, beside the same rows by bare asyncpg.

One request at a time, on both sides in turn: the answer is several megabytes of text, which PostgreSQL writes.
"""

import time
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx

from maplebridge.sample.client import signed_in
from maplebridge.system import MapleBridge
from maplebridge_api.platform.database import Scope
from maplebridge_api.platform.identity import register_client
from maplebridge_domain.authority import Right

from .data import BIG_STREET, make_tree
from .figures import Figure, figure
from .phones import reference

NAME = "tree_as_of"
AIM = 0.7
ROUNDS = 11
REQUESTS_A_ROUND = 3
GRIDS = 20_001
SECRET = "clerk"  # of a client that lives as long as this bench
THEN = {"at": "2026-03-01T00:00:00+08:00"}  # four months before all was renumbered


async def measure(system: MapleBridge, work: Path) -> Figure:
    """Measure the tree of a street that is made first; both sides say the same of it."""
    await make_tree(system.database_url, BIG_STREET)
    path = f"/v1/grids/{await _root(system.database_url)}/tree"
    await register_client(
        system.database_url,
        client_id="clerk",
        secret=SECRET,
        name="clerk",
        rights=[Right.READ, Right.LEDGERS_READ],  # that all numbers are shown
        scope=Scope(BIG_STREET, BIG_STREET),
    )
    async with (
        reference("tests.bench.reference:app", system, work / "reference.log") as port,
        signed_in(system.url, "clerk", SECRET) as ours,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as theirs,
    ):
        mine, other = [(await _tree(side, path)).json()["items"] for side in (ours, theirs)]
        if mine != other or len(mine) != GRIDS:
            raise RuntimeError(f"the trees differ, of {len(mine)} and {len(other)} grids")
        rounds = [(await _rate(ours, path), await _rate(theirs, path)) for _ in range(ROUNDS)]
    return figure(NAME, rounds, AIM)


async def _root(database_url: str) -> UUID:
    connection = await asyncpg.connect(database_url)
    try:
        root: UUID = await connection.fetchval(
            "SELECT id FROM grid WHERE street_id = $1 AND level = 'street'", BIG_STREET
        )
    finally:
        await connection.close()
    return root


async def _rate(side: httpx.AsyncClient, path: str) -> float:
    begun = time.perf_counter()
    for _ in range(REQUESTS_A_ROUND):
        await _tree(side, path)
    return REQUESTS_A_ROUND / (time.perf_counter() - begun)


async def _tree(side: httpx.AsyncClient, path: str) -> httpx.Response:
    return (await side.get(path, params=THEN, timeout=60)).raise_for_status()
