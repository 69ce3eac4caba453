"""An operator changes the key of personal data: by the command, while the service runs."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from maplebridge import secrets
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.sample.client import ok, signed_in
from maplebridge.system import MapleBridge, running
from tests.world import TIANQIAO, id_of

pytestmark = pytest.mark.xdist_group("personal-data-keys")

PEOPLE = [(f"周{number}", f"154000{number:05d}") for number in range(700)]
STREET = {
    "street_id": TIANQIAO,
    "name": "天桥街街道",
    "district": "召陵区",
    "city": "漯河市",
    "province": "河南省",
}


def personal_data(
    folder: Path, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "maplebridge", "personal-data", *words],
        cwd=folder,
        env=inherited() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def operator(system: MapleBridge) -> "httpx.AsyncClient":
    secret = system.secrets.client_secrets["operator"]
    return signed_in(system.url, "operator", secret)  # type: ignore[return-value]


async def shown(client: httpx.AsyncClient, name: str) -> str:
    answer = await client.post(
        f"/v1/people/{id_of(name)}/unmask", json={"purpose": "answer_person"}
    )
    return str(ok(answer).json()["phone"])


async def entered(client: httpx.AsyncClient, people: list[tuple[str, str]]) -> None:
    items = [
        {"id": id_of(name), "street_id": TIANQIAO, "name": name, "phone": phone}
        for name, phone in people
    ]
    ok(await client.post("/v1/people/batch", json={"items": items}))


async def test_a_new_key_is_made_used_for_everything_and_the_old_one_dropped(
    tmp_path: Path,
) -> None:
    data = tmp_path / ".maplebridge"
    path = DataFolder.at(data).secrets
    async with running(data=data, sandbox=True) as system, operator(system) as client:
        ok(await client.post("/v1/streets", json=STREET))
        await entered(client, PEOPLE)
        refused = personal_data(tmp_path, "new-key")
        assert (refused.returncode, "stop it" in refused.stderr) == (1, True)
    old = secrets.load(path).keys[secrets.PERSONAL_DATA_KEY]

    made = personal_data(tmp_path, "new-key")
    assert made.returncode == 0, made.stderr
    newest, *others = secrets.load(path).keys[secrets.PERSONAL_DATA_KEY].split(",")
    assert others == [old]
    assert newest.partition(":")[0] in made.stdout
    assert newest.partition(":")[2] not in made.stdout
    assert path.stat().st_mode & 0o077 == 0
    away = personal_data(tmp_path, "rotate")
    assert (away.returncode, "does not answer" in away.stderr) == (1, True)

    async with running(data=data, sandbox=True) as system, operator(system) as client:
        assert await shown(client, "周7") == "15400000007"  # with the old key, still
        early = personal_data(tmp_path, "drop-old-keys")
        assert (early.returncode, "700 are still sealed" in early.stderr) == (1, True)
        done = personal_data(tmp_path, "rotate")
        assert done.returncode == 0, done.stderr
        assert "500 of 700" in done.stdout
        assert "Everything is sealed" in done.stdout
        again = personal_data(tmp_path, "rotate")
        assert "of" not in again.stdout
        assert personal_data(tmp_path, "drop-old-keys").returncode == 0
        assert secrets.load(path).keys[secrets.PERSONAL_DATA_KEY] == newest
        assert await shown(client, "周7") == "15400000007"
        sought = {"street_id": TIANQIAO, "phone": "15400000007"}
        found = ok(await client.post("/v1/people/lookup", json=sought)).json()["items"]
        assert [one["id"] for one in found] == [id_of("周7")]

    async with running(data=data, sandbox=True) as system, operator(system) as client:
        assert await shown(client, "周7") == "15400000007"  # the old key is nowhere any more
        # Beside a database elsewhere the keys come from the settings of its processes.
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        url, key = system.database_url, "MAPLEBRIDGE_PERSONAL_DATA_KEY"
        missing = personal_data(elsewhere, "rotate", "--database-url", url, **{key: old})
        assert (missing.returncode, "700 stay sealed" in missing.stderr) == (1, True)
        both = {key: f"{old},{newest}"}
        back = personal_data(elsewhere, "rotate", "--database-url", url, **both)
        assert back.returncode == 0, back.stderr
        assert f"sealed with key {old.partition(':')[0]}" in back.stdout
        assert list(elsewhere.iterdir()) == []
