"""A whole run of the service says nothing personal: not in logs, metrics, refusals, nor what it prints.

Everything that `maplebridge up --sandbox` and `maplebridge sample tianqiao` put out, with every kind of
refusal and fault provoked by requests that are full of names, is searched for all names and phones of
the sample and for those in the requests.
"""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import redis.asyncio as redis

from maplebridge import secrets
from maplebridge.demo.month import MONDAY_AFTER, evaluate, set_clock
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.postgres import PostgresServer
from maplebridge.sample import SEED
from maplebridge.sample.client import signed_in
from maplebridge.sample.world import World, build
from tests.embedded.watching import eventually

pytestmark = pytest.mark.xdist_group("nothing-personal")

#: Who is in the requests and not in the sample; the database is told to refuse the second.
STRANGER, PHONE = "欧阳晓枫", "15412345678"
UNWANTED = "诸葛无名"
DATA = ".maplebridge"
Request = tuple[str, str, Any]


class Up:
    """`maplebridge up` in a terminal, showing what its parts log."""

    def __init__(self, folder: Path) -> None:
        self.output = folder / "up.txt"
        self.folder = folder
        words = ("up", "--sandbox", "--port", "0", "--verbose")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "maplebridge", *words],
                cwd=folder,
                env={**inherited(), "COLUMNS": "80"},
                stdout=output,
                stderr=output,
            )

    @property
    def url(self) -> str:
        """Where it answers; empty until it does."""
        found = re.search(r"answers at (\S+)", self.output.read_text())
        return found[1] if found else ""

    def starts(self) -> bool:
        eventually(lambda: bool(self.url) or self.process.poll() is not None, 120)
        return bool(self.url)

    def stops(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def provoking(world: World) -> list[Request]:
    """Write requests that are refused, each for another reason, all with somebody's name or phone."""
    person, other = world.people[0], world.people[1]
    office = world.appointments[0]
    holder = f"/v1/people/{office['person_id']}"
    named: dict[str, Any] = {
        "street_id": world.street["street_id"],
        "name": STRANGER,
        "phone": PHONE,
    }
    sought = {"street_id": world.street["street_id"], "name": STRANGER}
    moved = f"{world.street['street_id']}.{person['id']}.999"
    login = {"street_id": world.street["street_id"], "name": STRANGER, "device": PHONE}
    case = {"quarter_id": world.disputes[0]["quarter_id"], "title": STRANGER, "summary": PHONE}
    return [
        ("POST", "/v1/people", named | {"id": person["id"]}),
        ("POST", "/v1/people/batch", {"items": [named, dict(person)]}),
        ("POST", "/v1/people", named | {"phone": f"{PHONE}0"}),
        ("POST", "/v1/people", named | {"name": STRANGER * 30}),
        ("POST", "/v1/people", named | {"street_id": STRANGER}),
        ("POST", "/v1/people", named | {"street_id": 110_101_001}),
        ("POST", "/v1/people", named | {"party_member": STRANGER}),
        ("POST", "/v1/people", named | {"nickname": STRANGER}),
        ("POST", "/v1/people", [STRANGER]),
        ("POST", "/v1/people", f'{{"name": "{STRANGER}", '.encode()),
        ("POST", "/v1/people", f'{{"name": "{STRANGER}\\ud800"}}'.encode()),
        ("POST", "/v1/people", named | {"name": f"{STRANGER}\0"}),
        # What the database itself refuses is a fault; its words would quote the row.
        ("POST", "/v1/people", named | {"name": UNWANTED}),
        ("POST", "/v1/disputes", case | {"title": UNWANTED}),
        ("POST", "/v1/people/lookup", {"street_id": 110_101_001, "phone": PHONE}),
        ("POST", "/v1/people/search", sought | {"street_id": 110_101_001}),
        ("POST", "/v1/people/search", sought | {"name": STRANGER * 30}),
        ("POST", "/v1/people/search", sought | {"after": moved}),  # refused inside the database
        ("POST", f"{holder}/erase", {"reason": "purpose_achieved"}),
        ("POST", f"{holder}/erase", {"reason": STRANGER}),
        ("POST", f"{holder}/correction", {"name": STRANGER}),  # without If-Match
        ("POST", f"{holder}/merge", {"into": office["person_id"]}),
        ("POST", f"{holder}/merge", {"into": STRANGER}),
        ("POST", f"{holder}/unmask", {"purpose": STRANGER}),
        ("POST", "/v1/disputes", case | {"category": STRANGER}),
        ("POST", "/v1/disputes", case | {"quarter_id": other["id"]}),
        ("POST", "/v1/appointments", {"person_id": STRANGER, "post_id": PHONE}),
        ("POST", "/v1/ballots", {"marks": {"quality": STRANGER}}),
        ("GET", f"/v1/people/{STRANGER}", None),
        ("GET", f"/v1/people?after={PHONE}", None),
        ("GET", f"/v1/disputes?quarter_id={STRANGER}", None),
        ("DELETE", f"/v1/people?name={STRANGER}", None),
        ("POST", f"/v1/{STRANGER}/{PHONE}", {}),
        ("GET", f"/v1/streets/{STRANGER}", None),
        ("GET", f"/v1/events/{PHONE}/{PHONE}", None),
        ("POST", "/v1/sessions/wechat", login | {"code": STRANGER}),
        ("POST", "/v1/sessions/wechat", login | {"code": "c", "binding_code": PHONE}),
        ("POST", "/v1/sessions/oidc", login | {"id_token": STRANGER}),
        ("POST", "/v1/sessions/refresh", {"refresh_token": PHONE}),
        ("POST", "/oauth/token", {"client_id": PHONE, "client_secret": STRANGER}),
    ]


@asynccontextmanager
async def as_owner(folder: DataFolder) -> AsyncIterator["asyncpg.Connection[Any]"]:
    password = secrets.load(folder.secrets).role_passwords["mb_owner"]
    connection = await asyncpg.connect(PostgresServer(folder.root, password).url())
    try:
        yield connection
    finally:
        await connection.close()


async def refusals(up: Up, world: World) -> list[httpx.Response]:
    """Provoke every refusal, then faults of the database, then its absence."""
    folder = DataFolder.at(up.folder / DATA)
    secret = secrets.load(folder.secrets).client_secrets["operator"]
    got: list[httpx.Response] = []
    async with signed_in(up.url, "operator", secret) as client:

        async def sent(method: str, path: str, body: Any) -> httpx.Response:
            if isinstance(body, bytes):
                kind = {"Content-Type": "application/json"}
                return await client.request(method, path, content=body, headers=kind)
            if body is None:
                return await client.request(method, path)
            return await client.request(method, path, json=body)

        async with as_owner(folder) as owner:
            for table, column in (("person", "name"), ("dispute", "title")):
                await owner.execute(
                    f"ALTER TABLE {table} ADD CONSTRAINT {table}__unwanted"
                    f" CHECK ({column} <> '{UNWANTED}')"
                )
            got += [await sent(*one) for one in provoking(world)]
            for header in ("Acting-Capacity", "If-Match", "Idempotency-Key", "Authorization"):
                words = {header: f"Bearer {PHONE}"}
                place = f"/v1/people/{world.people[0]['id']}/erase"
                got.append(await client.post(place, json={"reason": "other"}, headers=words))
            await owner.execute("ALTER TABLE person RENAME COLUMN phone_hash TO phone_hush")
            got.append(await sent(*provoking(world)[0]))  # a fault of ours
            await owner.execute("ALTER TABLE person RENAME COLUMN phone_hush TO phone_hash")
        got.append(httpx.Response(200, text=(await client.get(f"{up.url}/metrics")).text))
    return got


def everything_said(up: Up, *more: Path) -> dict[str, str]:
    """Return all that was printed or logged, by where."""
    logs = sorted((up.folder / DATA / "logs").iterdir())
    return {path.name: path.read_text(errors="replace") for path in (up.output, *more, *logs)}


def found_in(text: str, personal: Iterable[str]) -> set[str]:
    """Return which names and phones stand in a text, also as JSON or URLs would write them."""
    return {
        one
        for one in personal
        if any(
            form in text
            for form in (one, one.encode("unicode_escape").decode(), repr(one.encode())[2:-1])
        )
        or str(httpx.QueryParams(a=one))[2:] in text
    }


async def in_valkey(folder: DataFolder) -> str:
    """Return all keys and values that the queue and the counters hold."""
    client = redis.Redis(unix_socket_path=str(folder.root / "run" / "valkey.sock"))
    held = []
    async with client:
        async for key in client.scan_iter():
            kind = await client.type(key)
            held.append((key, await (client.get(key) if kind == b"string" else client.dump(key))))
    assert held
    return repr(held)


async def test_a_whole_run_says_no_name_and_no_phone(tmp_path: Path) -> None:
    world = build(SEED)
    personal = {STRANGER, PHONE, UNWANTED}
    personal |= {one["name"] for one in world.people} | {one["phone"] for one in world.people}
    assert len(personal) > 2_000
    up = Up(tmp_path)
    try:
        assert up.starts(), up.output.read_text()
        data = DataFolder.at(tmp_path / DATA)
        secret = secrets.load(data.secrets).client_secrets["operator"]
        async with signed_in(up.url, "operator", secret) as client:
            await set_clock(client, MONDAY_AFTER)
            sample = tmp_path / "sample.txt"
            with sample.open("wb") as output:
                loaded = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "maplebridge", "sample", "tianqiao"),
                    cwd=tmp_path,
                    env=inherited(),
                    stdout=output,
                    stderr=output,
                )
                assert await loaded.wait() == 0, sample.read_text()
            await evaluate(client, world)
            holder = world.appointments[0]["person_id"]
            shown = await client.post(f"/v1/people/{holder}/unmask", json={"purpose": "emergency"})
            exported = await client.get(f"/v1/people/{holder}/export")
        got = await refusals(up, world)
        queued = await in_valkey(data)
    finally:
        code = up.stops()
    assert code == 0

    # What is looked for can be found, and what was to be provoked has happened.
    assert len(found_in(shown.text, personal)) == 2
    assert len(found_in(exported.text, personal)) == 2
    assert sum(answer.status_code == 500 for answer in got) == 3
    assert {404, 405, 409, 422, 428} <= {answer.status_code for answer in got}
    assert all(answer.status_code >= 400 for answer in got[:-1])
    said = everything_said(up, sample)
    assert {"postgres.log", "valkey.log", "api.log", "jobs.log", "evaluator.log"} <= set(said)
    assert "dispute__unwanted" in said["postgres.log"]  # the server has logged what it refused
    assert len(re.findall(r"\] fault ", said["api.log"])) == 3
    assert "maplebridge_http_request_seconds" in got[-1].text

    answered = "\n".join(f"{answer.headers} {answer.text}" for answer in got)
    for where, text in {**said, "answers and metrics": answered, "valkey": queued}.items():
        assert found_in(text, personal) == set(), where
