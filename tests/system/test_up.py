"""`maplebridge up` with all its parts: they come up, survive each other, and go."""

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from maplebridge import database, secrets, state, valkey
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.parts import Place, api_is_ready, postgres_part, valkey_part
from maplebridge.supervisor import System, alone, started
from maplebridge.system import MapleBridge, running
from tests.embedded.test_command import maplebridge
from tests.embedded.watching import eventually, processes_on

PARTS = ["postgres", "valkey", "api", "jobs", "evaluator"]


class Said(list[str]):
    """What `up` says."""

    async def hears(self, line: str) -> bool:
        try:
            async with asyncio.timeout(60):
                while line not in self:  # noqa: ASYNC110 - a list tells nobody
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return True


@pytest.fixture(scope="module")
def said() -> Said:
    return Said()


@pytest.fixture(scope="module")
async def system(
    tmp_path_factory: pytest.TempPathFactory, said: Said
) -> AsyncIterator[MapleBridge]:
    data = tmp_path_factory.mktemp("up") / "a street 天桥" / ".maplebridge"
    async with running(data=data, sandbox=True, say=said.append) as system:
        yield system
    assert processes_on(data) == {}


async def test_every_part_is_ready_and_said_so(system: MapleBridge, said: Said) -> None:
    assert [line.partition(":")[0] for line in said[:6]] == [
        "postgres",
        "valkey",
        "migrate",
        "api",
        "jobs",
        "evaluator",
    ]
    assert await api_is_ready(system.url)
    assert all(system.pid(part) for part in PARTS)


async def test_the_clients_of_the_installation_get_a_token(system: MapleBridge) -> None:
    async with httpx.AsyncClient(base_url=system.url, trust_env=False) as client:
        for client_id, secret in system.secrets.client_secrets.items():
            words = {"client_id": client_id, "client_secret": secret}
            answer = await client.post(
                "/oauth/token", data={"grant_type": "client_credentials", **words}
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["access_token"]


async def test_the_logs_tell_when_and_nothing_of_work_that_was_not_there(
    system: MapleBridge,
) -> None:
    await asyncio.sleep(2)  # the job worker has looked for runs twice more
    lines = {part: (system.folder.logs / f"{part}.log").read_text() for part in ("jobs", "api")}
    assert "cron:hand_out_runs()" not in lines["jobs"]
    assert "Application startup complete" in lines["api"]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d", told) for told in lines["api"].splitlines())


async def test_a_system_is_given_a_new_secret_while_it_runs(system: MapleBridge) -> None:
    data = str(system.folder.root)
    old = system.secrets.client_secrets["department"]
    rotated = maplebridge(Path.cwd(), "client", "rotate", "department", "--data", data)
    new = rotated.stdout.strip()
    assert secrets.load(system.folder.secrets).client_secrets["department"] == new
    assert await token_statuses(system, old, new) == [200, 200]
    revoked = maplebridge(Path.cwd(), "client", "revoke", "department", "--data", data)
    assert "is ended" in revoked.stdout
    assert await token_statuses(system, old, new) == [401, 200]
    unknown = maplebridge(Path.cwd(), "client", "rotate", "nobody", "--data", data)
    assert (unknown.returncode, unknown.stderr) == (1, "There is no client nobody.\n")


async def test_a_department_is_made_known_with_its_range_of_streets(system: MapleBridge) -> None:
    def add(name: str, role: str, streets: str) -> str:
        words = ("client", "add", name, "--role", role, "--streets", streets)
        done = maplebridge(Path.cwd(), *words, "--data", str(system.folder.root))
        return (done.stdout or done.stderr).strip()

    secret = add("district-housing", "management_department", "411104000-411104999")
    async with httpx.AsyncClient(base_url=system.url, trust_env=False) as client:
        form = {"grant_type": "client_credentials"}
        answer = await client.post("/oauth/token", data=form, auth=("district-housing", secret))
        assert answer.json()["scope"] == "statements:read"
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await client.get("/v1/rating-statements", headers=bearer)).status_code == 200
        assert (await client.get("/v1/evaluation-results", headers=bearer)).status_code == 403
    taken = add("district-housing", "integrator", "411104000-411104999")
    assert taken == "There is a client district-housing already."
    assert "is a person's" in add("someone", "auditor", "411104000-411104999")
    assert "nine digits" in add("someone", "integrator", "411104")


async def token_statuses(system: MapleBridge, *of_department: str) -> list[int]:
    async with httpx.AsyncClient(base_url=system.url, trust_env=False) as client:
        form = {"grant_type": "client_credentials"}
        answers = [
            await client.post("/oauth/token", data=form, auth=("department", secret))
            for secret in of_department
        ]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_is_killed_is_ready_again(
    system: MapleBridge, said: Said, part: str
) -> None:
    said.clear()
    system.kill(part)
    assert await said.hears(f"{part}: ready again")
    # The API's own word: it has found the database again, too.
    async with asyncio.timeout(30):
        while not await api_is_ready(system.url):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)


async def test_somebody_elses_servers_are_used_and_left_alone(tmp_path: Path) -> None:
    async with servers_of_somebody_else(tmp_path / "theirs") as (database_url, redis_url):
        ours = tmp_path / "ours"
        async with running(data=ours, database_url=database_url, redis_url=redis_url) as system:
            assert await api_is_ready(system.url)
            known = state.read(DataFolder(ours).state)
            assert known is not None
            assert list(known.parts) == ["api", "jobs", "evaluator"]
        assert not (ours / "postgres").exists()
        assert await database.answers(database_url)
        assert await valkey.answers(redis_url)


@asynccontextmanager
async def servers_of_somebody_else(data: Path) -> AsyncIterator[tuple[str, str]]:
    folder = DataFolder(data)
    async with alone(folder, print):
        place = Place(folder, secrets.load_or_create(folder), port=0)
        servers = [postgres_part(place), valkey_part(place)]
        async with started(System(folder, servers, "", print)):
            yield place.owner_url, place.redis_url


def test_ctrl_c_ends_the_command_and_the_next_one_takes_the_data_up(tmp_path: Path) -> None:
    for _ in range(2):
        up = Up(tmp_path)
        assert up.answers()
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(60) == 0
        assert "Everything is stopped." in up.output.read_text()
        assert processes_on(tmp_path) == {}


def test_after_kill_9_the_next_one_starts(tmp_path: Path) -> None:
    killed = Up(tmp_path)
    assert killed.answers()
    killed.process.kill()
    killed.process.wait()
    up = Up(tmp_path)
    assert up.answers()
    up.process.terminate()
    assert up.process.wait(60) == 0
    assert processes_on(tmp_path) == {}


class Up:
    """The command in a terminal."""

    def __init__(self, folder: Path) -> None:
        self.output = folder / f"output-{time.monotonic_ns()}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "maplebridge", "up", "--port", "0"],
                cwd=folder,
                stdout=output,
                stderr=output,
                env={**inherited(), "COLUMNS": "80"},
            )

    def answers(self) -> bool:
        eventually(lambda: "answers at" in self.output.read_text() or self.ended(), 120)
        return "answers at" in self.output.read_text()

    def ended(self) -> bool:
        return self.process.poll() is not None
