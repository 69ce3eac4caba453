"""The rubric (评分细则): scoring rules as data, versioned and dated.

A score is the sum of **components**. A component gives base points, points for its indicators and
points for records, up to its own limit; a deducting one takes points for records. The score is kept
within 0 and the scheme's `max`, and the scheme's grading turns it into a grade.

All points are hundredths of a point in Python (`750`) and plain numbers in the document (`7.5`).
What a rubric must satisfy is checked as it is read: `maplebridge_domain.rubric_check`.
"""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictInt,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from .evaluation import ResultKind
from .meeting import SubjectKind
from .organisation import Party
from .record import RecordClass, RecordKind
from .rubric_check import check_rubric
from .rubric_refusals import RubricMalformed


def _to_hundredths(points: object) -> object:
    """Read a number of points exactly: JSON writes 7.5, we count 750."""
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise PydanticCustomError("points_not_a_number", "Points are a number")
    hundredths = Decimal(repr(points)) * 100
    if not hundredths.is_finite() or hundredths != int(hundredths):
        raise PydanticCustomError("points_too_fine", "Points have at most two decimals")
    return int(hundredths)


def _from_hundredths(points: int) -> int | float:
    return points // 100 if points % 100 == 0 else points / 100


Points = Annotated[
    int,
    BeforeValidator(_to_hundredths),
    Field(ge=0, le=1_000_000),
    PlainSerializer(_from_hundredths, return_type=int | float),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 10_000, "multipleOf": 0.01}),
]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z][A-Za-z0-9_]{0,49}$")]
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
Percent = Annotated[StrictInt, Field(ge=0, le=100)]
Weight = Annotated[StrictInt, Field(ge=1, le=100)]
Count = Annotated[StrictInt, Field(ge=1, le=1000)]
Months = Annotated[StrictInt, Field(ge=1, le=120)]


class Part(BaseModel):
    """What all parts of the document share: immutable, and nothing unknown is let through."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True
    )


class Name(Part):
    """A name in both languages."""

    zh: Text
    en: Text


class Validity(Part):
    """From a day (inclusive) until another (exclusive; None: until replaced)."""

    from_: date = Field(alias="from")
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day < self.until)


class IndicatorBase(Part):
    """What is asked or counted, and how much it weighs within its component."""

    code: Code
    name: Name
    weight: Weight
    #: Lowest and highest value; what lies outside counts as the nearer end.
    range: tuple[Percent, Percent] = (0, 100)
    better: Literal["higher", "lower"] = "higher"


class BallotIndicator(IndicatorBase):
    """Marks of the six parties: each rater's mean, trimmed within a party, weighed by party."""

    source: Literal["ballot"]
    min_raters: Count = 1
    min_parties: Annotated[StrictInt, Field(ge=1, le=len(Party))] = 1
    #: Share of a party's raters left out at each end, rounded down.
    trim_percent: Annotated[StrictInt, Field(ge=0, le=49)] = 0


class FactIndicator(IndicatorBase):
    """The mean of what the service itself observed, such as disputes resolved on time."""

    source: Literal["fact"]
    fact: Code
    min_observations: Count = 1


Indicator = Annotated[BallotIndicator | FactIndicator, Field(discriminator="source")]


class RecordMatch(Part):
    """Which records are meant; an empty list means all."""

    kinds: tuple[RecordKind, ...] = Field(default=(), max_length=10)
    classes: tuple[RecordClass, ...] = Field(default=(), max_length=10)
    codes: tuple[Code, ...] = Field(default=(), max_length=100)


class RecordRule(Part):
    """Points for every record that matches, up to a limit."""

    code: Code
    name: Name
    match: RecordMatch
    points: Points
    at_most: Points | None = None
    #: How long a record counts that does not say so itself (None: until remedied).
    months: Months | None = None


class Component(Part):
    """A part of the score. `points` is what its indicators give at most, all together."""

    code: Code
    name: Name
    effect: Literal["adds", "deducts"] = "adds"
    base: Points = 0
    points: Points = 0
    at_most: Points | None = None
    indicators: tuple[Indicator, ...] = Field(default=(), max_length=50)
    #: The first rule that matches a record takes it.
    records: tuple[RecordRule, ...] = Field(default=(), max_length=50)


