"""What the supervisor promises, with the real servers and a stand-in for the services."""

import asyncio
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from maplebridge import parts, secrets, state, valkey
from maplebridge.database import answers
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.parts import Place
from maplebridge.supervisor import Part, Step, System, alone, started
from maplebridge.trouble import Trouble
from tests.embedded.stand_in import desk, standing_in
from tests.embedded.watching import REPOSITORY, eventually, processes_on, stand_in


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "a street 天桥" / ".maplebridge"


class Said(list[str]):
    """What the supervisor says."""

    async def hears(self, line: str) -> bool:
        """Wait until it has said a line."""
        try:
            async with asyncio.timeout(30):
                while line not in self:  # noqa: ASYNC110 - a list tells nobody
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return False
        return True


def place(data: Path) -> Place:
    folder = DataFolder.at(data)
    return Place(folder, secrets.load(folder.secrets), port=0)


def parts_of(data: Path) -> dict[str, state.Process]:
    known = state.read(DataFolder.at(data).state)
    return dict(known.parts) if known else {}


async def test_it_says_which_part_is_ready_and_leaves_nothing(data: Path) -> None:
    said = Said()
    async with standing_in(data, 0, said.append):
        assert [line.partition(":")[0] for line in said] == ["postgres", "valkey", "desk"]
        assert await answers(place(data).owner_url)
        assert await valkey.answers(place(data).redis_url)
    assert processes_on(data) == {}
    assert parts_of(data) == {}
    assert not DataFolder.at(data).run.exists()


async def test_secrets_are_made_once_and_for_their_owner_alone(data: Path) -> None:
    folder = DataFolder.at(data)
    folder.create()
    made = secrets.load_or_create(folder)
    assert secrets.load_or_create(folder) == made
    assert folder.secrets.stat().st_mode & 0o777 == 0o600

    folder.postgres.mkdir()
    folder.secrets.unlink()
    with pytest.raises(Trouble, match="bring it back from a backup"):
        secrets.load_or_create(folder)


@pytest.mark.parametrize("part", ["postgres", "valkey", "desk"])
async def test_a_part_that_is_killed_starts_again(data: Path, part: str) -> None:
    said = Said()
    async with standing_in(data, 0, said.append) as system:
        before = system.pid(part)
        system.kill(part)
        assert await said.hears(f"{part}: ready again")
        assert system.pid(part) not in {None, before}
        assert f"{part}: ended (SIGKILL), starts again in 0.2 s" in said
    assert processes_on(data) == {}


async def test_a_worker_that_lost_its_queue_starts_again(data: Path) -> None:
    folder = DataFolder.at(data)
    folder.create()
    here = Place(folder, secrets.load_or_create(folder), port=0)
    environment = {
        **inherited(),
        "PYTHONPATH": str(REPOSITORY),
        "MAPLEBRIDGE_REDIS_URL": here.redis_url,
    }
    settings = "tests.embedded.clerk.WorkerSettings"
    clerk = parts.worker_part("clerk", settings, "mb:clerk", here, environment)
    said = Said()
    system = System(folder, [parts.valkey_part(here), clerk], here.url, said.append)
    async with alone(folder, said.append), started(system):
        await system.stop("valkey")
        assert await said.hears("clerk: ended (exit code 1), starts again in 0.2 s")
        await system.start("valkey")
        assert await said.hears("clerk: ready again")
    assert processes_on(data) == {}


async def test_what_is_kept_outlives_kill_9_of_both_servers(data: Path) -> None:
    said = Said()
    async with standing_in(data, 0, said.append) as system:
        connection = await asyncpg.connect(place(data).owner_url)
        await connection.execute("CREATE TABLE resident AS SELECT 37452 AS count")
        async with Redis.from_url(place(data).redis_url) as redis:
            await redis.set("job", "one")
            await redis.execute_command("WAITAOF", 1, 0, 5000)
        for part in ("postgres", "valkey"):
            system.kill(part)
            assert await said.hears(f"{part}: ready again")
    async with standing_in(data, 0, said.append):
        connection = await asyncpg.connect(place(data).owner_url)
        assert await connection.fetchval("SELECT count FROM resident") == 37452
        await connection.close()
        async with Redis.from_url(place(data).redis_url) as redis:
            assert await redis.get("job") == b"one"


