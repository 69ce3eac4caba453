"""`up.json`: which processes run, so that the next `up` can stop what a killed one left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

LEFTOVER_STOP_SECONDS = 15


@dataclass(frozen=True)
class Process:
    """A process, told from a later one that the kernel gives the same number."""

    pid: int
    born: str
    stop_signal: int = signal.SIGTERM

    @classmethod
    def of(cls, pid: int, stop_signal: signal.Signals = signal.SIGTERM) -> Process:
        """Describe a process that runs now; `born` is empty if it has just ended."""
        return cls(pid, birth(pid) or "", int(stop_signal))

    def runs(self) -> bool:
        """Whether this very process still runs."""
        return self.born != "" and birth(self.pid) == self.born

    def stop(self) -> None:
        """Ask it to stop, wait, and kill it if it does not."""
        for number in (self.stop_signal, signal.SIGKILL):
            with suppress(ProcessLookupError):
                if self.runs():
                    os.kill(self.pid, number)
            if wait_until_gone(self, LEFTOVER_STOP_SECONDS):
                return


@dataclass(frozen=True)
class State:
    """What one `up` runs."""

    up: Process
    url: str
    parts: Mapping[str, Process] = field(default_factory=dict)


def birth(pid: int) -> str | None:
    """Say when a process started, in a form only to be compared; None if it does not run."""
    return _birth_by_kernel(pid) if sys.platform == "linux" else _birth_by_ps(pid)


def _birth_by_kernel(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in brackets, may hold anything; after it come fields 3 (state) to 52.
    fields = text.rpartition(")")[2].split()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def _birth_by_ps(pid: int) -> str | None:
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or None


def wait_until_gone(process: Process, seconds: float) -> bool:
    """Wait for a process that is not our child; False if it still runs after that time."""
    deadline = time.monotonic() + seconds
    while process.runs():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def write(path: Path, state: State) -> None:
    """Note what runs; a reader sees the old or the new file, never half of one."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(state), indent=2))
    draft.replace(path)


def read(path: Path) -> State | None:
    """Read what the last `up` noted; None if it stopped properly or wrote nothing readable."""
    try:
        known: dict[str, Any] = json.loads(path.read_text())
        parts = {name: Process(**process) for name, process in known["parts"].items()}
        return State(Process(**known["up"]), known["url"], parts)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def describe(path: Path) -> str:
    """Say in one line what runs and where."""
    state = read(path)
    if state is None:
        return "another process holds it, and has not noted what runs."
    parts = ", ".join(f"{name} {process.pid}" for name, process in state.parts.items())
    return f"process {state.up.pid}, {state.url} ({parts})."


def stop_leftovers(path: Path) -> list[str]:
    """Stop, last started first, what an `up` left that was killed; the names of those that ran.

    Only to be called while the data folder is held: then no other `up` owns these processes.
    """
    known = read(path)
    if known is None:
        return []
    left = [name for name, process in known.parts.items() if process.runs()]
    for name in reversed(left):
        known.parts[name].stop()
    path.unlink(missing_ok=True)
    return left
