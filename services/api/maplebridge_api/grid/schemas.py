"""Bodies and answers of the grid."""

from uuid import UUID

from pydantic import BaseModel, Field

from maplebridge_domain.grid import GridLevel, Management

from ..platform.bodies import Body, Count, Instant, Line, New, StreetId, example, example_id


class NewStreet(Body):
    """A street and the root of its grid."""

    model_config = example(
        {
            "street_id": 411104001,
            "grid_id": example_id("street"),
            "name": "天桥街街道",
            "district": "召陵区",
            "city": "漯河市",
            "province": "河南省",
        }
    )

    street_id: StreetId
    grid_id: UUID | None = Field(None, description="Id of the root of its grid. 根网格编号")
    name: Line = Field(examples=["天桥街街道"])
    district: Line = Field(examples=["召陵区"])
    city: Line = Field(examples=["漯河市"])
    province: Line = Field(examples=["河南省"])


class NewGrid(New):
    """A node of the tree, under a parent that is there already."""

    model_config = example(
        {
            "parent_id": example_id("community"),
            "level": "quarter",
            "code": "0007",
            "name": "滨河花园",
            "management": "professional",
            "since": "2026-01-01T00:00:00+08:00",
        }
    )

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

    model_config = example(
        {"grid_id": example_id("unit"), "address": "3号楼2单元501室", "residents": 3}
    )

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
