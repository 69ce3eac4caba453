import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from maplebridge_domain.assessment import ENGINE_VERSION, Result
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.rubrics import shipped_rubric
from maplebridge_evaluator.feed import Feed
from maplebridge_evaluator.scoring import score

from . import oracle
from .feeds import (
    ENTERPRISES,
    RATERS,
    a_feed,
    a_rubric,
    fact,
    feeds,
    interest,
    mark,
    marks,
    october,
    record,
    shuffled,
)

drawn = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def results(feed: Feed) -> list[dict[str, Any]]:
    published: list[dict[str, Any]] = json.loads(score(feed).body)["results"]
    return published


def rating(feed: Feed, subject: str = "tianhe") -> dict[str, Any]:
    return next(result for result in results(feed) if result["subject_id"] == subject)


def indicator(feed: Feed, code: str = "cleaning", subject: str = "tianhe") -> dict[str, Any]:
    listed = rating(feed, subject)["explanation"]["indicators"]
    return next(part for part in listed if part["code"] == code)


@drawn
@given(feeds)
def test_the_pass_over_columns_equals_the_slow_and_obvious_way(feed: Feed) -> None:
    expected = oracle.results(feed)
    for result, due in zip(results(feed), expected, strict=True):
        assert {key: result[key] for key in ("kind", "subject_id", "score", "grade")} == {
            key: due[key] for key in ("kind", "subject_id", "score", "grade")
        }
        for part, row in zip(result["explanation"]["indicators"], due["indicators"], strict=True):
            assert {key: part[key] for key in row} == row


@drawn
@given(feeds, st.integers(0, 1000))
def test_the_order_of_rows_does_not_change_a_byte(feed: Feed, seed: int) -> None:
    assert score(shuffled(feed, seed)) == score(feed)


@drawn
@given(feeds)
def test_every_result_has_the_published_shape_and_lies_within_bounds(feed: Feed) -> None:
    for raw in results(feed):
        result = Result.model_validate_json(json.dumps(raw))
        explanation = result.explanation
        assert result.score is None or 0 <= result.score <= explanation.max
        assert all(0 <= part.value <= 10_000 for part in explanation.indicators if part.value)
        for component in explanation.components:
            its = [p for p in explanation.indicators if p.component == component.code]
            assert sum(part.points for part in its) == component.indicators


@drawn
@given(feeds, st.sampled_from(RATERS), st.sampled_from(ENTERPRISES), marks)
def test_what_a_rater_with_an_interest_marks_changes_no_result(
    feed: Feed, rater: str, subject: str, others: list[tuple[Any, ...]]
) -> None:
    concerned = interest(rater, subject)
    of_rater = [(*m[:1], subject, *m[2:4], rater, *m[5:]) for m in others if m[0] == "enterprise"]
    rows = feed.marks.rows()
    without = replace(
        feed,
        interests=feed.interests.vstack(a_feed(interests=[concerned]).interests),
        marks=a_feed(r for r in rows if (r[1], r[4]) != (subject, rater)).marks,
    )
    with_them = replace(without, marks=without.marks.vstack(a_feed(of_rater).marks))

    def blind(feed: Feed) -> list[dict[str, Any]]:
        found = results(feed)
        for result in found:
            for part in result["explanation"]["indicators"]:
                part.pop("recused")
        return found

    assert blind(with_them) == blind(without)


@drawn
@given(feeds, st.data())
def test_a_better_mark_never_lowers_a_score(feed: Feed, data: st.DataObject) -> None:
    assume(feed.marks.height > 0)
    rows = feed.marks.rows()
    at = data.draw(st.integers(0, len(rows) - 1))
    *key, old = rows[at]
    lower_is_better = key[2] == "noise"
    new = data.draw(st.integers(0, old) if lower_is_better else st.integers(old, 100))
    rows[at] = (*key, new)
    better = replace(feed, marks=a_feed(rows).marks)
    before, after = rating(feed, key[1])["score"], rating(better, key[1])["score"]
    assert (before is None) == (after is None)
    assert before is None or after >= before


