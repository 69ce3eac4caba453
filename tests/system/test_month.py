"""The main job as a user starts it: a street's month, twice, in an awkward folder."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from maplebridge.database import CLIENTS
from maplebridge.environment import inherited
from maplebridge.sample.client import ok, signed_in
from maplebridge.system import running
from maplebridge.tokens import fetch_token, sample_holders
from maplebridge_domain.authority import SYSTEMS, Role
from maplebridge_domain.shape import Shape
from tests.embedded.watching import processes_on

REPOSITORY = Path(__file__).parents[2]


def demo(folder: Path) -> dict[str, Any]:
    """Run the demo there; return what it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "maplebridge", "demo"],
        cwd=folder,
        env={**inherited(), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert processes_on(folder) == {}
    report: dict[str, Any] = json.loads((folder / ".maplebridge" / "demo.json").read_bytes())
    return report


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("month") / "a street 天桥"
    folder.mkdir()
    return folder


def test_a_streets_month_ends_in_ratings_that_the_department_verified(folder: Path) -> None:
    first = demo(folder)

    assert (first["households"], first["residents"]) == (16_252, 37_452)
    assert len(first["ratings"]) == first["verified"] == 14
    assert {rating["grade"] for rating in first["ratings"]} == {"AA", "A", "B", "C"}
    assert first["member_scores"] > 300
    assert first["unit_assessments"] > 100
    assert first["confirmed"]["office"] == "党工委书记"
    assert "*" not in first["confirmed"]["name"]  # an office that is public
    assert set(first["timings"]) == {"start", "sample", "run", "publish", "verify", "report"}

    page = (folder / ".maplebridge" / "demo.html").read_text(encoding="utf-8")
    assert all(rating["enterprise"] in page for rating in first["ratings"])

    again = demo(folder)
    assert json.dumps(again["ratings"]) == json.dumps(first["ratings"])


async def test_the_demos_street_came_in_by_the_spreadsheets_that_it_wrote(folder: Path) -> None:
    sheets = {file.stem: file for file in (folder / ".maplebridge" / "sample").iterdir()}
    assert {file.suffix for file in sheets.values()} == {".xlsx"}
    async with running(data=folder / ".maplebridge" / "demo", sandbox=True) as system:
        secret = system.secrets.client_secrets["operator"]
        async with signed_in(system.url, "operator", secret) as client:
            imports = ok(await client.get("/v1/imports")).json()["items"]
            summary = {"street_id": 411104001}
            crossed = ok(await client.get("/v1/cross-appointments/summary", params=summary)).json()
    assert [one["shape"] for one in reversed(imports)] == [*Shape]
    assert {*sheets} == {*Shape}
    assert {one["state"] for one in imports} == {"applied"}
    assert all(one["rows_made"] == one["rows_read"] for one in imports)
    assert next(one["rows_made"] for one in imports if one["shape"] == "households") == 16_252
    steps = ("step_1", "steps_2_and_3", "step_4", "step_5")
    assert [crossed[step] for step in steps] == [28, 49, 14, 23]


async def test_a_token_can_be_had_for_every_role_of_the_street(folder: Path) -> None:
    """In the street that the demo has left."""
    data = folder / ".maplebridge" / "demo"
    holders = {holder.role: holder for holder in sample_holders()}
    assert {*holders, *SYSTEMS} == {*Role}
    async with running(data=data, sandbox=True) as system:
        for role, holder in holders.items():
            token = await fetch_token(data, None, holder.id)
            assert await roles_by(system.url, token) >= ({role} - {Role.RESIDENT}), holder
        assert {role for role, _ in CLIENTS.values()} == {*SYSTEMS}
        for client in CLIENTS:
            assert await fetch_token(data, client, None)
        token = await fetch_token(data, None, holders[Role.STREET_SECRETARY].id)
        assert await crossed_at(system.url, token, "2026-10-15") == [28, 49, 49, 49, 14, 23]
        assert await crossed_at(system.url, token, "2000-01-01") == [0] * 6


async def crossed_at(url: str, token: str, day: str) -> list[int]:
    """Return how many held a cross-appointment that day by each step: 1, both 2 and 3, 2, 3, 4, 5."""
    headers = {"Authorization": f"Bearer {token}"}
    query = {"street_id": "411104001", "at": f"{day}T00:00:00+08:00"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        answer = await client.get("/v1/cross-appointments/summary", params=query)
    names = ("step_1", "steps_2_and_3", "step_2", "step_3", "step_4", "step_5")
    return [answer.raise_for_status().json()[name] for name in names]


async def roles_by(url: str, token: str) -> set[str]:
    """Return the roles in which the token's person can act."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        answer = (await client.get("/v1/capacities")).raise_for_status()
    return {item["role"] for item in answer.json()["items"]}
