"""Bodies and answers of committees."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.appointment import EndReason
from maplebridge_domain.committee import CommitteeKind, Handed, Renewal
from maplebridge_domain.owners_vote import Votes

from ..appointments.service import VOTES, VotesIn
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


class OwnersVoteIn(Body):
    """The owners' vote by which a committee was elected (Civil Code art. 278)."""

    voted_on: Day
    votes: VotesIn

    def counted(self) -> Votes:
        """Return the domain's votes."""
        return Votes(**self.votes.model_dump())


class MemberIn(Body):
    """Who was elected."""

    person_id: UUID
    post_id: UUID | None = Field(
        None,
        description="The committee's post that they take for the term; null: by an appointment of its "
        "own, as by step 2. 所任岗位",
    )
    party_member: bool | None = Field(
        None,
        description="Of an owners' committee; null: as on file. Counted, shown to nobody. 是否党员，仅作统计",
    )
    owner: bool = Field(
        False, description="Of a property management committee; counted. 是否业主，仅作统计"
    )


class NewCommitteeTerm(New):
    """A committee, elected by the owners or formed where none exists, for a term."""

    model_config = example(
        {
            "organisation_id": example_id("owners committee"),
            "during": {"from": "2026-11-01T00:00:00+08:00", "until": "2031-11-01T00:00:00+08:00"},
            "election": {
                "voted_on": "2026-10-18",
                "votes": VOTES,
            },
            "members": [
                {"person_id": example_id("person"), "post_id": example_id("director")},
            ],
        }
    )

    organisation_id: UUID
    during: PeriodIn
    election: OwnersVoteIn | None = Field(
        None, description="Of an owners' committee. 业主表决（业主委员会必填）"
    )
    members: Annotated[list[MemberIn], Field(min_length=1, max_length=50)]


class CommitteeFiling(Body):
    """That the street has a committee's filing: who enters it confirms it."""

    model_config = example({"filed_on": "2026-11-10", "filing_number": "天桥备字〔2026〕7号"})

    filed_on: Day
    filing_number: Line


class CommitteeEnd(Body):
    """When a committee's term ends early and why; its members' terms end with it."""

    model_config = example({"at": "2027-06-30T00:00:00+08:00", "reason": "recall"})

    at: Instant
    reason: Literal[
        EndReason.RECALL, EndReason.RESIGNATION, EndReason.DISMISSAL, EndReason.TERM_OVER
    ]


class Handover(Body):
    """What of a committee's was handed over on a day; said again it is corrected."""

    model_config = example(
        {"handed_over_on": "2031-11-08", "what": ["seals", "documents", "records"]}
    )

    handed_over_on: Day
    what: Annotated[list[Handed], Field(min_length=1, max_length=3)]


class OwnersVoteOut(BaseModel):
    """The owners' vote by which a committee was elected."""

    voted_on: date
    votes: VotesIn


class CommitteeTermOut(BaseModel):
    """A committee's term."""

    id: UUID
    street_id: int
    organisation_id: UUID
    quarter_id: UUID
    kind: CommitteeKind
    during: PeriodOut
    members: int
    owners: int | None = Field(description="Of a property management committee. 业主委员人数")
    election: OwnersVoteOut | None
    file_by: date | None = Field(description="By when the street has its filing. 备案期限")
    filed_on: date | None
    filing_number: str | None
    filed_late: bool | None = Field(description="Null: not filed yet. 是否逾期备案")
    confirmed_at: AwareDatetime | None
    confirmer: str | None = Field(description="`persons/<id>` or `clients/<id>`. 备案确认人")
    confirmed_in_capacity: UUID | None = Field(description="The appointment. 确认人身份")
    renew_from: date | None = Field(description="When its renewal is to start. 换届启动日")
    hand_over_by: date | None = Field(description="Null: it has no end yet. 移交期限")
    seals_handed_on: date | None
    documents_handed_on: date | None
    records_handed_on: date | None


class ElectedOut(BaseModel):
    """Who was elected to a committee, or sits in it as it was formed."""

    person_id: UUID
    appointment_id: UUID | None = Field(description="Made by the election. 随选举产生的任职")


class MembersOut(BaseModel):
    """All members as the term began."""

    items: list[ElectedOut]


class RenewalOut(CommitteeTermOut):
    """A committee of which no next one is elected."""

    renewal: Renewal = Field(description="How its renewal stands. 换届情况")


class PartyShareOut(BaseModel):
    """An owners' committee's share of party members against the street's aim, which bars nobody."""

    id: UUID
    street_id: int
    organisation_id: UUID
    quarter_id: UUID
    members: int
    party_members: int | None = Field(
        description="Null where it would say of each who it is: of none or one, of all or all but one."
        " 党员人数；会暴露个人党员身份的不显示"
    )
    share_percent: int | None = Field(description="Rounded down; null as the number is. 党员占比")
    aim_percent: int = Field(description="The street's aim. 目标占比")
    reached: bool | None = Field(
        description="Null of a committee so small that one member would reach it. 是否达到目标"
    )