class Veto(Part):
    """A record that decides the grade by itself, whatever the score."""

    code: Code
    name: Name
    match: RecordMatch
    grade: Code
    months: Months | None = None


class Band(Part):
    """A grade for the scores from (inclusive) below (exclusive; None: up to the highest)."""

    grade: Code
    from_: Points = Field(alias="from")
    below: Points | None = None
    when: Literal["bad_record", "no_bad_record"] | None = None


class GradeByScore(Part):
    """Grades by ranges of the score."""

    by: Literal["score"]
    bands: tuple[Band, ...] = Field(min_length=1, max_length=50)


class Share(Part):
    """A grade for the next best share of the subjects; `at_least` is a score it also needs."""

    grade: Code
    share: Percent
    at_least: Points = 0


class GradeByRank(Part):
    """Grades by the place among all rated subjects, best first. Never for persons."""

    by: Literal["rank"]
    shares: tuple[Share, ...] = Field(min_length=1, max_length=20)


class TooLittleData(Part):
    """What happens to an indicator, and to a subject, about which too little is known.

    `left_out`: the other indicators of the component carry the weight; `earns_nothing`: no points.
    A subject whose known indicators carry less than `min_weight` of the 100 in any component gets
    `grade` and no score.
    """

    grade: Code
    min_weight: Percent = 50
    missing: Literal["left_out", "earns_nothing"] = "left_out"


class Scheme(Part):
    """How one kind of result is computed for one kind of subject.

    `categories` are kinds of posts or organisations; none: all that no other scheme names.
    """

    kind: ResultKind
    subject: SubjectKind
    categories: tuple[Code, ...] = Field(default=(), max_length=50)
    max: Points
    parties: dict[Party, Percent] = {}
    components: tuple[Component, ...] = Field(min_length=1, max_length=10)
    vetoes: tuple[Veto, ...] = Field(default=(), max_length=20)
    grading: Annotated[GradeByScore | GradeByRank, Field(discriminator="by")]
    too_little_data: TooLittleData


class Rubric(Part):
    """The whole document. Reading one that breaks a rule raises that rule's `Problem`."""

    code: Code
    version: Count
    name: Name
    source: Annotated[str, StringConstraints(strict=True, max_length=1000)] = ""
    valid: Validity
    grades: dict[Code, Name] = Field(min_length=1, max_length=20)
    schemes: tuple[Scheme, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Self:
        check_rubric(self)
        return self

    def canonical_json(self) -> str:
        """Return the one spelling of this rubric: sorted keys, no spaces, no defaults.

        Defaults are left out so that a later version of this model, with more of them, spells an
        older rubric the same way.
        """
        document = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        """Return the SHA-256 of the canonical JSON in UTF-8, as hexadecimal."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def scheme_for(self, kind: ResultKind, subject: SubjectKind, category: str) -> Scheme | None:
        """Find the scheme that names the category, else the one that names none."""
        fitting = [s for s in self.schemes if (s.kind, s.subject) == (kind, subject)]
        named = next((s for s in fitting if category in s.categories), None)
        return named or next((s for s in fitting if not s.categories), None)

    def ballot_form(self) -> dict[SubjectKind, list[str]]:
        """List the indicators that a ballot may mark, per kind of subject, in document order."""
        form: dict[SubjectKind, dict[str, None]] = {kind: {} for kind in SubjectKind}
        for scheme in self.schemes:
            for component in scheme.components:
                for indicator in component.indicators:
                    if isinstance(indicator, BallotIndicator):
                        form[scheme.subject][indicator.code] = None
        return {kind: list(codes) for kind, codes in form.items()}


def read_rubric(document: str | dict[str, Any]) -> Rubric:
    """Read a rubric from YAML or JSON text, or from a parsed document.

    Raises:
        RubricMalformed: it has not the shape of a rubric; `pointer` says where.
        RubricRefused: it breaks a rule (any subclass).
    """
    try:
        parsed = yaml.safe_load(document) if isinstance(document, str) else document
        return Rubric.model_validate(parsed)
    except yaml.YAMLError as error:
        raise RubricMalformed(str(error).splitlines()[0]) from None
    except ValidationError as error:
        raise RubricMalformed.from_errors(error.errors(), parsed) from None
