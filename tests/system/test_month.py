"""The main job as a user starts it: a street's month, twice, in an awkward folder."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from maplebridge.environment import inherited
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


def test_a_streets_month_ends_in_ratings_that_the_department_verified(tmp_path: Path) -> None:
    folder = tmp_path / "a street 天桥"
    folder.mkdir()
    first = demo(folder)

    assert (first["households"], first["residents"]) == (16_252, 37_452)
    assert len(first["ratings"]) == first["verified"] == 14
    assert {rating["grade"] for rating in first["ratings"]} == {"AA", "A", "B", "C"}
    assert first["member_scores"] > 300
    assert first["unit_assessments"] > 100
    assert first["confirmed"]["office"] == "党工委书记"
    assert set(first["timings"]) == {"start", "sample", "run", "publish", "verify", "report"}

    page = (folder / ".maplebridge" / "demo.html").read_text(encoding="utf-8")
    assert all(rating["enterprise"] in page for rating in first["ratings"])

    again = demo(folder)
    assert json.dumps(again["ratings"]) == json.dumps(first["ratings"])