async def test_a_part_that_is_stopped_stays_so_until_it_is_started(data: Path) -> None:
    async with standing_in(data, 0, lambda line: None) as system:
        await system.stop("valkey")
        assert system.pid("valkey") is None
        assert not await valkey.answers(place(data).redis_url)
        await system.start("valkey")
        assert await valkey.answers(place(data).redis_url)


async def test_a_part_that_does_not_start_says_why_and_all_stops(data: Path) -> None:
    folder = DataFolder.at(data)
    folder.create()
    here = Place(folder, secrets.load_or_create(folder), port=0)

    async def never() -> bool:
        return False

    broken = Part("broken", ["/bin/ls", "/no/such/hall"], never, inherited())
    system = System(folder, [parts.valkey_part(here), broken], here.url, lambda line: None)
    with pytest.raises(Trouble, match=r"(?s)broken ended \(exit code 2\).*such/hall"):
        async with alone(folder, system.say), started(system):
            pass
    assert processes_on(data) == {}


async def test_a_server_of_somebody_else_that_does_not_answer_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "EXTERNAL_SECONDS_MAX", 0.5)
    folder = DataFolder.at(data)
    folder.create()
    here = Place(
        folder,
        secrets.load_or_create(folder),
        port=0,
        external_redis_url="redis://127.0.0.1:1/0",
    )
    waiting = parts.plan(here)[1]
    assert isinstance(waiting, Step)
    with pytest.raises(Trouble, match="MAPLEBRIDGE_REDIS_URL"):
        await waiting.run()


def test_sigterm_ends_it_with_exit_code_0_and_no_process_left(data: Path) -> None:
    with stand_in(data) as up:
        assert up.says("all ready")
        up.process.send_signal(signal.SIGTERM)
        up.process.send_signal(signal.SIGTERM)  # an impatient one changes nothing
        assert up.ends() == 0
    assert processes_on(data) == {}


def test_the_second_of_two_says_what_runs_where(data: Path) -> None:
    with stand_in(data) as first:
        assert first.says("all ready")
        with stand_in(data) as second:
            assert second.ends() == 1
            assert f"already runs on {data}: process {first.process.pid}" in second.said.read_text()
            assert "http://127.0.0.1:" in second.said.read_text()
        assert all(process.runs() for process in parts_of(data).values())


def test_a_taken_port_is_told_at_once(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with stand_in(data, port) as up:
            assert up.ends() == 1
            assert f"Port {port} cannot be used" in up.said.read_text()


def test_kill_9_leaves_no_process_and_the_next_one_starts(data: Path) -> None:
    with stand_in(data) as killed:
        assert killed.says("all ready")
        killed.process.kill()
        assert killed.ends() == -signal.SIGKILL
        with stand_in(data) as up:  # at once: the servers of the first are still stopping
            assert up.says("all ready")
    assert eventually(lambda: processes_on(data) == {})


def test_what_outlived_its_supervisor_is_stopped_by_the_next_one(data: Path) -> None:
    folder = DataFolder.at(data)
    folder.create()
    with desk_process() as left:  # started without the signal that tells of a parent's death
        process = state.Process.of(left)
        state.write(folder.state, state.State(process, "http://127.0.0.1:8000", {"api": process}))
        assert state.stop_leftovers(folder.state) == ["api"]
        assert not process.runs()


def test_a_noted_number_that_now_is_another_process_is_left_alone(data: Path) -> None:
    folder = DataFolder.at(data)
    folder.create()
    with desk_process() as stranger:
        long_gone = state.Process(stranger, "another boot/1")
        state.write(
            folder.state, state.State(long_gone, "http://127.0.0.1:8000", {"api": long_gone})
        )
        assert state.stop_leftovers(folder.state) == []
        assert state.Process.of(stranger).runs()


@contextmanager
def desk_process() -> Iterator[int]:
    process = subprocess.Popen(
        desk(0).command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()
