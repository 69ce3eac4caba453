"""How points become a score and a grade, and the shape in which a result is explained.

Everything is counted in whole hundredths, so that the same input gives the same result on every
machine. Nothing here reads a clock: the day is always given.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .evaluation import ResultKind
from .meeting import SubjectKind
from .organisation import Party
from .record import RecordClass, RecordKind
from .rubric import Band, Component, RecordMatch, Scheme, Share, Veto

#: Changes whenever the same input would give another result or another explanation.
ENGINE_VERSION = "1"


class _Integers(Protocol):
    """A whole number, or a column of them."""

    def __rmul__(self, other: int, /) -> Self: ...
    def __add__(self, other: Any, /) -> Self: ...
    def __floordiv__(self, other: Any, /) -> Self: ...


Integers = TypeVar("Integers", bound=_Integers)


def rounded(numerator: Integers, denominator: Integers | int) -> Integers:
    """Divide by a positive whole number and round to the nearest; a half goes up.

    The one rounding rule of the service, for numbers and for columns of them alike.
    """
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True)
class CreditRecord:
    """A record about a subject. `valid_until` is the first day on which it no longer counts."""

    id: str
    kind: RecordKind
    grade: RecordClass | None
    code: str
    occurred_on: date
    valid_until: date | None = None

    def matches(self, match: RecordMatch) -> bool:
        """Say whether a rule means this record."""
        return (
            (not match.kinds or self.kind in match.kinds)
            and (not match.classes or self.grade in match.classes)
            and (not match.codes or self.code in match.codes)
        )

    def counts_on(self, day: date, months: int | None) -> bool:
        """Say whether it is in force on a day: as it says itself, else for so many months."""
        if self.valid_until is not None:
            ends: date | None = self.valid_until
        else:
            ends = months_later(self.occurred_on, months) if months is not None else None
        return self.occurred_on <= day and (ends is None or day < ends)


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or that month's last day when it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


#: A code of the rubric, a kind, or an id: one line of ASCII, which every database can keep.
Name = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$")]


class Explained(BaseModel):
    """What all parts of an explanation share. Points, values and scores are hundredths."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PartyMean(Explained):
    """What one party's raters thought: the mean of those left after trimming."""

    party: Party
    raters: int
    trimmed: int
    mean: int


class IndicatorResult(Explained):
    """How one indicator was valued, what it gave, and how far it moved its subject.

    `value` is 0..10000, 10000 the best; null: nothing is known. Not `counted`: too little is known.
    `peers` is the mean value of all subjects of the scheme for which it counts, `moved` how many
    points the subject gained or lost by differing from it. The numbers of ballots are null for a
    fact; `observations` counts marks or facts.
    """

    code: Name
    component: Name
    source: Literal["ballot", "fact"]
    weight: int
    value: int | None
    counted: bool
    points: int
    peers: int | None
    moved: int
    observations: int
    raters: int | None
    parties: int | None
    trimmed: int | None
    recused: int | None
    by_party: tuple[PartyMean, ...] = Field(max_length=10)


class CountedRecords(Explained):
    """The records that one rule took, and the points it gave or took away."""

    rule: Name
    records: tuple[Name, ...] = Field(max_length=10_000)
    points: int


class ComponentResult(Explained):
    """What a component came to: base, indicators and records, within its limit."""

    code: Name
    effect: Literal["adds", "deducts"]
    base: int
    indicators: int
    records: tuple[CountedRecords, ...] = Field(max_length=50)
    points: int


class Explanation(Explained):
    """Everything that led to one result. `rank` is null for persons, who are never ranked."""

    category: Name
    max: int
    too_little_data: bool
    bad_record: bool
    veto: Name | None
    rank: int | None
    of: int | None
    moved_most: tuple[Name, ...] = Field(max_length=500)
    components: tuple[ComponentResult, ...] = Field(max_length=10)
    indicators: tuple[IndicatorResult, ...] = Field(max_length=500)


class Result(Explained):
    """One result as the evaluator publishes it. `score` is null when too little is known."""

    kind: ResultKind
    subject_kind: SubjectKind
    subject_id: str
    score: int | None
    grade: str
    explanation: Explanation


@dataclass(frozen=True)
class Earned:
    """What the indicators of one component gave, and the weight about which enough is known."""

    points: int
    weight_known: int


@dataclass(frozen=True)
class Judgement:
    """A subject's score before it is compared with others. `score` is null with too little data."""

    components: tuple[ComponentResult, ...]
    bad_record: bool
    veto: Veto | None
    score: int | None


