"""The data folder: what lies where, who holds it, and where its sockets go."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from maplebridge import state
from maplebridge.launch import server_user
from maplebridge.trouble import Trouble

SOCKET_PATH_BYTES_MAX = 107  # `sun_path` of Linux without its final zero; macOS allows 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class DataFolder:
    """Everything that one installation keeps on disk."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> "DataFolder":
        """Take a path from the operator, relative to where the command was typed."""
        return cls(path.absolute())

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """The append-only file of Valkey."""
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        """One file a part."""
        return self.root / "logs"

    @property
    def sample(self) -> Path:
        """The spreadsheets of the sample street, if it was loaded."""
        return self.root / "sample"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, for its owner's eyes only."""
        return self.root / "secrets.json"

    @property
    def state(self) -> Path:
        """What runs, for the next `up` and for `doctor`."""
        return self.root / "up.json"

    @property
    def lock(self) -> Path:
        """Held by the `up` that runs."""
        return self.root / "lock"

    @property
    def run(self) -> Path:
        """Where the sockets are: in the data folder if a socket's path can be that long."""
        inside = self.root / "run"
        # Of a `unix:` URL, redis-py decodes the path and arq does not: where the two would
        # differ, the sockets go elsewhere.
        if socket_fits(inside) and not set("%?#") & set(str(inside)):
            return inside
        # The name is always the same for one data folder, so that a killed `up` leaves no
        # second one behind.
        name = "maplebridge-" + hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        elsewhere = Path(tempfile.gettempdir()) / name
        return elsewhere if socket_fits(elsewhere) else Path("/tmp") / name  # noqa: S108

    def create(self) -> None:
        """Make the folder, readable by its owner alone, and the folder of logs.

        Raises:
            Trouble: the folder cannot be made or belongs to somebody else.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Trouble(f"Cannot write {self.root} ({error.strerror}): choose --data.") from error
        if self.secrets.exists() and (owner := self.secrets.stat().st_uid) != os.geteuid():
            raise Trouble(
                f"{self.root} was made by user id {owner}: run as that user, or choose --data."
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against a second `up`; the kernel lets go when the process ends.

        Raises:
            Trouble: another process holds it; says which and where it answers.
        """
        with self.lock.open("a") as file:
            if not lock(file):
                raise Trouble(
                    f"Maple Bridge already runs on {self.root}: {state.describe(self.state)}"
                )
            yield

    def is_running(self) -> bool:
        """Whether an `up` runs on this folder."""
        known = state.read(self.state)
        return known is not None and known.up.runs()

    def remove_sockets(self) -> None:
        """Remove the folder of the sockets, so that nothing stays in the temp folder."""
        shutil.rmtree(self.run, ignore_errors=True)

    def delete(self) -> list[str]:
        """Delete what this installation keeps; return the names of what else lies there, and stays.

        Never the whole folder: the demo's own data folder lies in it, and may be running.

        Raises:
            Trouble: Maple Bridge runs on it, or it is some other folder.
        """
        # The secrets may be what was lost, and the reason to begin anew.
        cluster = self.lock.exists() and (self.postgres / "PG_VERSION").exists()
        if not (self.secrets.exists() or cluster):
            raise Trouble(f"{self.root} is not a data folder of Maple Bridge: nothing deleted.")
        with self.held():
            # What a killed `up` may have left.
            state.stop_leftovers(self.state)
            self.remove_sockets()
            # The secrets last: without them an interrupted deletion could not be repeated.
            for kept in (
                self.postgres,
                self.valkey,
                self.logs,
                self.sample,
                self.state,
                self.lock,
                self.secrets,
            ):
                _remove(draft_of(kept))
                _remove(kept)
        stays = sorted(path.name for path in self.root.iterdir())
        if not stays:
            self.root.rmdir()
        return stays


def draft_of(path: Path) -> Path:
    """Where something is made before it takes its place, whole."""
    return path.with_suffix(".new")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def lock(file: IO[str]) -> bool:
    """Take the lock on an open file; False if another process has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def socket_fits(folder: Path) -> bool:
    """Whether the longest socket name fits under this folder."""
    return len(os.fsencode(folder / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX


def make_server_folder(folder: Path) -> None:
    """Make a folder that only the user of the embedded servers can enter.

    Raises:
        Trouble: there is one already and it is not ours (the temp folder is everybody's).
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if user := server_user():
            os.chown(folder, user.uid, user.gid)
    owner = user.uid if (user := server_user()) else os.geteuid()
    found = folder.lstat()
    if folder.is_symlink() or not folder.is_dir() or found.st_uid != owner:
        raise Trouble(f"{folder} belongs to somebody else (user id {found.st_uid}): remove it.")
    folder.chmod(0o700)
