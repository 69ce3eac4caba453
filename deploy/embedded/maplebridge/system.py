"""The whole service as a context manager: for `maplebridge up`, the demo and the tests."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from maplebridge import parts, secrets
from maplebridge.folder import DataFolder
from maplebridge.logs import followed
from maplebridge.parts import Place
from maplebridge.supervisor import Say, System, alone, started
from maplebridge.trouble import Trouble


class MapleBridge(System):
    """A running installation: where it answers, its secrets, and its parts to kill and restart."""

    def __init__(self, place: Place, say: Say) -> None:
        super().__init__(place.folder, parts.plan(place), place.url, say)
        self.secrets = place.secrets
        self.database_url = place.owner_url
        self.redis_url = place.redis_url
        self.api_environment = parts.api_environment(place)


@asynccontextmanager
async def running(
    *,
    data: Path,
    port: int = 0,
    sandbox: bool = False,
    database_url: str | None = None,
    redis_url: str | None = None,
    say: Say = lambda line: None,
    show: Say | None = None,
) -> AsyncIterator[MapleBridge]:
    """Run Maple Bridge on a data folder; at the end no process is left.

    Port 0 takes a free one. The URLs name servers to use instead of the embedded ones (the
    database's as its owner). A data folder is a sandbox from its first start or never. `say`
    hears what happens, a line a time; `show`, if given, every line that the parts log.

    Raises:
        Trouble: it cannot start, and why.
    """
    folder = DataFolder.at(data)
    async with alone(folder, say):
        place = Place(
            folder,
            secrets.load_or_create(folder, sandbox=sandbox),
            free_port(port),
            database_url,
            redis_url,
        )
        system = MapleBridge(place, say)
        async with followed(folder.logs, show), started(system):
            yield system


def free_port(wanted: int) -> int:
    """Check that a port of this machine can be listened on; 0 finds one.

    Raises:
        Trouble: another program listens there, or the port is not for us.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise Trouble(
                f"Port {wanted} cannot be used ({error.strerror}): choose another with --port "
                "(`make up PORT=8001`)."
            ) from error
        return int(probe.getsockname()[1])
