import json
from pathlib import Path

import pytest

from .figures import Figure, write


def test_a_bench_that_runs_alone_leaves_the_figures_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write([figure("dispute", ours=2_000), figure("evaluate", ours=40)])
    file = write([figure("evaluate", ours=30)])

    assert [(one["name"], one["ours"]) for one in read("latest.json")] == [
        ("dispute", 2_000),
        ("evaluate", 30),
    ]
    assert [one["name"] for one in read(file.name)] == ["evaluate"]


def figure(name: str, *, ours: float) -> Figure:
    return Figure(name, ours, reference=1, ratio=1, aim=1)


def read(name: str) -> list[dict[str, float | str]]:
    figures: list[dict[str, float | str]] = json.loads(Path("bench-results", name).read_text())
    return figures
