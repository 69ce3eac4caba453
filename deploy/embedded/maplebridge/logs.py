"""The parts' logs: kept from growing without end, and shown as they grow."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

LOG_BYTES_MAX = 20_000_000
ROTATE_EVERY_SECONDS = 5
FOLLOW_EVERY_SECONDS = 0.2

Show = Callable[[str], None]


@asynccontextmanager
async def rotated(logs: Path) -> AsyncIterator[None]:
    """Keep the logs bounded meanwhile: each has its end in `.log` and what came before in `.log.1`."""
    async with _meanwhile(_rotate_for_good(logs)):
        yield


@asynccontextmanager
async def followed(logs: Path, show: Show | None) -> AsyncIterator[None]:
    """Show what is appended to the logs meanwhile."""
    if show is None:
        yield
        return
    async with _meanwhile(follow(logs, show)):
        yield


def rotate(log: Path) -> None:
    """Move what is in a log to `.log.1`, the last `LOG_BYTES_MAX` or so, and empty it.

    Emptied and not renamed, because the part that writes keeps it open, and writes at its end. A
    line that is written between the two steps is lost: the price of not standing between.
    """
    draft = log.with_suffix(".log.new")
    try:
        with log.open("rb") as old, draft.open("wb") as new:
            old.seek(max(0, log.stat().st_size - LOG_BYTES_MAX))
            shutil.copyfileobj(old, new)
        draft.replace(log.with_suffix(".log.1"))
    except OSError:  # the disk is full: rather no old lines than no new ones
        draft.unlink(missing_ok=True)
    os.truncate(log, 0)


async def follow(logs: Path, show: Show) -> None:
    """Show every whole line that is appended to a log, with the name of its part."""
    seen = sizes(logs)
    while True:
        for log, size in sizes(logs).items():
            start = seen.get(log, 0) if size >= seen.get(log, 0) else 0
            whole = read_between(log, start, size).rpartition(b"\n")[0]
            for line in whole.decode(errors="replace").splitlines():
                show(f"{log.stem} | {line}")
            seen[log] = start + len(whole) + 1 if whole else start
        await asyncio.sleep(FOLLOW_EVERY_SECONDS)


def sizes(logs: Path) -> dict[Path, int]:
    """Give the size of each log in bytes."""
    return {log: log.stat().st_size for log in sorted(logs.glob("*.log"))}


def read_between(log: Path, start: int, end: int) -> bytes:
    """Read a piece of a file."""
    with log.open("rb") as file:
        file.seek(start)
        return file.read(end - start)


async def _rotate_for_good(logs: Path) -> None:
    while True:
        for log, size in sizes(logs).items():
            if size > LOG_BYTES_MAX:
                rotate(log)  # some 20 ms
        await asyncio.sleep(ROTATE_EVERY_SECONDS)


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
