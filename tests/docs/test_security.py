"""The threat model names tests that are there, and leaves no row to hope."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[^`:]+)::([^`]+)`")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of a section's table, without its head."""
    [section] = re.findall(rf"^## {heading}.*?\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    assert lines[0].endswith("| shown by |")
    return [line.strip("|").split("|") for line in lines[2:]]


THREATS = [*rows("OWASP"), *rows("等保")]


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


@pytest.mark.parametrize("cells", THREATS, ids=lambda cells: " ".join(cells[:2]).strip()[:60])
def test_every_row_names_a_test_or_says_that_it_is_the_operators(cells: list[str]) -> None:
    assert NAMED.search(cells[-1]) or "operator" in cells[-1]


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) == PAGE.count("::") > 80
    for path, test in named:
        assert test.startswith("test_")
        assert (ROOT / path).is_file(), path
        assert test in functions_of(path), f"{path}::{test}"


def test_none_of_the_ten_is_left_out() -> None:
    numbers = [int(cells[0].split()[0].removeprefix("API")) for cells in rows("OWASP")]
    assert sorted(set(numbers)) == list(range(1, 11))
    assert numbers == sorted(numbers)
