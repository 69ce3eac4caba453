"""Looking at processes from outside, without guessing how long things take."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until something is so; False if it is not by then."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def processes_on(data: Path) -> dict[int, str]:
    """Name the processes that were told of this folder or stand in it, by their numbers."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
            stands = os.fsencode((process / "cwd").readlink())
        except OSError:  # it has just ended
            continue
        concerned = os.fsencode(data) in words or stands.startswith(os.fsencode(data))
        if concerned and int(process.name) != os.getpid():
            found[int(process.name)] = words.replace(b"\0", b" ").decode(errors="replace")
    return found


class StandIn:
    """`tests.embedded.stand_in` as a child, with what it says."""

    def __init__(self, data: Path, port: int, said: Path) -> None:
        self.said = said
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.embedded.stand_in", str(data), str(port)],
                cwd=REPOSITORY,
                stdout=output,
                stderr=output,
            )

    def says(self, words: str, seconds: float = 30) -> bool:
        """Wait until it has said something."""
        eventually(lambda: self.has_said(words) or self.process.poll() is not None, seconds)
        return self.has_said(words)

    def has_said(self, words: str) -> bool:
        return words in self.said.read_text()

    def ends(self) -> int:
        """Wait for its end; the exit code."""
        return self.process.wait(60)


@contextmanager
def stand_in(data: Path, port: int = 0) -> Iterator[StandIn]:
    data.parent.mkdir(parents=True, exist_ok=True)
    child = StandIn(data, port, data.parent / f"said-{time.monotonic_ns()}.txt")
    try:
        yield child
    finally:
        child.process.terminate()
        child.process.wait(60)
