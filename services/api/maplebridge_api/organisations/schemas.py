"""Bodies and answers of organisations, posts and service contracts."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from maplebridge_domain.contract_end import ContractEndReason
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.posts import SEATS_MAX
from maplebridge_domain.service_contract import NoticeKind

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

CreditCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}$",
        description="Unified social credit code, both checks right. 统一社会信用代码",
        examples=["914403001922038216"],
    ),
]
Seats = Annotated[int, Field(strict=True, ge=1, le=SEATS_MAX, description="Places. 名额")]
CommunityPartyOrg = Annotated[
    UUID | None,
    Field(
        description="An enterprise's party organisation answers to it as well. 双重领导的社区党组织"
    ),
]


class NewOrganisation(New):
    """Anything that holds posts."""

    model_config = example(
        {"grid_id": example_id("quarter"), "kind": "owners_committee", "name": "滨河花园业主委员会"}
    )

    grid_id: UUID = Field(description="Where it sits; enterprises: the street's grid. 所在网格")
    kind: OrganisationKind
    name: Line = Field(examples=["滨河花园业主委员会"])
    parent_id: UUID | None = Field(None, description="Parent organisation. 上级组织")
    community_party_org_id: CommunityPartyOrg = None
    uscc: CreditCode | None = None


class Amendment(Body):
    """A change of some members: what is left out stays, what is null goes."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_amended", "Give what is to be changed")
        return self


#: A member that a change may leave out and that has no null: its default is never looked at.
UNCHANGED = Field(default_factory=str)


class OrganisationAmendment(Amendment):
    """What of an organisation changes; its kind and place do not."""

    model_config = example({"name": "滨河花园第二届业主委员会"})

    name: Line = UNCHANGED
    parent_id: UUID | None = Field(None, description="Parent organisation. 上级组织")
    community_party_org_id: CommunityPartyOrg = None
    uscc: CreditCode | None = None


class Dissolution(Body):
    """When an organisation ends; with it end its posts."""

    model_config = example({"at": "2026-12-31T00:00:00+08:00"})

    at: Instant


class NewPost(New):
    """A place that one or several persons can hold."""

    model_config = example(
        {
            "organisation_id": example_id("owners committee"),
            "kind": "director",
            "name": "主任",
            "seats": 1,
        }
    )

    organisation_id: UUID | None = None
    grid_id: UUID | None = None
    kind: PostKind
    name: Line = Field(examples=["主任"])
    seats: Seats = 1


class PostAmendment(Amendment):
    """What of a post changes."""

    model_config = example({"seats": 3})

    name: Line = UNCHANGED
    seats: Seats = Field(default_factory=int)


class NewServiceContract(New):
    """Which enterprise serves which quarter, and when."""

    model_config = example(
        {
            "enterprise_id": example_id("enterprise"),
            "quarter_id": example_id("quarter"),
            "during": {"from": "2026-11-01T00:00:00+08:00", "until": "2029-11-01T00:00:00+08:00"},
            "signed_on": "2026-10-20",
        }
    )

    enterprise_id: UUID
    quarter_id: UUID
    during: PeriodIn
    signed_on: Day | None = Field(None, description="When it was signed. 签订日期")
    filed_on: Day | None = Field(None, description="When county and street had it. 备案日期")


class ContractFiling(Body):
    """That a contract was filed with county and street."""

    model_config = example({"filed_on": "2026-10-30"})

    filed_on: Day
    signed_on: Day | None = Field(None, description="Null: as entered before. 签订日期")


class OrganisationOut(BaseModel):
    """An organisation."""

    id: UUID
    street_id: int
    grid_id: UUID
    kind: OrganisationKind
    name: str
    parent_id: UUID | None
    community_party_org_id: UUID | None
    uscc: str | None
    dissolved_at: AwareDatetime | None


class PostOut(BaseModel):
    """A post."""

    id: UUID
    street_id: int
    organisation_id: UUID | None
    grid_id: UUID | None
    kind: PostKind
    name: str
    seats: int


class ServiceContractOut(BaseModel):
    """A service contract."""

    id: UUID
    street_id: int
    enterprise_id: UUID
    quarter_id: UUID
    during: PeriodOut | None = Field(description="Null: withdrawn before it began. 撤回的为空")
    signed_on: date | None
    filed_on: date | None
    file_by: date = Field(description="By when it is to be filed. 备案期限")
    end_reason: ContractEndReason | None = Field(
        description="Set: it ended early, or was withdrawn. 提前终止或撤回"
    )


class ContractEndOut(BaseModel):
    """That a contract ended early or never began: why, when, by whom, and what its term was before."""

    reason: ContractEndReason
    note: str | None = Field(description="The document, or where it is filed. 文号或说明")
    ends_at: AwareDatetime | None = Field(description="Null: withdrawn before it began.")
    during: PeriodOut = Field(description="As it was before. 原合同期限")
    entered_at: AwareDatetime
    entered_by: str = Field(description="`persons/<id>` or `clients/<id>`.")
    entered_in_capacity: UUID | None = Field(
        description="The appointment by which it was entered; null: by a system. 登记人身份"
    )


class ContractHistoryOut(BaseModel):
    """How a contract came to its end, the last that was entered first."""

    items: list[ContractEndOut]


class NoticeOut(BaseModel):
    """By when a party to a contract says that it will not go on."""

    kind: NoticeKind
    by: date
    provisional: bool = Field(description="The year's days off are not published yet. 暂定")


class EndingContractOut(ServiceContractOut):
    """A contract of which a notice is near."""

    last_day: date = Field(description="The day with which it ends. 合同最后一日")
    notices: list[NoticeOut]
