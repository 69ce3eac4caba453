"""Every rule of ours catches what it is for, and lets the rest pass."""

import pytest

from lint import rules
from lint.rules import RULES, Rule, breaches

SLICE = "services/api/maplebridge_api/grid/service.py"


@pytest.mark.parametrize(
    ("rule", "path", "caught", "passed"),
    [
        (rules.one_place_commits, SLICE, "await tx.commit()", "await tx.run(ADD)"),
        (rules.one_place_commits, SLICE, 'await c.execute("BEGIN; x")', '"COMMITTEE"'),
        (rules.one_clock, SLICE, "at = datetime.now(UTC)", "at = clock.now()"),
        (rules.one_clock, SLICE, "at = func.now()", "begun = time.monotonic()"),
        (rules.one_clock, "migrations/versions/1.sql", "SET at = now()", "-- now() is wrong"),
        (rules.slices_do_not_catch, SLICE, "try:\n    x()\nexcept E:\n    pass", "x()"),
        (
            rules.scores_are_whole_numbers,
            "services/evaluator/maplebridge_evaluator/scoring.py",
            "a = b / c",
            "a = b // c",
        ),
        (rules.scores_are_whole_numbers, "libs/domain/x/assessment.py", "a = 0.5", "a = 5"),
        (rules.no_statement_is_glued, SLICE, 'f"SELECT {x}"', '"SELECT 1"'),
        (rules.a_migration_ends_its_statements, "migrations/versions/1.sql", "SELECT 1", "X;\n"),
    ],
)
def test_a_rule_catches_what_it_is_for(rule: Rule, path: str, caught: str, passed: str) -> None:
    assert list(rule(path, caught))
    assert not list(rule(path, passed))


def test_every_rule_says_why_and_is_tried_above() -> None:
    assert all((rule.__doc__ or "").strip() for rule in RULES)
    assert len(RULES) == 6


def test_the_checkout_keeps_every_rule() -> None:
    assert [breach for found in breaches() for breach in found] == []
