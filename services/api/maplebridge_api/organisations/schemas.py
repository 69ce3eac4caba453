"""Bodies and answers of organisations, posts and service contracts."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from maplebridge_domain.contract_end import ContractEndReason
from maplebridge_domain.organisation import OrganisationKind, PostKind

from ..platform.bodies import Line, New, PeriodIn, PeriodOut, example, example_id


class NewOrganisation(New):
    """Anything that holds posts."""

    model_config = example(
        {"grid_id": example_id("quarter"), "kind": "owners_committee", "name": "滨河花园业主委员会"}
    )

    grid_id: UUID = Field(description="Where it sits; enterprises: the street's grid. 所在网格")
    kind: OrganisationKind
    name: Line = Field(examples=["滨河花园业主委员会"])
    parent_id: UUID | None = Field(None, description="Parent organisation. 上级组织")
    uscc: str | None = Field(
        None, pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}$", description="Unified social credit code."
    )


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
    seats: Annotated[int, Field(strict=True, ge=1, le=50)] = 1


class NewServiceContract(New):
    """Which enterprise serves which quarter, and when."""

    model_config = example(
        {
            "enterprise_id": example_id("enterprise"),
            "quarter_id": example_id("quarter"),
            "during": {"from": "2026-11-01T00:00:00+08:00", "until": "2029-11-01T00:00:00+08:00"},
        }
    )

    enterprise_id: UUID
    quarter_id: UUID
    during: PeriodIn


class OrganisationOut(BaseModel):
    """An organisation."""

    id: UUID
    street_id: int
    grid_id: UUID
    kind: OrganisationKind
    name: str
    parent_id: UUID | None
    uscc: str | None


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
    during: PeriodOut
    end_reason: ContractEndReason | None = Field(description="Set: it ended early. 提前终止原因")
