"""Bodies and answers of appointments."""

import json
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.appointment import Change, EndReason
from maplebridge_domain.authority import Reach, Right, Role
from maplebridge_domain.contract_end import ContractEndReason
from maplebridge_domain.organisation import PostKind
from maplebridge_domain.owners_vote import Election, Votes

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


Owners = Annotated[int, Field(strict=True, ge=1, le=1_000_000, description="Owners. 业主人数")]
SomeOwners = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
#: A square metre is 10,000: certificates give hundredths of one.
Area = Annotated[int, Field(strict=True, ge=1, le=10**12, description="Area in cm2. 专有部分面积")]
SomeArea = Annotated[int, Field(strict=True, ge=0, le=10**12)]


class VotesIn(Body):
    """How many owners, and what area of theirs: all, taking part, agreeing."""

    owners: Owners
    owners_taking_part: SomeOwners
    owners_agreeing: SomeOwners
    area_cm2: Area
    area_taking_part_cm2: SomeArea
    area_agreeing_cm2: SomeArea


#: Of an election that carried, for examples.
VOTES = {
    "owners": 900,
    "owners_taking_part": 640,
    "owners_agreeing": 500,
    "area_cm2": 900_000_000,
    "area_taking_part_cm2": 650_000_000,
    "area_agreeing_cm2": 480_000_000,
}


class ElectionIn(Body):
    """The owners' vote and its filing with the street (Civil Code art. 278)."""

    voted_on: Day
    filing_number: Line
    filed_on: Day
    votes: VotesIn | None = Field(None, description="Counted here if given. 表决结果，填写即校验")

    def election(self) -> Election:
        """Return the domain's election."""
        votes = Votes(**self.votes.model_dump()) if self.votes else None
        return Election(self.voted_on, self.filing_number, self.filed_on, votes)


class EvidenceIn(Body):
    """A file that shows something; the file itself stays where it is kept."""

    name: Line = Field(examples=["社区党委会议纪要.pdf"])
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of the file's bytes. 文件摘要")
    dated_on: Day
    number: Line | None = Field(None, description="Of the document or its filing. 文号或备案号")


Evidence = Annotated[list[EvidenceIn], Field(max_length=20)]


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
                "votes": VOTES,
            },
            "evidence": [
                {
                    "name": "业主大会决议及备案表.pdf",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "dated_on": "2026-10-26",
                    "number": "天桥备字〔2026〕7号",
                }
            ],
        }
    )

    step: Literal[1, 2, 3, 4, 5] = Field(description="Which of the five steps. 第几步")
    source_id: UUID = Field(description="The appointment it rests on. 所依据的任职")
    post_id: UUID
    during: PeriodIn
    contract_id: UUID | None = Field(None, description="Steps 3, 4, 5: the contract in force.")
    election: ElectionIn | None = Field(None, description="Step 2. 业主表决与备案")
    no_interest_declared_on: Day | None = Field(None, description="Step 5. 无利害关系声明日期")
    evidence: Evidence = Field(
        default_factory=list, description="Steps 1, 2 and 5: at least one. 证明材料"
    )

    def election_text(self) -> str | None:
        """Write the vote as it is kept."""
        if self.election is None:
            return None
        return json.dumps(self.election.model_dump(mode="json", exclude_none=True))

    def evidence_text(self) -> str | None:
        """Write what shows it as it is kept; None: nothing does."""
        files = [one.model_dump(mode="json") for one in self.evidence]
        return json.dumps(files, ensure_ascii=False) if files else None


#: Why somebody leaves. The other reasons follow from what happened to something else.
Leaving = Literal[
    EndReason.RESIGNATION,
    EndReason.DISMISSAL,
    EndReason.RECALL,
    EndReason.TRANSFER,
    EndReason.DEATH,
    EndReason.TERM_OVER,
    EndReason.DISQUALIFIED,
]
Note = Annotated[Line | None, Field(description="Its number or where it is filed. 文号或说明")]


class End(Body):
    """When an appointment ends and why; what rests on it ends at the same instant."""

    model_config = example({"at": "2026-11-30T00:00:00+08:00", "reason": "resignation"})

    at: Instant
    reason: Leaving = Field(description="`death` ends every office of the person. 结束原因")
    note: Note = None


