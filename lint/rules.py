"""One rule, one function: it takes a file and gives (line, what to do) for each breach.

The docstring says why. A rule that ruff, mypy, import-linter or a constraint can keep is not here.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from lint.source import API, Source

Breach = tuple[int, str]
Rule = Callable[[Source], Iterator[Breach]]

ROOT = Path(__file__).parents[1]
FOLDERS = ("libs", "services", "deploy", "migrations")
EVALUATOR = PurePosixPath("services/evaluator/maplebridge_evaluator")
DOMAIN = PurePosixPath("libs/domain/maplebridge_domain")
DATABASE = API / "platform/database.py"
CLOCK = API / "platform/clock.py"
FEED = EVALUATOR / "feed.py"
EDGES = (
    API / "platform/request.py",
    API / "platform/oauth.py",
    API / "jobs.py",
    API / "importing.py",
)
COUNTED_IN_INTEGERS = (
    DOMAIN / "assessment.py",
    *(EVALUATOR / f"{name}.py" for name in ("canonical", "explaining", "scoring", "valuing")),
)
#: What a name ends in that holds a secret, or what is computed from one.
SECRET = re.compile(r"(^|[._])(secret|password|token|signature|mac|seal|verifier)(_sha256|_hash)?$")
ASKS = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$"
    r"|^func\.(now|current_\w+|\w+_timestamp)$"
)
ASKS_IN_SQL = re.compile(
    r"\b((now|(clock|statement|transaction)_timestamp)\s*\(|current_(timestamp|date|time)\b)",
    re.IGNORECASE,
)

IS_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE \S+ SET|DELETE FROM)\b")
#: What takes SQL as it is.
AS_TEXT = re.compile(r"(^|\.)(literal_column|text|op|exec_driver_sql)$")


def one_transaction(source: Source) -> Iterator[Breach]:
    """A request is one transaction, begun and committed in platform/database.py.

    A second commit would let half a change stand, and its event without it. The edge of a request
    or job opens it; a slice is given it. The evaluator's feed only ever rolls its reading back.
    """
    if source.path == DATABASE or not source.path.is_relative_to("services"):
        return
    message = "let the edge open the transaction, and platform/database.py commit it"
    for call, name in source.calls():
        verb = name.rpartition(".")[2]
        if (
            verb in ("commit", "begin", "begin_nested")
            or (verb == "rollback" and source.path != FEED)
            or (verb == "transaction" and source.path not in EDGES)
        ):
            yield call.lineno, message
    for line, text, _ in source.strings():
        if re.match(r"\s*(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT)\b", text):
            yield line, message


def one_clock(source: Source) -> Iterator[Breach]:
    """Business time comes from platform/clock.py and is passed on.

    A month can pass in a test, a run can be repeated, and two rows of one change bear one time.
    """
    # The command measures and waits, which is no business time.
    if source.path == CLOCK or source.path.is_relative_to("deploy"):
        return
    message = "take the time as a parameter; platform/clock.py is the only clock"
    for call, name in source.calls():
        if ASKS.search(name):
            yield call.lineno, message
    for line, text, _ in source.strings():
        if ASKS_IN_SQL.search(text):
            yield line, message
    if source.path.suffix == ".sql":
        for line, text in enumerate(source.text.splitlines(), start=1):
            if ASKS_IN_SQL.search(text.partition("--")[0]):
                yield line, message


def whole_numbers(source: Source) -> Iterator[Breach]:
    """Scores are counted in integers: a sum of floats depends on its order, hence on threads."""
    if source.path not in COUNTED_IN_INTEGERS:
        return
    message = "count in hundredths, divide by // or rounded()"
    for node in source.nodes:
        if (
            (isinstance(node, ast.Name) and node.id == "float")
            or (isinstance(node, ast.Attribute) and re.match(r"Float\d+$|mean$", node.attr))
            or (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div))
        ):
            yield node.lineno, message


def slices_catch_nothing(source: Source) -> Iterator[Breach]:
    """The database refuses, one handler answers (platform/problems.py).

    A `try` in a slice hides which rule was broken, or checks before the insert what only the insert
    can know.
    """
    for node in source.nodes if source.is_slice else []:
        if isinstance(node, ast.Try):
            yield node.lineno, "name the constraint after the problem instead of catching"


def problems_speak_twice(source: Source) -> Iterator[Breach]:
    """A refusal is written once, for both readers and the documentation."""
    for node in source.nodes:
        if not isinstance(node, ast.ClassDef) or node.name == "Problem":
            continue
        names = {ast.unparse(t) for n in node.body if isinstance(n, ast.Assign) for t in n.targets}
        if not names & {"zh", "en"} and "Problem" not in map(ast.unparse, node.bases):
            continue
        if not ast.get_docstring(node):
            yield node.lineno, "say in a docstring which rule it keeps: docs/problems.md shows it"
        if len(names & {"zh", "en"}) == 1:
            yield node.lineno, "say it in Chinese and in English (zh, en)"


def sql_has_no_holes(source: Source) -> Iterator[Breach]:
    """SQL is compiled once and takes parameters; a text with holes is how data becomes a command.

    Two files differ, and say why: platform/database.py enters numbers, the feed needs binary COPY.
    What is put into SQL as text is there before any request: coroutines are what serves one.
    """
    if source.path in (DATABASE, FEED) or source.path.is_relative_to("migrations"):
        return
    message = "write it in SQLAlchemy Core with bindparam"
    for line, text, holes in source.strings():
        if holes and IS_SQL.search(text):
            yield line, message
    for node in source.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            if any(_is_sql(side) for side in (node.left, node.right)):
                yield node.lineno, message
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".format"):
            if isinstance(node.func, ast.Attribute) and _is_sql(node.func.value):
                yield node.lineno, message
        elif isinstance(node, ast.AsyncFunctionDef):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and AS_TEXT.search(ast.unparse(call.func)):
                    yield call.lineno, message


def _is_sql(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and IS_SQL.search(node.value) is not None
    )


def sql_files_split(source: Source) -> Iterator[Breach]:
    """migrations/sql.py splits where a semicolon ends a line and an empty line follows.

    asyncpg takes one statement at a time: two in one piece, or a body cut in two, fail late.
    """
    if source.path.suffix != ".sql":
        return
    line = 1
    for piece in source.text.split(";\n\n"):
        code = re.sub(r"--[^\n]*", "", piece)
        code = re.sub(r"(\$\w*\$).*?\1|'[^']*'", "''", code, flags=re.DOTALL)
        first = line + len(piece) - len(piece.lstrip("\n"))
        if re.search(r"\$\w*\$", code):
            yield first, "leave no empty line after a semicolon inside a body"
        elif ";" in code.strip().removesuffix(";"):
            yield first, "leave an empty line after each statement"
        elif not code.strip():
            yield first, "an empty statement"
        line += piece.count("\n") + 2


def secrets_in_constant_time(source: Source) -> Iterator[Breach]:
    """A secret is compared by hmac.compare_digest: `==` stops at the first byte that differs.

    How long that takes tells an attacker how much of a guess was right.
    """
    for node in source.nodes:
        if isinstance(node, ast.Compare) and any(
            isinstance(operator, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for operator in node.ops
        ):
            sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
            if any(SECRET.search(side) for side in sides):
                yield node.lineno, "compare secrets by hmac.compare_digest"


RULES: tuple[Rule, ...] = (
    one_transaction,
    one_clock,
    whole_numbers,
    slices_catch_nothing,
    problems_speak_twice,
    sql_has_no_holes,
    sql_files_split,
    secrets_in_constant_time,
)


def breaches() -> Iterator[str]:
    """Apply every rule to every source file of the checkout."""
    for file in sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*")):
        if file.suffix in (".py", ".sql"):
            path = PurePosixPath(file.relative_to(ROOT).as_posix())
            source = Source(path, file.read_text(encoding="utf-8"))
            for rule in RULES:
                for line, message in rule(source):
                    yield f"{path}:{line}: {rule.__name__}: {message}"
