"""The contracts in pyproject.toml know every slice."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
API = ROOT / "services/api/maplebridge_api"
OPEN = {"__init__", "service"}


def test_all_of_a_slice_but_its_service_is_protected() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    protected = {m for c in contracts for m in c.get("protected_modules", ())}
    slices = {file.parent for file in API.glob("*/routes.py")}
    assert slices
    assert protected == {
        f"maplebridge_api.{file.parent.name}.{file.stem}"
        for slice_ in slices
        for file in slice_.glob("*.py")
        if file.stem not in OPEN
    }
