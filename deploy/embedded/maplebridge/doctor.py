"""`maplebridge doctor`: what is wrong with this installation, and what to do about it."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from maplebridge import postgres, state, valkey
from maplebridge.database import REPOSITORY, SERVICE_ROLES, VERSION_MIN
from maplebridge.folder import DataFolder, socket_fits
from maplebridge.parts import Place, api_is_ready
from maplebridge.reach import start
from maplebridge.secrets import load
from maplebridge.system import free_port
from maplebridge.trouble import Trouble

PYTHON_MIN = (3, 11)
DISK_BYTES_MIN = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `remedy` is empty when nothing is to be done."""

    what: str
    found: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is as it should be."""
        return not self.remedy


async def examine(
    data: Path, port: int, database_url: str | None, redis_url: str | None
) -> AsyncIterator[Finding]:
    """Look at everything that must be right, from the machine up to the running parts."""
    folder = DataFolder.at(data)
    running = folder.is_running()
    yield _python()
    if not database_url:
        yield _program("PostgreSQL", "postgres")
        yield _user(folder)
    if not redis_url:
        yield _program("Valkey", "valkey")
    yield _data_folder(folder)
    yield _disk(folder)
    yield _sockets(folder)
    yield _port(folder, port, running)
    if not folder.secrets.exists():
        yield Finding("installation", f"none yet: `{start(folder)}` makes it")
        return
    yield _secrets_mode(folder)
    try:
        secrets = load(folder.secrets)
    except Trouble as trouble:
        yield Finding("secrets", "unusable", str(trouble))
        return
    yield Finding("installation", "a sandbox" if secrets.sandbox else "a real street")
    up = start(folder)
    place = Place(folder, secrets, port, database_url, redis_url)
    known = state.read(folder.state)
    for finding in _parts(folder, known, running, up):
        yield finding
    alive = set(known.parts) if known and running else set()
    if known and "api" in alive:
        yield await _api(known.url)
    if database_url or "postgres" in alive:
        async for finding in look_at_database(place.owner_url, up):
            yield finding
    if redis_url or "valkey" in alive:
        yield await _redis(place)


def _python() -> Finding:
    version = ".".join(str(number) for number in sys.version_info[:3])
    if sys.version_info >= PYTHON_MIN:
        return Finding("Python", version)
    return Finding("Python", version, "Python 3.11 or newer is needed.")


def _program(what: str, name: str) -> Finding:
    try:
        path = valkey.binary() if name == "valkey" else postgres.binary(name)
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    except Trouble as trouble:
        return Finding(what, "not found", str(trouble))
    except (OSError, subprocess.CalledProcessError) as error:
        return Finding(what, f"does not run ({error})", "Install its package for this machine.")
    return Finding(what, told.stdout.strip())


def _user(folder: DataFolder) -> Finding:
    remedy = "" if folder.postgres.exists() else postgres.why_no_initdb()
    return Finding("user", f"id {os.geteuid()}", remedy)


def _data_folder(folder: DataFolder) -> Finding:
    nearest = next(path for path in (folder.root, *folder.root.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("data", f"{folder.root}: not writable", "Choose another with --data.")
    if folder.secrets.exists() and (owner := folder.secrets.stat().st_uid) != os.geteuid():
        return Finding("data", f"{folder.root}: of user id {owner}", "Run as that user.")
    return Finding("data", str(folder.root))


def _disk(folder: DataFolder) -> Finding:
    nearest = next(path for path in (folder.root, *folder.root.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    found = f"{free / 1e9:.1f} GB free"
    return Finding("disk", found, "" if free > DISK_BYTES_MIN else "Make at least 1 GB free.")


def _sockets(folder: DataFolder) -> Finding:
    remedy = "" if socket_fits(folder.run) else "Set TMPDIR to a shorter path."
    return Finding("sockets", str(folder.run), remedy)


def _port(folder: DataFolder, port: int, running: bool) -> Finding:
    if running and (known := state.read(folder.state)):
        return Finding("port", f"{known.url} is ours")
    try:
        free_port(port)
    except Trouble as trouble:
        return Finding("port", f"{port} is taken", str(trouble))
    return Finding("port", f"{port} is free")


def _secrets_mode(folder: DataFolder) -> Finding:
    mode = folder.secrets.stat().st_mode & 0o777
    remedy = f"chmod 600 '{folder.secrets}'" if mode & 0o077 else ""
    return Finding("secrets", f"{folder.secrets.name}, mode {mode:o}", remedy)


def _parts(
    folder: DataFolder, known: state.State | None, running: bool, up: str
) -> Iterator[Finding]:
    if known is None:
        yield Finding("processes", "not running")
        return
    if not running:
        killed = f"process {known.up.pid} was killed"
        yield Finding("processes", f"not running, {killed}", f"`{up}` takes its data up again.")
    for name, process in known.parts.items():
        if process.runs():
            left = "" if running else f"It was left: `{up}` stops it."
            yield Finding(name, f"process {process.pid}", left)
        elif running:
            yield Finding(name, "not running", f"See {folder.logs / name}.log")


async def _api(url: str) -> Finding:
    if await api_is_ready(url):
        return Finding("API", f"{url} is ready")
    return Finding("API", f"{url} is not ready", f"See what {url}/readyz says.")


async def look_at_database(url: str, up: str) -> AsyncIterator[Finding]:
    """Look at a database as its owner; `up` is the call that mends what it lacks."""
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # By its type: a time-out has no words.
        told = f"{type(error).__name__} {error}".strip()
        yield Finding("database", f"does not answer ({told})", "Is the server up, the URL right?")
        return
    try:
        yield _version(connection)
        yield await _schema(connection, up)
        yield await _roles(connection, up)
    finally:
        await connection.close()


def _version(connection: asyncpg.Connection) -> Finding:
    version = connection.get_server_version()
    found = f"PostgreSQL {connection.get_settings().server_version}"
    wrong = version.major < VERSION_MIN
    return Finding("database", found, f"PostgreSQL {VERSION_MIN} is needed." if wrong else "")


async def _schema(connection: asyncpg.Connection, up: str) -> Finding:
    # Here and not above: every other command would wait for it to load.
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(Config(REPOSITORY / "alembic.ini")).get_current_head()
    try:
        reached = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        reached = None
    remedy = "" if reached == head else f"`{up}` migrates to {head}."
    return Finding("schema", f"migration {reached or 'none'}", remedy)


async def _roles(connection: asyncpg.Connection, up: str) -> Finding:
    found = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY($1)", SERVICE_ROLES
    )
    missing = set(SERVICE_ROLES) - {row["rolname"] for row in found}
    if missing:
        return Finding("roles", f"cannot log in: {missing}", f"`{up}` lets them.")
    return Finding("roles", ", ".join(SERVICE_ROLES))


async def _redis(place: Place) -> Finding:
    if await valkey.answers(place.redis_url):
        return Finding("queue", "answers")
    return Finding("queue", "does not answer", "Is the server up, MAPLEBRIDGE_REDIS_URL right?")
