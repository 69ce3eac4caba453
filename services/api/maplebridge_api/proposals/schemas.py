"""Bodies and answers of proposals."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.proposal import ProposalState

from ..appointments.service import Evidence, EvidenceIn, NewAppointment, NewCrossAppointment
from ..platform.bodies import Body, Line, PeriodOut, example, example_id

_TERM = {"from": "2026-12-01T00:00:00+08:00", "until": "2029-12-01T00:00:00+08:00"}
_FILE = {
    "name": "社区党委会议纪要.pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "dated_on": "2026-11-02",
    "number": "天桥社纪〔2026〕11号",
}


class NewProposal(NewAppointment):
    """A person proposed for a post."""

    model_config = example(
        {
            "person_id": example_id("person"),
            "post_id": example_id("secretary of the quarter"),
            "during": _TERM,
            "evidence": [_FILE],
        }
    )

    evidence: Evidence = Field(default_factory=list, description="What shows it. 证明材料")


class NewCrossProposal(NewCrossAppointment):
    """A holder of a post proposed for a second on the strength of the first."""

    model_config = example(
        {
            "step": 1,
            "source_id": example_id("grid member"),
            "post_id": example_id("instructor"),
            "during": _TERM,
            "evidence": [_FILE],
        }
    )


class Approval(Body):
    """Nothing more is asked."""

    model_config = example({})


class Rejection(Body):
    """Why a proposal is rejected."""

    model_config = example({"reason": "拟任人选另有任用"})

    reason: Line


class TakingBack(Body):
    """Why a proposal is taken back, if that is to be said."""

    model_config = example({"reason": "岗位设置有误，另行提出"})

    reason: Line | None = None


class ProposalOut(BaseModel):
    """A proposal, and what became of it."""

    id: UUID
    street_id: int
    person_id: UUID
    post_id: UUID
    during: PeriodOut
    step: int | None
    rests_on: UUID | None
    contract_id: UUID | None
    election: dict[str, Any] | None
    no_interest_declared_on: date | None
    evidence: list[EvidenceIn]
    state: ProposalState
    proposed_at: AwareDatetime
    proposer: str = Field(description="`persons/<id>` or `clients/<id>`.")
    proposed_in_capacity: UUID | None = Field(
        description="The appointment by which it was proposed; null: by a system. 建议人身份"
    )
    decided_at: AwareDatetime | None = Field(description="Or taken back. 审核或撤回时间")
    decider: str | None = Field(description="Who decided; of what was taken back, the proposer.")
    decided_in_capacity: UUID | None = Field(description="The appointment. 决定人身份")
    reason: str | None = Field(description="Rejected or taken back why. 未通过或撤回原因")
    appointment_id: UUID | None = Field(description="Set: approved, and thus appointed.")