class Withdrawal(Body):
    """Why a term, or a contract, is not to begin."""

    model_config = example({"note": "本人不愿到任"})

    note: Note = None


class Correction(Body):
    """The dates as they should have been entered; evidence that is left out stays as it is."""

    model_config = example(
        {
            "during": {"from": "2026-10-01T00:00:00+08:00", "until": "2029-10-01T00:00:00+08:00"},
            "note": "任命文件日期录入有误",
        }
    )

    during: PeriodIn
    election: ElectionIn | None = Field(None, description="Step 2. 业主表决与备案")
    no_interest_declared_on: Day | None = Field(None, description="Step 5. 无利害关系声明日期")
    evidence: Evidence | None = Field(None, description="Of a cross-appointment. 证明材料")
    note: Line = Field(description="What was wrong. 更正原因")


#: Why a contract ends early; one that never began is withdrawn.
ContractEnding = Literal[
    ContractEndReason.AGREED,
    ContractEndReason.OWNERS_DISMISSED,
    ContractEndReason.ENTERPRISE_LEFT,
    ContractEndReason.BREACH,
    ContractEndReason.DISSOLVED,
]


class ContractEnd(Body):
    """When a service contract ends early and why; what rests on it ends at the same instant."""

    model_config = example({"at": "2026-12-31T00:00:00+08:00", "reason": "owners_dismissed"})

    at: Instant
    reason: ContractEnding
    note: Note = None


class AppointmentOut(BaseModel):
    """An appointment; a cross-appointment when `rests_on` is set."""

    id: UUID
    street_id: int
    person_id: UUID
    post_id: UUID
    during: PeriodOut | None = Field(description="Null: withdrawn before it began. 撤回的为空")
    end_reason: EndReason | None
    step: int | None
    rests_on: UUID | None
    contract_id: UUID | None
    election: dict[str, Any] | None
    no_interest_declared_on: date | None


class SupersededOut(BaseModel):
    """What an appointment said before a change, and what change that was."""

    change: Change
    changed_at: AwareDatetime
    note: str | None
    during: PeriodOut
    end_reason: EndReason | None
    election: dict[str, Any] | None
    no_interest_declared_on: date | None
    evidence: list[EvidenceIn]


class HistoryOut(BaseModel):
    """What shows an appointment now, and what it said before each of its changes, the newest first."""

    evidence: list[EvidenceIn] = Field(description="Of a cross-appointment. 证明材料")
    items: list[SupersededOut]


class OfficeHolderOut(BaseModel):
    """Who holds a public office now, by name: what hangs on the notice board."""

    id: UUID = Field(description="The appointment. 任职编号")
    street_id: int
    person_id: UUID
    name: str
    post_id: UUID
    organisation_id: UUID | None
    grid_id: UUID | None
    during: PeriodOut


class Summary(BaseModel):
    """Cross-appointments in force at an instant, as the street counts them."""

    at: AwareDatetime
    step_1: int
    steps_2_and_3: int = Field(description="Secretaries who hold both. 同时担任两项者")
    step_2: int
    step_3: int
    step_4: int = Field(description="Secretaries, each once, however many communities. 书记人数")
    step_5: int


class VacantPostOut(BaseModel):
    """A post with places that nobody holds."""

    id: UUID
    street_id: int
    organisation_id: UUID | None
    grid_id: UUID | None
    kind: PostKind
    name: str
    seats: int
    vacant: int = Field(description="How many places are free. 空缺席位")


class ViolationOut(BaseModel):
    """A rule that an appointment in force does not keep: plain or by a step, each is held against all.

    Merged, erased or dead: the person. Not of its organisation, more places than it has, its grid closed: the
    post. No committee term around a seat in a committee. What a step asks of source, contract, votes, filing,
    declaration and interest.
    """

    appointment_id: UUID
    person_id: UUID
    post_id: UUID
    step: int | None = Field(description="Of a cross-appointment. 第几步")
    code: str = Field(description="As in docs/problems.md.")
    detail: str


class Violations(BaseModel):
    """What was looked at, and what is wrong with it."""

    at: AwareDatetime
    checked: int = Field(description="Appointments looked at. 已核对数")
    violations: list[ViolationOut]
    next: str | None = Field(description="Link to the next page; null: this is the last.")
