"""Starts the parts in order, keeps them running, stops them in reverse order."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maplebridge import state
from maplebridge.folder import DataFolder
from maplebridge.launch import User, launched
from maplebridge.logs import rotated
from maplebridge.trouble import Trouble

READY_SECONDS_MAX = 60
PROBE_SECONDS_MAX = 5
PROBE_EVERY_SECONDS = 0.05
STOP_SECONDS_MAX = 20
PAUSE_SECONDS_MIN = 0.2
PAUSE_SECONDS_MAX = 5
STEADY_SECONDS = 30  # a part that ran so long starts again without a long pause

Say = Callable[[str], None]


async def nothing() -> None:
    """Do nothing: what most parts need before they start."""


@dataclass(frozen=True)
class Part:
    """A process to keep running. It is ready when `ready` says so, which must really ask it."""

    name: str
    command: Sequence[str]
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], Awaitable[None]] = nothing
    stop_signal: signal.Signals = signal.SIGTERM
    user: User | None = None


@dataclass(frozen=True)
class Step:
    """Something to do once between the starts of two parts."""

    name: str
    run: Callable[[], Awaitable[None]]


class Keeper:
    """Keeps one part running."""

    def __init__(self, part: Part, log: Path, say: Say, spawned: Callable[[], None]) -> None:
        self.part = part
        self.log = log
        self.say = say
        self.spawned = spawned
        self.process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the part and return when it is ready; from then on it is started again if it ends.

        Raises:
            Trouble: it ended, or was not ready in time.
        """
        began = time.monotonic()
        await self._start_once()
        self.say(f"{self.part.name}: ready after {time.monotonic() - began:.1f} s")
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop the part, by force if it does not listen; no process of it is left."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
            self._watching = None
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(self.part.stop_signal)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            self.say(f"{self.part.name}: does not stop, killed")
            self.kill()
            await self.process.wait()
        self._end_group(self.process.pid)
        self.process = None

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()

    async def _watch(self) -> None:
        pause = PAUSE_SECONDS_MIN
        while self.process is not None:
            began = time.monotonic()
            trouble = f"ended ({_manner(await self.process.wait())})"
            if time.monotonic() - began > STEADY_SECONDS:
                pause = PAUSE_SECONDS_MIN
            while trouble:
                self.say(f"{self.part.name}: {trouble}, starts again in {pause:.1f} s")
                await asyncio.sleep(pause)
                pause = min(pause * 2, PAUSE_SECONDS_MAX)
                trouble = await self._start_again()

    async def _start_again(self) -> str:
        """Start the part; what went wrong, in one line, or nothing."""
        if self.process is not None:
            self._end_group(self.process.pid)
        try:
            await self._start_once()
        except Exception as error:  # whatever it is, the part is tried again
            self.kill()
            return str(error).partition("\n")[0]
        self.say(f"{self.part.name}: ready again")
        return ""

    async def _start_once(self) -> None:
        await self.part.before_start()
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *launched(self.part.command, self.part.user, self.part.stop_signal),
                env=dict(self.part.environment),
                cwd=self.log.parent,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C must not reach the parts: we stop them in order.
                start_new_session=True,
            )
        self.spawned()
        await self._wait_until_ready(self.process)

    async def _wait_until_ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not await self._probe():
            if process.returncode is not None:
                raise Trouble(
                    f"{self.part.name} ended ({_manner(process.returncode)}) before it was "
                    f"ready. The end of {self.log}:\n{_tail(self.log)}"
                )
            if time.monotonic() > deadline:
                raise Trouble(
                    f"{self.part.name} is not ready after {READY_SECONDS_MAX} s. "
                    f"The end of {self.log}:\n{_tail(self.log)}"
                )
            await asyncio.sleep(PROBE_EVERY_SECONDS)

    async def _probe(self) -> bool:
        try:
            return await asyncio.wait_for(self.part.ready(), PROBE_SECONDS_MAX)
        except TimeoutError:
            return False

    def _end_group(self, group: int) -> None:
        """End what the process itself had started, if it left any."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


class System:
    """The parts that run on one data folder."""

    def __init__(self, folder: DataFolder, plan: Sequence[Part | Step], url: str, say: Say) -> None:
        self.folder = folder
        self.plan = plan
        self.url = url
        self.say = say
        self._keepers: dict[str, Keeper] = {}

    async def start_all(self) -> None:
        """Start everything in order.

        Raises:
            Trouble: something did not start.
        """
        self._note()
        for item in self.plan:
            if isinstance(item, Step):
                await self._do(item)
            else:
                log = self.folder.logs / f"{item.name}.log"
                keeper = Keeper(item, log, self.say, self._note)
                self._keepers[item.name] = keeper
                await keeper.start()

    async def stop_all(self) -> None:
        """Stop everything, last started first."""
        for keeper in reversed(self._keepers.values()):
            await keeper.stop()
        self._keepers.clear()
        self.folder.state.unlink(missing_ok=True)

    def pid(self, part: str) -> int | None:
        """Give the process number of a part; None while it is stopped."""
        process = self._keepers[part].process
        return process.pid if process else None

    def kill(self, part: str) -> None:
        """End a part's process at once (SIGKILL), as a crash would; it is then started again."""
        self._keepers[part].kill()

    async def stop(self, part: str) -> None:
        """Stop one part and leave it stopped."""
        await self._keepers[part].stop()

    async def start(self, part: str) -> None:
        """Start a part that was stopped; returns when it is ready."""
        await self._keepers[part].start()

    async def _do(self, step: Step) -> None:
        began = time.monotonic()
        await step.run()
        self.say(f"{step.name}: done after {time.monotonic() - began:.1f} s")

    def _note(self) -> None:
        running = {
            name: state.Process.of(keeper.process.pid, keeper.part.stop_signal)
            for name, keeper in self._keepers.items()
            if keeper.process is not None
        }
        here = state.Process.of(os.getpid())
        state.write(self.folder.state, state.State(here, self.url, running))


@asynccontextmanager
async def alone(folder: DataFolder, say: Say) -> AsyncIterator[None]:
    """Hold the data folder, and stop what an `up` left in it that was killed.

    Raises:
        Trouble: another `up` runs there.
    """
    folder.create()
    with folder.held():
        for name in await asyncio.to_thread(state.stop_leftovers, folder.state):
            say(f"{name}: stopped, as a killed `up` had left it")
        try:
            yield
        finally:
            folder.remove_sockets()


@asynccontextmanager
async def started(system: System) -> AsyncIterator[System]:
    """Start a system, and stop it whatever happens; its logs are kept bounded meanwhile."""
    async with rotated(system.folder.logs):
        try:
            await system.start_all()
            yield system
        finally:
            await system.stop_all()


async def until_signalled(work: Coroutine[Any, Any, None], say: Say) -> None:
    """Run until Ctrl-C, SIGTERM or a closed terminal: the work then ends in order.

    Only the first signal counts: a second must not interrupt the stopping.
    """
    task = asyncio.create_task(work)

    def stop() -> None:
        if not task.cancelling():
            say("Stopping ...")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


def _manner(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-15:]
    return "\n".join(f"  {line}" for line in lines)
