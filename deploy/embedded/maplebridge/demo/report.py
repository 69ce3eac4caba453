"""What came out of the demo, as `.maplebridge/demo.json` and the printed page show it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.rubric import Rubric

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Indicator:
    """How an enterprise did by one indicator: hundredths, and what that moved its score by."""

    code: str
    name: Name
    value: int | None
    moved: int


@dataclass(frozen=True)
class Rating:
    """An enterprise's rating; the two indicators that moved it most come first."""

    enterprise_id: str
    enterprise: str
    score: int | None
    grade: str
    moved_most: tuple[Indicator, ...]
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Confirmation:
    """Who made the results final, in which office, and when."""

    name: str
    office: str
    at: str


@dataclass(frozen=True)
class Report:
    """All that the demo found."""

    households: int
    residents: int
    ratings: tuple[Rating, ...]
    member_scores: int
    unit_assessments: int
    verified: int
    confirmed: Confirmation
    timings: Mapping[str, float]

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        path.write_text(text + "\n", encoding="utf-8")


def ratings(
    statements: Sequence[Json], explained: Mapping[str, Json], rubric: Rubric
) -> tuple[Rating, ...]:
    """Join the department's statements with the street's explanations, best first."""
    rated = [
        _rating(statement, explained[statement["enterprise_id"]], indicator_names(rubric))
        for statement in statements
    ]
    return tuple(sorted(rated, key=lambda rating: (-(rating.score or 0), rating.enterprise_id)))


def indicator_names(rubric: Rubric) -> dict[str, Name]:
    """The names of the indicators by which enterprises are rated."""
    return {
        indicator.code: Name(indicator.name.zh, indicator.name.en)
        for scheme in rubric.schemes
        if scheme.kind is ResultKind.CREDIT_RATING
        for component in scheme.components
        for indicator in component.indicators
    }


def grades(report: Report) -> Counter[str]:
    """How many enterprises got each grade."""
    return Counter(rating.grade for rating in report.ratings)


def _rating(statement: Json, explanation: Json, names: Mapping[str, Name]) -> Rating:
    indicators = {
        one["code"]: Indicator(one["code"], names[one["code"]], one["value"], one["moved"])
        for one in explanation["indicators"]
    }
    return Rating(
        statement["enterprise_id"],
        statement["enterprise_name"],
        statement["score"],
        statement["grade"],
        tuple(indicators[code] for code in explanation["moved_most"][:2]),
        tuple(indicators.values()),
    )
