import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from maplebridge.database import answers, as_role, scram_verifier
from maplebridge.launch import launched, server_user
from maplebridge.postgres import PostgresServer, server_environment
from maplebridge.trouble import Trouble
from tests.embedded.watching import eventually, processes_on

PASSWORD = "枫桥 p/w@1"


async def fetch(server: PostgresServer, query: str) -> Any:
    connection = await asyncpg.connect(server.url())
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_server_answers_in_a_path_with_a_space_and_chinese(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "a street 天桥", PASSWORD) as server:
        assert await answers(server.url())
        assert await fetch(server, "SHOW timezone") == "UTC"
        assert await fetch(server, "SHOW server_encoding") == "UTF8"
        assert await fetch(server, "SELECT lower('É') || uuidv7()::text") > "é"
    assert processes_on(tmp_path) == {}
    assert not await answers(server.url())


async def test_a_path_too_long_for_a_socket_gets_a_short_one_that_goes_away(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / ("深" * 40) / "x", PASSWORD) as server:
        assert server.folder.root not in server.folder.run.parents
        assert await answers(server.url())
    assert not server.folder.run.exists()


async def test_nobody_comes_in_without_the_password(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "data", PASSWORD) as server:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url(password="guess"))
        assert server.folder.run.stat().st_mode & 0o077 == 0
        assert await fetch(server, "SHOW listen_addresses") == ""


async def test_a_service_role_comes_in_with_the_password_it_was_given(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "data", PASSWORD) as server:
        verifier = scram_verifier("clerk's secret", os.urandom(16))
        await fetch(server, f"CREATE ROLE mb_api LOGIN PASSWORD '{verifier}'")
        assert await answers(as_role(server.url(), "mb_api", "clerk's secret"))
        assert not await answers(as_role(server.url(), "mb_api", "another"))


async def test_of_a_row_that_it_refuses_the_server_logs_no_value(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, "secret") as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("CREATE TABLE person (name text CHECK (name <> '无名'))")
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("INSERT INTO person VALUES ($1)", "无名")
        await connection.close()
        log = (server.folder.logs / "postgres.log").read_text()
    assert "person_name_check" in log
    assert "INSERT INTO person VALUES ($1)" in log
    assert "无名" not in log.partition("person_name_check")[2]


async def test_what_was_committed_is_there_after_kill_9(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data", PASSWORD)
    server.start()
    await fetch(server, "CREATE TABLE household AS SELECT 16252 AS count")
    assert server.process is not None
    server.process.kill()  # its backends are left for a moment, and its lock file for good
    server.stop()

    with PostgresServer(tmp_path / "data", PASSWORD) as server:
        assert await fetch(server, "SELECT count FROM household") == 16252


def test_a_server_that_nobody_owns_any_more_is_stopped_before_the_next_one(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "data", PASSWORD) as server:
        command = launched(server.command(), server_user())
    server.prepare_start()
    left = subprocess.Popen(command, env=server_environment(), stderr=subprocess.DEVNULL)
    assert eventually(lambda: asyncio.run(answers(server.url())))

    with server:
        assert left.wait(30) == 0
        assert asyncio.run(answers(server.url()))


def test_a_second_server_on_one_folder_is_refused(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "data", PASSWORD) as server:
        with pytest.raises(Trouble, match="already runs"):
            PostgresServer(tmp_path / "data", PASSWORD).start()
        assert asyncio.run(answers(server.url()))


def test_a_lock_file_with_the_number_of_another_process_does_not_mislead(
    tmp_path: Path,
) -> None:
    with PostgresServer(tmp_path / "data", PASSWORD) as server:
        lock = server.folder.postgres / "postmaster.pid"
        noted = lock.read_text()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    lock.write_text(noted.replace(noted.splitlines()[0], str(stranger.pid), 1))

    with server:
        assert asyncio.run(answers(server.url()))
    assert stranger.poll() is None
    stranger.communicate(b"\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can enter what is closed to all others")
def test_root_needs_no_open_folder_and_no_new_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    users = Path("/etc/passwd").read_bytes()
    with PostgresServer(closed / "data", PASSWORD) as server:
        assert asyncio.run(answers(server.url()))
        assert server.process is not None
        status = Path(f"/proc/{server.process.pid}/status").read_text()
    assert "Uid:\t0" not in status
    assert closed.stat().st_mode & 0o777 == 0o700
    assert Path("/etc/passwd").read_bytes() == users


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_starts_it_in_a_folder_of_their_own() -> None:
    script = (
        "import asyncio, os, pathlib, tempfile\n"
        "from maplebridge.database import answers\n"
        "from maplebridge.postgres import PostgresServer\n"
        "with tempfile.TemporaryDirectory(dir='/tmp') as folder:\n"
        "    with PostgresServer(pathlib.Path(folder) / 'data', 'secret') as server:\n"
        "        assert os.geteuid() != 0\n"
        "        assert asyncio.run(answers(server.url()))\n"
    )
    # `launched` lets them read everything: this Python may lie in root's home.
    command = launched([sys.executable, "-c", script], server_user())
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