@dataclass(frozen=True)
class Standing:
    """A subject's grade, and its place among the `of` rated subjects of its scheme."""

    grade: str
    rank: int | None
    of: int | None


def judge(
    scheme: Scheme, earned: Sequence[Earned], records: Iterable[CreditRecord], on: date
) -> Judgement:
    """Add up one subject's components, in the order of the scheme; `on` is the period's last day.

    Source: base points plus and minus, capped parts, deduction and veto as in the schemes of
    Luohe, Shandong and Yantai. That the sum is kept within 0 and the scheme's `max` is ours.
    """
    records = sorted(records, key=lambda record: (record.occurred_on, record.id))
    components = tuple(
        _component(component, part.points, records, on)
        for component, part in zip(scheme.components, earned, strict=True)
    )
    veto = next((veto for veto in scheme.vetoes if _any(records, veto, on)), None)
    too_little = any(
        part.weight_known < scheme.too_little_data.min_weight
        for component, part in zip(scheme.components, earned, strict=True)
        if component.indicators
    )
    total = sum(c.points if c.effect == "adds" else -c.points for c in components)
    return Judgement(
        components=components,
        bad_record=veto is not None or any(c.records for c in components if c.effect == "deducts"),
        veto=veto,
        score=None if too_little else max(0, min(scheme.max, total)),
    )


def _component(
    component: Component, indicators: int, records: Sequence[CreditRecord], on: date
) -> ComponentResult:
    left, counted = list(records), []
    for rule in component.records:
        taken = [r for r in left if r.matches(rule.match) and r.counts_on(on, rule.months)]
        left = [record for record in left if record not in taken]
        if taken:
            points = _within(len(taken) * rule.points, rule.at_most)
            ids = tuple(record.id for record in taken)
            counted.append(CountedRecords(rule=rule.code, records=ids, points=points))
    points = component.base + indicators + sum(part.points for part in counted)
    return ComponentResult(
        code=component.code,
        effect=component.effect,
        base=component.base,
        indicators=indicators,
        records=tuple(counted),
        points=_within(points, component.at_most),
    )


def _within(points: int, at_most: int | None) -> int:
    return points if at_most is None else min(points, at_most)


def _any(records: Iterable[CreditRecord], veto: Veto, on: date) -> bool:
    return any(r.matches(veto.match) and r.counts_on(on, veto.months) for r in records)


def standings(scheme: Scheme, judgements: Sequence[Judgement]) -> list[Standing]:
    """Grade all subjects of a scheme, in the order given.

    A veto decides first, then too little data, then the scheme's bands or shares. Equal scores
    share the better place. Persons get no place at all.
    """
    rated = sorted(
        (j.score for j in judgements if j.score is not None and j.veto is None), reverse=True
    )
    place = {score: number for number, score in reversed(list(enumerate(rated, start=1)))}
    ranked = scheme.subject is not SubjectKind.APPOINTMENT

    def standing(judgement: Judgement) -> Standing:
        if judgement.veto is not None:
            return Standing(judgement.veto.grade, None, None)
        if judgement.score is None:
            return Standing(scheme.too_little_data.grade, None, None)
        rank = place[judgement.score]
        if scheme.grading.by == "score":
            grade = grade_by_score(scheme.grading.bands, judgement.score, judgement.bad_record)
        else:
            grade = grade_by_rank(scheme.grading.shares, judgement.score, rank, len(rated))
        return Standing(grade, rank, len(rated)) if ranked else Standing(grade, None, None)

    return [standing(judgement) for judgement in judgements]


def grade_by_score(bands: Iterable[Band], score: int, bad_record: bool) -> str:
    """Find the band of a score; a checked rubric has exactly one."""
    condition = "bad_record" if bad_record else "no_bad_record"
    return next(
        band.grade
        for band in bands
        if band.when in (None, condition)
        and band.from_ <= score
        and (band.below is None or score < band.below)
    )


def grade_by_rank(shares: Iterable[Share], score: int, rank: int, of: int) -> str:
    """Find the grade of a place among `of`; the number of places of a share is rounded up.

    Rounding in favour of the subjects is our own choice.
    """
    upto = 0
    for share in shares:
        upto += share.share
        if (rank - 1) * 100 < upto * of and score >= share.at_least:
            return share.grade
    raise AssertionError("the last share of a checked rubric takes everyone")
