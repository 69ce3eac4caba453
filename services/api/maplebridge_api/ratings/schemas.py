"""Bodies and answers of credit records, results and statements."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from maplebridge_domain.assessment import Explanation
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.record import RecordClass, RecordKind
from maplebridge_domain.rubric import Code

from ..platform.bodies import Body, Day, Line, New, Paragraph, StreetId, example, example_id


class NewRecord(New):
    """A dated commendation, penalty or finding about a subject."""

    model_config = example(
        {
            "street_id": 411104001,
            "subject_kind": "enterprise",
            "subject_id": example_id("enterprise"),
            "kind": "penalty",
            "class": "general",
            "code": "fire_lane_blocked",
            "title": "占用消防车通道",
            "basis": "消防法第六十条；召消行罚决字〔2026〕12号",
            "occurred_on": "2026-10-15",
        }
    )

    street_id: StreetId
    subject_kind: SubjectKind
    subject_id: UUID
    kind: RecordKind
    class_: RecordClass | None = Field(None, alias="class", description="Bad records only. 等级")
    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["fire_lane_blocked"])
    title: Line
    basis: Paragraph = Field(description="Legal basis and deciding document. 依据")
    occurred_on: Day


class RecordOut(BaseModel):
    """A credit record."""

    id: UUID
    street_id: int
    subject_kind: SubjectKind
    subject_id: UUID
    kind: RecordKind
    class_: RecordClass | None = Field(alias="class")
    code: str
    title: str
    basis: str
    occurred_on: date
    valid_until: date | None
    entered_in_capacity: UUID | None = Field(
        description="The appointment by which it was entered; null: by a system. 登记人身份"
    )


class NewResult(Body):
    """One result as the evaluator computed it."""

    kind: ResultKind
    subject_kind: SubjectKind
    subject_id: UUID
    score: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = Field(
        description="Hundredths."
    )
    grade: Code
    explanation: Explanation


Results = Annotated[Sequence[NewResult], Field(max_length=20_000)]


class RubricNamed(BaseModel):
    """The rubric that a result was computed by."""

    id: UUID
    code: str
    edition: str
    sha256: str


class ResultOut(BaseModel):
    """A result with its whole explanation, and what it takes to compute it again."""

    id: UUID
    street_id: int
    run_id: UUID
    kind: ResultKind
    subject_kind: SubjectKind
    subject_id: UUID
    score: int | None = Field(description="Hundredths; null: too little is known. 百分之一分")
    grade: str
    explanation: Explanation
    input_sha256: str = Field(description="Of the canonical input. 计算输入摘要")
    rubric: RubricNamed
    engine_version: str


class StatementOut(BaseModel):
    """A final credit rating as a signed statement, to be checked offline against the JWKS."""

    id: UUID
    street_id: int
    run_id: UUID
    enterprise_id: UUID
    enterprise_name: str
    score: int | None
    grade: str
    statement: str = Field(description="Compact JWS (RFC 7515), EdDSA. 签名文书")
