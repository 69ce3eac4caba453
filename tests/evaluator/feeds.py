"""Small feeds for the tests: one street in October 2026, its rows drawn or written by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from hypothesis import strategies as st

from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.rubric import Rubric, read_rubric
from maplebridge_evaluator.feed import FACTS, INTERESTS, MARKS, RECORDS, SUBJECTS, Feed, Run

STREET = 411104001
ENTERPRISES = ["tianhe", "yuxin", "zhongyuan"]
MEMBERS = ["wang", "li"]
PARTIES = ["owners_committee", "volunteer_point", "resident_unit"]
RATERS = [f"rater{n}" for n in range(7)]
INDICATORS = ["cleaning", "noise", "unheard_of"]
FACT_CODES = ["disputes_on_time", "satisfaction"]


def name(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def a_rubric(
    *, missing: str = "left_out", min_weight: int = 0, trim: int = 0, min_raters: int = 1
) -> Rubric:
    """Two schemes: enterprises by marks, facts and records; members by one mark."""
    ballot = {
        "source": "ballot",
        "trim_percent": trim,
        "min_raters": min_raters,
        "min_parties": 1,
    }
    grading = {
        "by": "score",
        "bands": [
            {"grade": "good", "from": 70},
            {"grade": "fair", "from": 0, "below": 70, "when": "no_bad_record"},
            {"grade": "poor", "from": 0, "below": 70, "when": "bad_record"},
        ],
    }
    too_little = {"grade": "unrated", "min_weight": min_weight, "missing": missing}
    return read_rubric(
        {
            "code": "test",
            "version": 1,
            "name": name("test"),
            "valid": {"from": "2026-01-01"},
            "grades": {grade: name(grade) for grade in ("good", "fair", "poor", "unrated")},
            "schemes": [
                {
                    "kind": "credit_rating",
                    "subject": "enterprise",
                    "max": 110,
                    "parties": {"owners_committee": 70, "volunteer_point": 30},
                    "components": [
                        {
                            "code": "service",
                            "name": name("service"),
                            "points": 90,
                            "at_most": 85,
                            "indicators": [
                                {
                                    **ballot,
                                    "code": "cleaning",
                                    "name": name("cleaning"),
                                    "weight": 37,
                                    "range": [10, 97],
                                },
                                {
                                    **ballot,
                                    "code": "noise",
                                    "name": name("noise"),
                                    "weight": 33,
                                    "better": "lower",
                                },
                                {
                                    "code": "settled",
                                    "name": name("settled"),
                                    "weight": 30,
                                    "source": "fact",
                                    "fact": "disputes_on_time",
                                    "min_observations": 2,
                                },
                            ],
                        },
                        {
                            "code": "good",
                            "name": name("good"),
                            "base": 5,
                            "at_most": 12.5,
                            "records": [
                                {
                                    "code": "prize",
                                    "name": name("prize"),
                                    "match": {"kinds": ["commendation"]},
                                    "points": 2.25,
                                }
                            ],
                        },
                        {
                            "code": "bad",
                            "name": name("bad"),
                            "effect": "deducts",
                            "records": [
                                {
                                    "code": "penalty",
                                    "name": name("penalty"),
                                    "match": {"kinds": ["penalty"]},
                                    "points": 4,
                                    "months": 12,
                                }
                            ],
                        },
                    ],
                    "grading": grading,
                    "too_little_data": too_little,
                },
                {
                    "kind": "member_score",
                    "subject": "appointment",
                    "max": 100,
                    "parties": {"owners_committee": 50, "resident_unit": 50},
                    "components": [
                        {
                            "code": "work",
                            "name": name("work"),
                            "points": 100,
                            "indicators": [
                                {
                                    **ballot,
                                    "code": "cleaning",
                                    "name": name("duties"),
                                    "weight": 100,
                                }
                            ],
                        }
                    ],
                    "grading": grading,
                    "too_little_data": too_little,
                },
            ],
        }
    )


def october(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def mark(
    subject: str,
    value: int,
    rater: str = "rater0",
    *,
    indicator: str = "cleaning",
    party: str = "owners_committee",
    day: int = 9,
) -> tuple[Any, ...]:
    kind = "appointment" if subject in MEMBERS else "enterprise"
    return (kind, subject, indicator, party, rater, october(day), value)


def interest(rater: str, subject: str, since: int = 1, until: int | None = None) -> tuple[Any, ...]:
    kind = "appointment" if subject in MEMBERS else "enterprise"
    return (rater, kind, subject, october(since), until and october(until))


def fact(subject: str, value: int, code: str = "disputes_on_time", day: int = 5) -> tuple[Any, ...]:
    return ("enterprise", subject, code, october(day), value)


def record(number: int, subject: str, kind: str, on: date) -> tuple[Any, ...]:
    grade = None if kind == "commendation" else "general"
    return (f"record{number}", "enterprise", subject, kind, grade, "any", on, None)


def a_feed(
    marks: Iterable[tuple[Any, ...]] = (),
    *,
    interests: Iterable[tuple[Any, ...]] = (),
    facts: Iterable[tuple[Any, ...]] = (),
    records: Iterable[tuple[Any, ...]] = (),
    rubric: Rubric | None = None,
) -> Feed:
    subjects = [("credit_rating", "enterprise", s, "property_enterprise") for s in ENTERPRISES]
    subjects += [("member_score", "appointment", s, "secretary") for s in MEMBERS]
    kinds = (ResultKind.CREDIT_RATING, ResultKind.MEMBER_SCORE)
    rows = [(subjects, SUBJECTS), (marks, MARKS), (interests, INTERESTS)]
    frames = [
        pl.DataFrame(list(its), schema=schema, orient="row")
        for its, schema in [*rows, (facts, FACTS), (records, RECORDS)]
    ]
    run = Run(STREET, date(2026, 10, 1), date(2026, 11, 1), kinds, rubric or a_rubric())
    return Feed(run, *frames)


def shuffled(feed: Feed, seed: int) -> Feed:
    """The same feed, its rows in another order."""
    frames = ("subjects", "marks", "interests", "facts", "records")
    return replace(
        feed,
        **{f: getattr(feed, f).sample(fraction=1, shuffle=True, seed=seed) for f in frames},
    )


_subject = st.sampled_from(ENTERPRISES + MEMBERS)
_rater = st.sampled_from(RATERS)
_day = st.integers(1, 31)

marks = st.lists(
    st.builds(
        mark,
        _subject,
        st.integers(0, 100),
        _rater,
        indicator=st.sampled_from(INDICATORS),
        party=st.sampled_from(PARTIES),
        day=_day,
    ),
    max_size=60,
)
rubrics = st.builds(
    a_rubric,
    missing=st.sampled_from(["left_out", "earns_nothing"]),
    min_weight=st.sampled_from([0, 40, 70]),
    trim=st.sampled_from([0, 20, 49]),
    min_raters=st.integers(1, 3),
)
feeds = st.builds(
    a_feed,
    marks,
    interests=st.lists(st.builds(interest, _rater, _subject, _day, st.none() | _day), max_size=4),
    facts=st.lists(
        st.builds(
            fact,
            st.sampled_from(ENTERPRISES),
            st.integers(0, 100),
            st.sampled_from(FACT_CODES),
            _day,
        ),
        max_size=12,
    ),
    records=st.lists(
        st.builds(
            record,
            st.integers(0, 10**6),
            st.sampled_from(ENTERPRISES),
            st.sampled_from(["commendation", "penalty"]),
            st.dates(date(2025, 6, 1), date(2026, 10, 31)),
        ),
        max_size=8,
    ),
    rubric=rubrics,
)
