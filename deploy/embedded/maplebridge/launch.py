"""Start a program so that it ends with its parent and does not run as root.

    python -P -m maplebridge.launch PARENT SIGNAL [--as UID GID] -- program argument ...

An exec helper instead of `preexec_fn`: that one runs Python between fork and exec, which is not
safe once the parent has threads.

PostgreSQL refuses to run as root. Then it runs as `nobody`, and keeps one capability: to search
and read folders, since the programs and the data may lie under folders that only root enters
(`/root`, a private temp folder). Opening those folders, or adding a user, would change a machine
that is not ours.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class User:
    """A user and group to run as."""

    uid: int
    gid: int


def server_user() -> User | None:
    """Whom the embedded servers run as: `nobody` when we are root, else ourselves (None)."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def launched(
    command: Sequence[str],
    user: User | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
) -> list[str]:
    """Give the command that starts `command` as a child of this process, as `user`.

    When this process dies, however it dies, the child receives `on_parent_death` (Linux only).
    """
    who = ["--as", str(user.uid), str(user.gid)] if user else []
    helper = [sys.executable, "-P", "-m", __name__, str(os.getpid()), str(int(on_parent_death))]
    return [*helper, *who, "--", *command]


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *values: int) -> None:
    # The kernel reads five whole registers and refuses rubbish in the unused ones.
    words = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(_libc().prctl(option, *words))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _drop_root(user: User) -> None:
    """Become `user` for good; on Linux keep the right to search and read folders."""
    kept = _searching_capability() if sys.platform == "linux" else None
    if kept is not None:
        # Keeps capabilities over setuid, and lets access() count them: initdb asks it for binaries.
        _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    with suppress(PermissionError):  # a user namespace may forbid it, and then has no groups
        os.setgroups([])
    os.setgid(user.gid)
    os.setuid(user.uid)
    if kept is not None:
        # Ambient: the only kind that an ordinary program keeps over exec without file flags.
        _set_only(kept)
        _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept)


def _searching_capability() -> int | None:
    """Find the weakest capability at hand that enters others' folders (Docker drops the first)."""
    sets = (_Sets * 2)()
    _check(_libc().capget(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), sets))
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if sets[0].permitted & 1 << capability:
            return capability
    return None


def _set_only(capability: int) -> None:
    bit = 1 << capability
    sets = (_Sets * 2)(_Sets(bit, bit, bit))
    _check(_libc().capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), sets))


def _die_with_parent(parent: int, signal_number: int) -> None:
    # After the change of user: that clears this setting.
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit("The process that started this one has already ended.")


def main(arguments: list[str]) -> None:
    """Run the program in place of this process."""
    split = arguments.index("--")
    parent, signal_number, *who = arguments[:split]
    command = arguments[split + 1 :]
    if who:
        _drop_root(User(int(who[1]), int(who[2])))
    _die_with_parent(int(parent), int(signal_number))
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
