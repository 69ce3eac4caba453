"""Bodies and answers of rubrics and runs."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, WrapValidator

from maplebridge_domain.evaluation import ResultKind, RunState, ServiceMethod
from maplebridge_domain.problem import pointing_at
from maplebridge_domain.rubric import Rubric

from ..platform.bodies import (
    Body,
    Day,
    Instant,
    Line,
    New,
    Paragraph,
    StreetId,
    example,
    example_id,
)
from ..ratings.schemas import Results

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

#: The least that a rubric says; docs/rubric-guide.md has more.
_RUBRIC = {
    "code": "tianqiao",
    "version": 1,
    "name": {"zh": "天桥街街道物业服务评价细则", "en": "Tianqiao Street rubric"},
    "source": "街道党工委会议纪要〔2026〕3号",
    "valid": {"from": "2026-10-01", "until": "2027-01-01"},
    "grades": {
        "A": {"zh": "合格", "en": "qualified"},
        "C": {"zh": "不合格", "en": "not qualified"},
        "unrated": {"zh": "数据不足，不评级", "en": "not rated for lack of data"},
    },
    "schemes": [
        {
            "kind": "credit_rating",
            "subject": "enterprise",
            "max": 100,
            "parties": {"owners_committee": 60, "volunteer_point": 40},
            "components": [
                {
                    "code": "service",
                    "name": {"zh": "物业服务", "en": "property service"},
                    "points": 100,
                    "at_most": 100,
                    "indicators": [
                        {
                            "code": "cleaning",
                            "name": {"zh": "环境卫生", "en": "cleaning"},
                            "weight": 100,
                            "source": "ballot",
                            "min_raters": 3,
                            "min_parties": 2,
                            "trim_percent": 10,
                        }
                    ],
                }
            ],
            "grading": {
                "by": "score",
                "bands": [{"grade": "A", "from": 60}, {"grade": "C", "from": 0, "below": 60}],
            },
            "too_little_data": {"grade": "unrated"},
        }
    ],
}
#: A veto decided: FastAPI drops a null from an example, and the explanation names every member.
_RESULT = {
    "kind": "credit_rating",
    "subject_kind": "enterprise",
    "subject_id": example_id("enterprise"),
    "score": 8731,
    "grade": "C",
    "explanation": {
        "category": "property_enterprise",
        "max": 10000,
        "too_little_data": False,
        "bad_record": True,
        "veto": "major_accident",
        "rank": 14,
        "of": 14,
        "moved_most": [],
        "components": [
            {
                "code": "service",
                "effect": "adds",
                "base": 0,
                "indicators": 8731,
                "records": [],
                "points": 8731,
            }
        ],
        "indicators": [],
    },
}


def _read(value: Any, read: Callable[[Any], Rubric]) -> Rubric:
    with pointing_at("/rubric"):
        return read(value)


class NewRubric(New):
    """A rubric for a street: which schemes it assesses by, and during when."""

    model_config = example({"street_id": 411104001, "rubric": _RUBRIC})

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

    model_config = example(
        {
            "street_id": 411104001,
            "period": {"from": "2026-10-01", "until": "2026-11-01"},
            "kinds": ["member_score", "unit_assessment", "credit_rating"],
            "rubric_id": example_id("rubric"),
        }
    )

    street_id: StreetId
    period: DaysIn
    kinds: Annotated[list[ResultKind], Field(min_length=1, max_length=3)]
    rubric_id: UUID


class Claim(Body):
    """A worker takes a run for some seconds."""

    model_config = example({"worker": "evaluator-1", "lease_seconds": 60})

    worker: Line
    lease_seconds: Annotated[int, Field(strict=True, ge=5, le=300)]


class Publication(Body):
    """All results of a run at once."""

    model_config = example({"engine_version": "1", "input_sha256": "9f" * 32, "results": [_RESULT]})

    engine_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
    input_sha256: Sha256
    results: Results


class Failure(Body):
    """Why a run cannot be computed; no personal data."""

    model_config = example(
        {
            "code": "rubric_changed",
            "detail": "The rubric in the feed has another digest than the run names.",
        }
    )

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    detail: Paragraph


class Notice(Body):
    """Proof that the drafts were served: how, when, with which evidence."""

    model_config = example(
        {
            "method": "posted",
            "evidence": "天桥街街道及各小区公示栏张贴，照片存档",
            "served_at": "2026-11-02T10:00:00+08:00",
        }
    )

    method: ServiceMethod
    evidence: Paragraph
    served_at: Instant | None = None


class NoticeOut(BaseModel):
    """How a run's drafts were served; evidence may name who received them."""

    method: ServiceMethod
    evidence: str
    served_at: AwareDatetime
    notice_until: AwareDatetime


class Confirmation(Body):
    """A named person makes the results final."""

    model_config = example({})


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
    requested_in_capacity: UUID | None = Field(
        description="The appointment by which it was requested; null: by a system. 发起人身份"
    )
    attempt: int
    input_sha256: str | None
    engine_version: str | None
    failure: FailureOut | None
    drafted_at: AwareDatetime | None
    service_method: ServiceMethod | None = Field(description="How the drafts were served. 送达方式")
    served_at: AwareDatetime | None
    notice_until: AwareDatetime | None
    notice_provisional: bool | None = Field(
        description="Counted without that year's notice of days off. 当年放假安排尚未公布，期限待定"
    )
    confirmed_at: AwareDatetime | None
    confirmed_by: ConfirmedBy | None = Field(description="Once final. 确认人")