@drawn
@given(marks)
def test_one_more_full_mark_from_a_new_rater_never_lowers_a_value_that_counts(
    rows: list[tuple[Any, ...]],
) -> None:
    rubric = a_rubric(trim=20)
    before = indicator(a_feed(rows, rubric=rubric))
    after = indicator(a_feed([*rows, mark("tianhe", 100, "newcomer")], rubric=rubric))
    assert before["value"] is None or after["value"] >= before["value"]


def test_a_delegate_counts_until_the_day_an_interest_begins() -> None:
    rows = [mark("tianhe", 97, day=9), mark("tianhe", 10, day=20)]
    feed = a_feed(rows, interests=[interest("rater0", "tianhe", since=15)])
    part = indicator(feed)
    assert (part["value"], part["observations"], part["recused"]) == (10_000, 1, 1)
    on_the_day = a_feed(rows, interests=[interest("rater0", "tianhe", since=9, until=20)])
    assert indicator(on_the_day)["observations"] == 1
    ended = a_feed(rows, interests=[interest("rater0", "tianhe", since=1, until=9)])
    assert indicator(ended)["recused"] == 0


def test_a_rater_who_comes_every_week_has_one_voice() -> None:
    weekly = [mark("wang", 20, "rater0", day=day) for day in (2, 9, 16, 23)]
    part = indicator(a_feed([*weekly, mark("wang", 80, "rater1")]), subject="wang")
    assert (part["value"], part["observations"], part["raters"]) == (5000, 5, 2)


def test_the_highest_and_lowest_of_a_party_are_trimmed() -> None:
    values = [0, 60, 60, 60, 100]
    rows = [mark("wang", value, f"r{n}") for n, value in enumerate(values)]
    part = indicator(a_feed(rows, rubric=a_rubric(trim=20)), subject="wang")
    assert (part["value"], part["trimmed"]) == (6000, 2)


def test_parties_that_were_absent_leave_their_weight_to_the_others() -> None:
    alone = indicator(a_feed([mark("tianhe", 97)]))
    both = indicator(a_feed([mark("tianhe", 97), mark("tianhe", 10, party="volunteer_point")]))
    assert (alone["value"], both["value"]) == (10_000, 7000)


def test_a_party_without_a_weight_is_not_heard() -> None:
    part = indicator(a_feed([mark("tianhe", 97, party="resident_unit")]))
    assert (part["value"], part["raters"], part["counted"]) == (None, 0, False)


def test_records_and_facts_appear_in_the_explanation_with_their_points() -> None:
    result = rating(
        a_feed(
            [mark("tianhe", 97), mark("tianhe", 0, indicator="noise")],
            facts=[fact("tianhe", 100), fact("tianhe", 50)],
            records=[
                record(1, "tianhe", "penalty", date(2026, 10, 2)),
                record(2, "tianhe", "commendation", date(2026, 10, 2)),
            ],
        )
    )
    service, good, bad = result["explanation"]["components"]
    # 90 x (37 x 1 + 33 x 1 + 30 x 0.75) / 100 = 83.25; base 5 + 2.25; one penalty of 4.
    assert (service["points"], good["points"], bad["points"]) == (8325, 725, 400)
    assert (result["score"], result["grade"]) == (8650, "good")
    assert bad["records"] == [{"rule": "penalty", "records": ["record1"], "points": 400}]


def test_the_two_indicators_that_moved_a_subject_most_are_named() -> None:
    rows = [
        *(mark(enterprise, 60) for enterprise in ENTERPRISES),
        *(mark(e, 90 if e == "tianhe" else 10, indicator="noise") for e in ENTERPRISES),
    ]
    facts = [fact(e, 100 if e == "tianhe" else 70) for e in ENTERPRISES for _ in range(2)]
    explanation = rating(a_feed(rows, facts=facts))["explanation"]
    assert explanation["moved_most"] == ["noise", "settled"]
    moved = {part["code"]: part["moved"] for part in explanation["indicators"]}
    assert moved["noise"] < 0 < moved["settled"]
    assert moved["cleaning"] == 0


