"""Bodies and answers of rubrics and runs."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, WrapValidator

from maplebridge_domain.evaluation import ResultKind, RunState, ServiceMethod
from maplebridge_domain.problem import pointing_at
from maplebridge_domain.rubric import Rubric

from ..platform.bodies import Body, Day, Instant, Line, New, Paragraph, StreetId
from ..ratings.schemas import Results

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _read(value: Any, read: Callable[[Any], Rubric]) -> Rubric:
    with pointing_at("/rubric"):
        return read(value)


class NewRubric(New):
    """A rubric for a street: which schemes it assesses by, and during when."""

    street_id: StreetId
    rubric: Annotated[Rubric, WrapValidator(_read)]


class RubricOut(BaseModel):
    """A rubric as it was entered; its digest is stated by every result."""

    id: UUID
    street_id: int
    code: str
    edition: str
    sha256: str
    rubric: dict[str, Any]


class DaysIn(Body):
    """From a day (inclusive) until another (exclusive), in Shanghai."""

    from_: Day = Field(alias="from", examples=["2026-10-01"])
    until: Day = Field(examples=["2026-11-01"])


class DaysOut(BaseModel):
    """A period of days."""

    from_: date = Field(alias="from")
    until: date


class NewRun(New):
    """A computation over a month, quarter or year."""

    street_id: StreetId
    period: DaysIn
    kinds: Annotated[list[ResultKind], Field(min_length=1, max_length=3)]
    rubric_id: UUID


class Claim(Body):
    """A worker takes a run for some seconds."""

    worker: Line
    lease_seconds: Annotated[int, Field(strict=True, ge=5, le=300)]


class Publication(Body):
    """All results of a run at once."""

    engine_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
    input_sha256: Sha256
    results: Results


class Failure(Body):
    """Why a run cannot be computed; no personal data."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    detail: Paragraph


class Notice(Body):
    """Proof that the drafts were served: how, when, with which evidence."""

    method: ServiceMethod
    evidence: Paragraph
    served_at: Instant | None = None


class Confirmation(Body):
    """A named person makes the results final."""


class FailureOut(BaseModel):
    """Why a run failed."""

    code: str
    detail: str


class ConfirmedBy(BaseModel):
    """Who made the results final, and by which appointment."""

    capacity: UUID = Field(description="The appointment. 以何任职")
    person_id: UUID


class RunOut(BaseModel):
    """An evaluation run."""

    id: UUID
    street_id: int
    period: DaysOut
    kinds: list[ResultKind]
    rubric_id: UUID
    state: RunState
    requested_at: AwareDatetime
    attempt: int
    input_sha256: str | None
    engine_version: str | None
    failure: FailureOut | None
    drafted_at: AwareDatetime | None
    service_method: ServiceMethod | None = Field(description="How the drafts were served. 送达方式")
    service_evidence: str | None
    served_at: AwareDatetime | None
    notice_until: AwareDatetime | None
    notice_provisional: bool | None = Field(
        description="Counted without that year's notice of days off. 当年放假安排尚未公布，期限待定"
    )
    confirmed_at: AwareDatetime | None
    confirmed_by: ConfirmedBy | None = Field(description="Once final. 确认人")
