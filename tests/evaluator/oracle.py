"""The same rules the slow and obvious way: loops, fractions, one subject at a time.

It shares with the service what turns points into grades (maplebridge_domain.assessment, tested by
itself) and nothing of the way from marks and facts to points.
"""

import math
from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

from maplebridge_domain.assessment import CreditRecord, Earned, judge, standings
from maplebridge_domain.record import RecordClass, RecordKind
from maplebridge_domain.rubric import BallotIndicator, FactIndicator, Scheme
from maplebridge_evaluator.feed import Feed

Row = dict[str, Any]


def nearest(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def results(feed: Feed) -> list[Row]:
    """Kind, subject, score, grade, and per indicator value, points, moved and the counts."""
    found = []
    for number, scheme in enumerate(feed.run.rubric.schemes):
        subjects = [
            row["subject_id"]
            for row in feed.subjects.sort("subject_id").iter_rows(named=True)
            if row["result_kind"] == scheme.kind
            and feed.run.rubric.schemes.index(
                feed.run.rubric.scheme_for(scheme.kind, scheme.subject, row["category"])
            )
            == number
        ]
        found += _of_scheme(feed, scheme, subjects)
    return sorted(found, key=lambda row: (row["kind"], row["subject_id"]))


def _of_scheme(feed: Feed, scheme: Scheme, subjects: list[str]) -> list[Row]:
    tables = {subject: _values(feed, scheme, subject) for subject in subjects}
    judgements = []
    for subject, table in tables.items():
        earned = []
        for component in scheme.components:
            rows = [table[indicator.code] for indicator in component.indicators]
            spread = scheme.too_little_data.missing == "left_out"
            carried = sum(row["weight"] for row in rows if row["counted"] or not spread)
            running = Fraction(0)
            for row in rows:
                peers = [
                    tables[peer][row["code"]]["value"]
                    for peer in subjects
                    if tables[peer][row["code"]]["counted"]
                ]
                mean = nearest(Fraction(sum(peers), len(peers))) if peers else None
                row.update(peers=mean, points=0, moved=0)
                if row["counted"]:
                    share = Fraction(row["weight"] * component.points, carried * 10_000)
                    row["points"] = nearest(running + row["value"] * share) - nearest(running)
                    running += row["value"] * share
                    row["moved"] = nearest((row["value"] - mean) * share)
            known = sum(row["weight"] for row in rows if row["counted"])
            earned.append(Earned(sum(row["points"] for row in rows), known))
        judgements.append(judge(scheme, earned, _records(feed, subject), date(2026, 10, 31)))
    return [
        {
            "kind": scheme.kind,
            "subject_id": subject,
            "score": judgement.score,
            "grade": standing.grade,
            "indicators": list(tables[subject].values()),
        }
        for subject, judgement, standing in zip(
            subjects, judgements, standings(scheme, judgements), strict=True
        )
    ]


def _values(feed: Feed, scheme: Scheme, subject: str) -> dict[str, Row]:
    table = {}
    for component in scheme.components:
        for indicator in component.indicators:
            if isinstance(indicator, BallotIndicator):
                row = _ballots(feed, scheme, indicator, subject)
            else:
                row = _facts(feed, indicator, subject)
            table[indicator.code] = {"code": indicator.code, "weight": indicator.weight, **row}
    return table


def _good(value: int, indicator: BallotIndicator | FactIndicator) -> Fraction:
    low, high = indicator.range
    seen = min(max(value, low), high)
    good = seen - low if indicator.better == "higher" else high - seen
    return Fraction(10_000 * good, high - low)


def _ballots(feed: Feed, scheme: Scheme, indicator: BallotIndicator, subject: str) -> Row:
    marks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    recused = 0
    for row in feed.marks.iter_rows(named=True):
        if row["subject_id"] != subject or row["indicator"] != indicator.code:
            continue
        if any(
            i["person_id"] == row["person_id"]
            and i["subject_id"] == subject
            and i["active_from"] <= row["cast_at"]
            and (i["active_until"] is None or row["cast_at"] < i["active_until"])
            for i in feed.interests.iter_rows(named=True)
        ):
            recused += 1
        else:
            good = nearest(_good(row["mark"], indicator))
            marks[row["party"]][row["person_id"]].append(good)

    total, weights = 0, 0
    counts = {"observations": 0, "raters": 0, "parties": 0, "trimmed": 0, "recused": recused}
    for party, weight in scheme.parties.items():
        raters = marks[party]
        if not raters or not weight:
            continue
        means = sorted(nearest(Fraction(sum(m), len(m))) for m in raters.values())
        cut = len(means) * indicator.trim_percent // 100
        kept = means[cut : len(means) - cut]
        total += weight * nearest(Fraction(sum(kept), len(kept)))
        weights += weight
        counts["observations"] += sum(len(m) for m in raters.values())
        counts["raters"] += len(raters)
        counts["parties"] += 1
        counts["trimmed"] += 2 * cut
    enough = counts["raters"] >= indicator.min_raters and counts["parties"] >= indicator.min_parties
    value = nearest(Fraction(total, weights)) if weights else None
    return {"value": value, "counted": enough, **counts}


def _facts(feed: Feed, indicator: FactIndicator, subject: str) -> Row:
    seen = [
        nearest(_good(row["value"], indicator))
        for row in feed.facts.iter_rows(named=True)
        if row["subject_id"] == subject and row["fact"] == indicator.fact
    ]
    return {
        "value": nearest(Fraction(sum(seen), len(seen))) if seen else None,
        "counted": len(seen) >= indicator.min_observations,
        "observations": len(seen),
        **dict.fromkeys(("raters", "parties", "trimmed", "recused")),
    }


def _records(feed: Feed, subject: str) -> list[CreditRecord]:
    return [
        CreditRecord(
            row["record_id"],
            RecordKind(row["kind"]),
            RecordClass(row["class"]) if row["class"] else None,
            row["code"],
            row["occurred_on"],
            row["valid_until"],
        )
        for row in feed.records.iter_rows(named=True)
        if row["subject_id"] == subject
    ]