def test_persons_have_no_rank_and_enterprises_have() -> None:
    feed = a_feed([mark("wang", 80), mark("tianhe", 80), mark("yuxin", 90)])
    ranks = {r["subject_id"]: r["explanation"]["rank"] for r in results(feed)}
    assert ranks == {"tianhe": 2, "yuxin": 1, "zhongyuan": 3, "wang": None, "li": None}


def test_a_street_without_a_single_mark_has_results_all_the_same() -> None:
    feed = a_feed(rubric=a_rubric(min_weight=50))
    assert {(r["score"], r["grade"]) for r in results(feed)} == {(None, "unrated")}
    assert len(results(feed)) == 5


def test_only_the_kinds_that_were_asked_for_are_computed() -> None:
    feed = a_feed([mark("wang", 80)])
    only = replace(feed, run=replace(feed.run, kinds=(ResultKind.MEMBER_SCORE,)))
    assert {result["kind"] for result in results(only)} == {"member_score"}


def test_a_street_without_subjects_has_an_empty_list_of_results() -> None:
    feed = replace(a_feed(), subjects=a_feed().subjects.clear())
    assert json.loads(score(feed).body) == {
        "engine_version": ENGINE_VERSION,
        "input_sha256": score(feed).input_sha256,
        "results": [],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"marks": a_feed([mark("wang", 81)]).marks},
        {"marks": a_feed([mark("wang", 80, day=10)]).marks},
        {"interests": a_feed(interests=[interest("rater5", "wang", 30)]).interests},
        {"facts": a_feed(facts=[fact("tianhe", 1)]).facts},
        {"records": a_feed(records=[record(1, "tianhe", "penalty", date(2026, 1, 1))]).records},
        {"subjects": a_feed().subjects.head(4)},
    ],
)
def test_whatever_changes_in_the_input_changes_its_hash(change: dict[str, Any]) -> None:
    feed = a_feed([mark("wang", 80)])
    assert score(replace(feed, **change)).input_sha256 != score(feed).input_sha256


def test_rows_that_only_add_up_to_the_same_numbers_have_another_hash() -> None:
    these = a_feed([mark("wang", 80), mark("wang", 81), mark("wang", 82, "rater1")])
    those = a_feed([mark("wang", 80), mark("wang", 80, "rater1"), mark("wang", 82, "rater1")])
    assert score(these).input_sha256 != score(those).input_sha256


def test_another_rubric_changes_the_hash() -> None:
    feed = a_feed([mark("wang", 80)])
    other = replace(feed, run=replace(feed.run, rubric=a_rubric(trim=1)))
    assert score(other).input_sha256 != score(feed).input_sha256


def a_busy_street() -> Feed:
    """Enough marks that Polars divides the work between threads."""
    rows = [
        mark(subject, (n * 37 + m * 11) % 101, f"r{n % 41}", party=party, day=1 + n % 30)
        for n in range(1500)
        for m, subject in enumerate(["wang", *ENTERPRISES])
        for party in ("owners_committee", "volunteer_point")
    ]
    feed = a_feed(rows, rubric=a_rubric(trim=20), interests=[interest("r3", "tianhe", 9)])
    assert feed.marks.height == 12_000
    assert feed.marks["cast_at"].max() == october(30)
    return feed


@pytest.mark.parametrize("threads", ["1", "2", "7"])
def test_the_number_of_threads_does_not_change_a_byte(threads: str) -> None:
    code = (
        "from tests.evaluator.test_scoring import *;"
        "print(hashlib.sha256(score(a_busy_street()).body).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "POLARS_MAX_THREADS": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == hashlib.sha256(score(a_busy_street()).body).hexdigest()


def test_the_default_rubric_grades_a_street_by_luohes_four_words() -> None:
    rows = [
        mark("tianhe", 95, f"r{n}", indicator=code, party=party)
        for code in ("cleaning", "order", "facilities", "repairs", "accounts")
        for n, party in enumerate(["owners_committee", "volunteer_point", "resident_unit"])
    ]
    feed = a_feed(rows, rubric=shipped_rubric("luohe"))
    assert rating(feed)["grade"] == "AA"
    assert rating(feed)["score"] == 9500
    assert rating(feed, "yuxin")["grade"] == "unrated"
