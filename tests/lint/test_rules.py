"""Each rule catches what it is there for, and lets pass what looks like it."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from lint import rules
from lint.rules import RULES, Breach, breaches
from lint.source import Source

SERVICE = "services/api/maplebridge_api/disputes/service.py"
PLATFORM = "services/api/maplebridge_api/platform"
SCORING = "services/evaluator/maplebridge_evaluator/scoring.py"
SQL = "migrations/versions/0002_more.sql"
PROBLEM = "libs/domain/maplebridge_domain/dispute.py"
FUNCTION = "CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n{}RETURN 1;\nEND $$ LANGUAGE plpgsql;\n\n"

CAUGHT = [
    (rules.one_transaction, SERVICE, "await tx.connection.commit()"),
    (rules.one_transaction, SERVICE, "async with database.transaction(scope) as tx: pass"),
    (rules.one_transaction, f"{PLATFORM}/request.py", "await c.execute('COMMIT')"),
    (rules.one_transaction, SERVICE, "await c.execute(f'BEGIN; SELECT mb_enter({lo}, {hi})')"),
    (rules.one_clock, SERVICE, "at = datetime.now(UTC)"),
    (rules.one_clock, SERVICE, "at = datetime.datetime.utcnow()"),
    (rules.one_clock, SERVICE, "day = date.today()"),
    (rules.one_clock, SERVICE, "at = time.time()"),
    (rules.one_clock, SERVICE, "values(at=func.now())"),
    (rules.one_clock, SERVICE, "text('SELECT CURRENT_TIMESTAMP')"),
    (rules.one_clock, SQL, "CREATE TABLE t (at timestamptz DEFAULT now());\n\n"),
    (rules.whole_numbers, SCORING, "share = float(points)"),
    (rules.whole_numbers, SCORING, "mean = total / count"),
    (rules.whole_numbers, SCORING, "total /= count"),
    (rules.whole_numbers, SCORING, "half = points * 0.5"),
    (rules.whole_numbers, SCORING, "frame.group_by('rater').agg(pl.col('mark').mean())"),
    (rules.whole_numbers, SCORING, "pl.col('mark').cast(pl.Float64)"),
    (rules.slices_catch_nothing, SERVICE, "try:\n    go()\nexcept UniqueViolation:\n    pass"),
    (rules.problems_speak_twice, PROBLEM, "class A(Problem):\n    zh = '不'\n    en = 'no'"),
    (rules.problems_speak_twice, PROBLEM, "class A(Problem):\n    '''Rule.'''\n    zh = '不'"),
    (rules.problems_speak_twice, PROBLEM, "class A(Refused):\n    '''Rule.'''\n    en = 'no'"),
    (rules.sql_has_no_holes, SERVICE, "f'SELECT * FROM person WHERE name = {name}'"),
    (rules.sql_has_no_holes, f"{PLATFORM}/events.py", "f'UPDATE {table} SET x = 1'"),
    (rules.sql_has_no_holes, SERVICE, "'SELECT * FROM person WHERE name = ' + name"),
    (rules.sql_has_no_holes, SERVICE, "'DELETE FROM person WHERE name = %s' % name"),
    (rules.sql_has_no_holes, SERVICE, "'SELECT {}'.format(name)"),
    (rules.sql_has_no_holes, SERVICE, "async def f(x): return select(literal_column(x))"),
    (rules.sql_files_split, SQL, "CREATE TABLE a (i int);\nCREATE TABLE b (i int);\n\n"),
    (rules.secrets_in_constant_time, SERVICE, "if client.secret == given: pass"),
    (rules.secrets_in_constant_time, SERVICE, "ok = digest != row.secret_sha256"),
    (rules.secrets_in_constant_time, f"{PLATFORM}/oauth.py", "known = token in tokens"),
    (rules.sql_files_split, SQL, FUNCTION.format("PERFORM 1;\n\n")),
    (rules.sql_files_split, SQL, "CREATE TABLE a (i int);\n\n-- nothing;\n\n"),
]

PASSES = [
    (rules.one_transaction, SERVICE, "await write.tx.run(queries.ADD_STEP)"),
    (rules.one_transaction, f"{PLATFORM}/request.py", "async with database.transaction(s): pass"),
    (rules.one_transaction, f"{PLATFORM}/database.py", "await c.execute('COMMIT')"),
    (rules.one_transaction, SERVICE, "'''BEGIN and COMMIT are not ours.'''"),
    (rules.one_clock, SERVICE, "at = clock.now()"),
    (rules.one_clock, SERVICE, "begun = time.perf_counter(); since = time.monotonic()"),
    (rules.one_clock, f"{PLATFORM}/clock.py", "at = datetime.now(UTC)"),
    (rules.one_clock, SQL, "-- never now(): time comes from the clock\nSELECT 1;\n\n"),
    (rules.whole_numbers, SCORING, "mean = total // count"),
    (rules.whole_numbers, f"{PLATFORM}/metrics.py", "seconds = total / 1000.0"),
    (rules.slices_catch_nothing, f"{PLATFORM}/oauth.py", "try:\n    go()\nfinally:\n    end()"),
    (
        rules.problems_speak_twice,
        PROBLEM,
        "class A(Problem):\n    '''Rule.'''\n    zh = '不'\n    en = 'no'",
    ),
    (rules.problems_speak_twice, PROBLEM, "class Name(Part):\n    zh: Text\n    en: Text"),
    (rules.sql_has_no_holes, SERVICE, "f'disputes/{id}'"),
    (rules.sql_has_no_holes, SERVICE, "'SELECT 1'"),
    (rules.sql_has_no_holes, SERVICE, "'disputes/' + id"),
    (rules.sql_has_no_holes, SERVICE, "def seen(x): return literal_column(x)"),
    (rules.sql_files_split, SQL, FUNCTION.format("PERFORM ';';\n") + "SELECT 1;\n"),
    (rules.sql_files_split, SQL, "-- first; then\nSELECT ';';\n\nSELECT 2;\n"),
    (rules.secrets_in_constant_time, SERVICE, "if compare_digest(secret, given): pass"),
    (rules.secrets_in_constant_time, SERVICE, "if client.secret is None: pass"),
    (rules.secrets_in_constant_time, SERVICE, "if grant_type == 'client_credentials': pass"),
    (rules.secrets_in_constant_time, SERVICE, "if stoken_type == token_kind: pass"),
]

Check = Callable[[Source], Iterator[Breach]]


@pytest.mark.parametrize(("rule", "path", "text"), CAUGHT)
def test_a_breach_is_caught(rule: Check, path: str, text: str) -> None:
    assert list(rule(Source(PurePosixPath(path), text)))


@pytest.mark.parametrize(("rule", "path", "text"), PASSES)
def test_what_only_looks_like_a_breach_passes(rule: Check, path: str, text: str) -> None:
    assert not list(rule(Source(PurePosixPath(path), text)))


def test_every_rule_says_why_and_is_tested_both_ways() -> None:
    for rule in RULES:
        assert rule.__doc__
        assert rule in [tested for tested, *_ in CAUGHT]
        assert rule in [tested for tested, *_ in PASSES]


def test_the_checkout_keeps_every_rule() -> None:
    assert list(breaches()) == []
