"""Bodies and answers of appointments."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.authority import Reach, Right, Role
from maplebridge_domain.cross_appointment import Election

from ..platform.bodies import (
    Body,
    Day,
    Instant,
    Line,
    New,
    PeriodIn,
    PeriodOut,
    example,
    example_id,
)


class CapacityOut(BaseModel):
    """An appointment in force by which a person can act."""

    id: UUID
    role: Role
    rights: dict[Right, Reach] = Field(description="Each with its reach. 权限及其范围")
    place: list[str] = Field(description="Paths of the grids where rights of reach `place` hold.")


class Capacities(BaseModel):
    """In what capacities the caller can act; anyone can as a resident."""

    items: list[CapacityOut]


class NewAppointment(New):
    """A person in a post during a period."""

    model_config = example(
        {
            "person_id": example_id("person"),
            "post_id": example_id("secretary of the quarter"),
            "during": {"from": "2026-11-01T00:00:00+08:00", "until": "2029-11-01T00:00:00+08:00"},
        }
    )

    person_id: UUID
    post_id: UUID
    during: PeriodIn


class ElectionIn(Body):
    """The owners' vote and its filing with the street (Civil Code art. 278)."""

    voted_on: Day
    filing_number: Line
    filed_on: Day

    def election(self) -> Election:
        """Return the domain's election."""
        return Election(self.voted_on, self.filing_number, self.filed_on)


class NewCrossAppointment(New):
    """A second post on the strength of the first."""

    model_config = example(
        {
            "step": 2,
            "source_id": example_id("secretary"),
            "post_id": example_id("director"),
            "during": {"from": "2026-11-01T00:00:00+08:00", "until": "2029-11-01T00:00:00+08:00"},
            "election": {
                "voted_on": "2026-10-18",
                "filing_number": "天桥备字〔2026〕7号",
                "filed_on": "2026-10-26",
            },
        }
    )

    step: Literal[1, 2, 3, 4, 5] = Field(description="Which of the five steps. 第几步")
    source_id: UUID = Field(description="The appointment it rests on. 所依据的任职")
    post_id: UUID
    during: PeriodIn
    contract_id: UUID | None = Field(None, description="Steps 3, 4, 5: the contract in force.")
    election: ElectionIn | None = Field(None, description="Step 2. 业主表决与备案")
    no_interest_declared_on: Day | None = Field(None, description="Step 5. 无利害关系声明日期")


class End(Body):
    """When an appointment ends; what rests on it ends at the same instant."""

    model_config = example({"at": "2026-11-30T00:00:00+08:00"})

    at: Instant


class AppointmentOut(BaseModel):
    """An appointment; a cross-appointment when `rests_on` is set."""

    id: UUID
    street_id: int
    person_id: UUID
    post_id: UUID
    during: PeriodOut
    step: int | None
    rests_on: UUID | None
    contract_id: UUID | None


class Summary(BaseModel):
    """Cross-appointments in force at an instant, as the street counts them."""

    at: AwareDatetime
    step_1: int
    steps_2_and_3: int = Field(description="Secretaries who hold both. 同时担任两项者")
    step_2: int
    step_3: int
    step_4: int = Field(description="Secretaries, each once, however many communities. 书记人数")
    step_5: int
