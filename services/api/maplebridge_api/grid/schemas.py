"""Bodies and answers of the grid."""

from uuid import UUID

from pydantic import BaseModel, Field

from maplebridge_domain.grid import GridLevel, Management

from ..platform.bodies import Body, Count, Instant, Line, New, StreetId


class NewStreet(Body):
    """A street and the root of its grid."""

    street_id: StreetId
    grid_id: UUID | None = Field(None, description="Id of the root of its grid. 根网格编号")
    name: Line = Field(examples=["天桥街街道"])
    district: Line = Field(examples=["召陵区"])
    city: Line = Field(examples=["漯河市"])
    province: Line = Field(examples=["河南省"])


class NewGrid(New):
    """A node of the tree, under a parent that is there already."""

    parent_id: UUID
    level: GridLevel
    code: str = Field(
        pattern=r"^[0-9]{2,4}$",
        description="Own segment: community 3 digits, quarter 4, lane 2, unit 3. 本级编码",
        examples=["0007"],
    )
    name: Line = Field(examples=["滨河花园"])
    management: Management | None = Field(None, description="Quarters and lanes only. 管理方式")
    since: Instant | None = Field(None, description="When it came to be; default: now.")


class NewHousehold(New):
    """An address in a unit grid with its number of residents; no names."""

    grid_id: UUID
    address: Line = Field(examples=["3号楼2单元501室"])
    residents: Count


class StreetOut(BaseModel):
    """A street."""

    street_id: int
    grid_id: UUID
    name: str
    district: str
    city: str
    province: str


class GridOut(BaseModel):
    """A node of the tree as it stands now."""

    id: UUID
    street_id: int
    parent_id: UUID | None
    level: GridLevel
    code: str
    path: str
    name: str
    management: Management | None


class HouseholdOut(BaseModel):
    """A household."""

    id: UUID
    street_id: int
    grid_id: UUID
    address: str
    residents: int


class Totals(BaseModel):
    """Households and residents below a grid."""

    grid_id: UUID
    households: int
    residents: int
