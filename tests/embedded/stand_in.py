"""The supervisor with the real servers and a stand-in for our services, as a process of its own.

    python -m tests.embedded.stand_in DATA PORT

For tests of what happens to that process and its children; the services themselves need not exist.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from maplebridge import secrets
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.parts import Place, postgres_part, valkey_part
from maplebridge.supervisor import Part, Say, System, alone, started, until_signalled
from maplebridge.system import free_port
from maplebridge.trouble import Trouble


def desk(port: int) -> Part:
    """A part that answers HTTP, as the API does."""

    async def ready() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/")).is_success
            except httpx.HTTPError:
                return False

    command = [sys.executable, "-P", "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    return Part("desk", command, ready, inherited())


@asynccontextmanager
async def standing_in(data: Path, port: int, say: Say) -> AsyncIterator[System]:
    folder = DataFolder.at(data)
    async with alone(folder, say):
        place = Place(folder, secrets.load_or_create(folder), free_port(port))
        plan = [postgres_part(place), valkey_part(place), desk(place.port)]
        async with started(System(folder, plan, place.url, say)) as system:
            yield system


async def main(data: Path, port: int) -> None:
    def say(line: str) -> None:
        print(line, flush=True)

    async def work() -> None:
        async with standing_in(data, port, say):
            say("all ready")
            await asyncio.Event().wait()

    await until_signalled(work(), say)


if __name__ == "__main__":
    try:
        asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
    except Trouble as trouble:
        sys.exit(str(trouble))
