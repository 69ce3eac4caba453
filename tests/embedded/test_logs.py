import asyncio
import sys
from pathlib import Path

import pytest

from maplebridge import logs
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.supervisor import Part, System, alone, started

CHATTERS = "import time\nwhile True: print('so it goes', flush=True); time.sleep(0.001)"


async def test_the_log_of_a_part_that_never_stops_talking_stays_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES_MAX", 1_000)
    monkeypatch.setattr(logs, "ROTATE_EVERY_SECONDS", 0.01)
    folder = DataFolder.at(tmp_path)
    log, before = folder.logs / "chatter.log", folder.logs / "chatter.log.1"

    async def ready() -> bool:
        return before.exists() and log.stat().st_size > 0

    chatter = Part("chatter", [sys.executable, "-c", CHATTERS], ready, inherited())
    system = System(folder, [chatter], "", lambda line: None)
    async with alone(folder, system.say), started(system):
        await asyncio.sleep(1)  # some 10,000 bytes
        assert log.stat().st_size < 5_000
        assert b"\0" not in log.read_bytes()  # no hole where the lines before were
    assert before.stat().st_size < 5_000
    assert sorted(path.name for path in folder.logs.iterdir()) == ["chatter.log", "chatter.log.1"]


def test_of_a_log_that_grew_too_fast_the_end_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES_MAX", 10)
    log = tmp_path / "api.log"
    with log.open("a") as writer:
        print("yesterday", "today", sep="\n", file=writer, flush=True)
        logs.rotate(log)
        print("tomorrow", file=writer)
    assert (tmp_path / "api.log.1").read_text() == "day\ntoday\n"
    assert log.read_text() == "tomorrow\n"
