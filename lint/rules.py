"""Our own rules, each a function from a file's path and text to its breaches.

What matters goes in here, not in anybody's memory: a rule kept by memory is broken in eleven places.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SOURCES = ("libs", "services", "deploy", "migrations")

Breach = str
Rule = Callable[[str, str], Iterator[Breach]]


def one_place_commits(path: str, text: str) -> Iterator[Breach]:
    """A transaction is opened and committed in platform/database.py: once a request, at its edge.

    A commit anywhere else could part a change from its event, or answer before it is kept.
    """
    if not path.startswith("services/api/") or path.endswith("platform/database.py"):
        return
    pattern = r"\.commit\(|\.rollback\(|[\"'](BEGIN|COMMIT|ROLLBACK)\b|connection\.transaction\("
    yield from _lines(path, text, pattern, "a transaction belongs to platform/database.py")


def one_clock(path: str, text: str) -> Iterator[Breach]:
    """Business time comes from platform/clock.py and is passed on, so that a test clock moves all of it.

    `time.monotonic` and `time.perf_counter` measure, and are no business time.
    """
    if path.endswith("platform/clock.py") or not path.startswith(
        ("libs", "services", "migrations")
    ):
        return
    pattern = (
        r"datetime\.now\(|\.utcnow\(|date\.today\(|datetime\.today\(|\btime\.time\("
        r"|\bnow\(\)(?!\.)|func\.now\b|CURRENT_TIMESTAMP|CURRENT_DATE|clock_timestamp"
    )
    for breach in _lines(path, text, pattern, "ask platform/clock.py what time it is"):
        if "clock.now()" not in breach and "def now()" not in breach:
            yield breach


def slices_do_not_catch(path: str, text: str) -> Iterator[Breach]:
    """The database refuses, one handler explains: a `try` in a slice would hide one from the other."""
    if re.match(r"services/api/maplebridge_api/(?!platform)\w+/(service|queries)\.py", path):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Try):
                yield f"{path}:{node.lineno}: a slice does not catch; platform/problems.py answers"


def scores_are_whole_numbers(path: str, text: str) -> Iterator[Breach]:
    """No float where scores are made: their sums differ from run to run and machine to machine."""
    scoring = r"(scoring|valuing|explaining|assessment)\.py$"
    if not re.search(scoring, path):
        return
    for node in ast.walk(ast.parse(text)):
        is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        named = isinstance(node, ast.Name) and node.id == "float"
        if is_float or is_division or named:
            yield f"{path}:{getattr(node, 'lineno', 0)}: scores are made of whole numbers"


def no_statement_is_glued(path: str, text: str) -> Iterator[Breach]:
    """SQL is compiled from SQLAlchemy Core; text glued from values is how data becomes code."""
    if not path.startswith("services/api/") or path.endswith("platform/database.py"):
        return
    pattern = r"f[\"'](SELECT|INSERT|UPDATE|DELETE|WITH) "
    yield from _lines(path, text, pattern, "write SQL in SQLAlchemy Core")


def a_migration_ends_its_statements(path: str, text: str) -> Iterator[Breach]:
    """A statement of a .sql file ends with a semicolon and an empty line, where it is split."""
    if path.endswith(".sql") and not text.endswith(";\n"):
        yield f"{path}: the last statement ends with a semicolon"


RULES: tuple[Rule, ...] = (
    one_place_commits,
    one_clock,
    slices_do_not_catch,
    scores_are_whole_numbers,
    no_statement_is_glued,
    a_migration_ends_its_statements,
)


def breaches() -> Iterator[list[Breach]]:
    """Apply every rule to every source file."""
    for folder in SOURCES:
        for file in sorted((REPOSITORY / folder).rglob("*")):
            if file.suffix in (".py", ".sql") and "__pycache__" not in file.parts:
                path = file.relative_to(REPOSITORY).as_posix()
                text = file.read_text(encoding="utf-8")
                yield [breach for rule in RULES for breach in rule(path, text)]


def _lines(path: str, text: str, pattern: str, why: str) -> Iterator[Breach]:
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("#")[0]
        if re.search(pattern, code) and not code.strip().startswith("--"):
            yield f"{path}:{number}: {why}: {line.strip()}"
