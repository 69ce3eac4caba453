"""Bodies and answers of the grid."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from maplebridge_domain.grid import GridLevel, Management
from maplebridge_domain.grid_attributes import ATTRIBUTES, Attributes, Cameras

from ..platform.bodies import (
    Body,
    Count,
    Instant,
    Line,
    New,
    PeriodOut,
    StreetId,
    example,
    example_id,
)

Code = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{2,4}$",
        description="Own segment: community 3 digits, quarter 4, lane 2, unit 3. 本级编码",
        examples=["0007"],
    ),
]
#: From when on a change holds.
At = Annotated[
    Instant | None,
    Field(description="From when on; after the last change, default: now. 生效时间"),
]


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


class Attributed(Body):
    """What a grid has from its first day on; of which levels, `attribute_not_here` tells."""

    management: Management | None = Field(None, description="Quarters and lanes only. 管理方式")
    cameras: Cameras | None = Field(
        None, description="Cameras, with their sign or without (PIPL art. 26). 监控及警示标志"
    )
    access_control: bool | None = Field(None, description="门禁")
    service_centre: Line | None = Field(
        None, description="Red property service centre or station. 红色物业服务中心（驿站）"
    )
    hall: Line | None = Field(None, description="Discussion hall. 议事厅")
    party_org_id: UUID | None = Field(
        None, description="The party organisation that answers to it. 对应的党组织"
    )

    def attributes(self) -> Attributes:
        """Return what the rules look at."""
        return Attributes(**self.model_dump(include=set(ATTRIBUTES)))


class NewGrid(Attributed, New):
    """A node of the tree, under a parent that is there already."""

    model_config = example(
        {
            "parent_id": example_id("community"),
            "level": "quarter",
            "code": "0007",
            "name": "滨河花园",
            "management": "professional",
            "cameras": "signed",
            "access_control": True,
            "hall": "滨河花园红色议事厅",
            "since": "2026-01-01T00:00:00+08:00",
        }
    )

    parent_id: UUID
    level: GridLevel
    code: Code
    name: Line = Field(examples=["滨河花园"])
    since: Instant | None = Field(None, description="When it came to be; default: now.")


class NewHousehold(New):
    """An address in a unit grid with its number of residents; no names."""

    model_config = example(
        {
            "grid_id": example_id("unit"),
            "address": "3号楼2单元501室",
            "residents": 3,
            "since": "2026-01-01T00:00:00+08:00",
        }
    )

    grid_id: UUID
    address: Line = Field(examples=["3号楼2单元501室"])
    residents: Count
    since: Instant | None = Field(None, description="Since when it has been there; default: now.")


class Renumbering(Body):
    """Another code for a grid under its parent."""

    model_config = example({"code": "0012", "at": "2026-10-01T00:00:00+08:00"})

    code: Code
    at: At = None


class Describing(Attributed):
    """What a grid is called and has from now on; what is left out stays, what is null it has no more."""

    model_config = example(
        {
            "management": "self_managed",
            "central_household_id": example_id("household"),
            "at": "2026-10-01T00:00:00+08:00",
        }
    )

    name: Line | None = None
    central_household_id: UUID | None = Field(
        None, description="A household of the grid. 党员中心户"
    )
    at: At = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        said = self.model_fields_set
        if not said - {"at"} or ("name" in said and self.name is None):
            raise PydanticCustomError("nothing_amended", "Give what is to be changed")
        return self


class HouseholdMove(Body):
    """The unit in which a household lives from now on, and its address there."""

    model_config = example({"grid_id": example_id("unit"), "at": "2026-10-01T00:00:00+08:00"})

    grid_id: UUID
    address: Line | None = Field(None, description="Default: the same as before. 地址，默认不变")
    at: At = None


class Recount(Body):
    """How many live in a household from now on."""

    model_config = example({"residents": 4, "at": "2026-10-01T00:00:00+08:00"})

    residents: Count
    at: At = None


class Ending(Body):
    """When a household was no more."""

    model_config = example({"at": "2026-10-01T00:00:00+08:00"})

    at: At = None


class StreetOut(BaseModel):
    """A street."""

    street_id: int
    grid_id: UUID
    name: str
    district: str
    city: str
    province: str


class Standing(BaseModel):
    """From when to when something stood there; the street was always there."""

    from_: AwareDatetime | None = Field(alias="from")
    until: AwareDatetime | None


class GridOut(BaseModel):
    """A node of the tree as it stands now, or stood at an instant."""

    id: UUID
    street_id: int
    parent_id: UUID | None
    level: GridLevel
    code: str
    path: str
    unit_code: str | None = Field(
        description="Of unit grids: district 6, street 3, community 3, sequence 3 (GB/T 30428.1). "
        "单元网格编码",
        examples=["411104001001077"],
    )
    name: str
    management: Management | None
    cameras: Cameras | None
    access_control: bool | None
    service_centre: str | None
    hall: str | None
    central_household_id: UUID | None
    party_org_id: UUID | None
    during: Standing = Field(description="While it stands there, under that code.")
    merged_into: UUID | None = Field(description="The grid that it went into since. 并入网格")


_COUNTED = Field(
    description="In it and below; null below the quarter for who may not read the households there."
    " 户数、人口，小区以下无台账查阅权者为空"
)


class Node(BaseModel):
    """A node of a tree, with all who live in it and below."""

    id: UUID
    parent_id: UUID | None
    level: GridLevel
    code: str
    path: str
    unit_code: str | None
    name: str
    management: Management | None
    households: int | None = _COUNTED
    residents: int | None = _COUNTED


class Tree(BaseModel):
    """A grid and all below it at an instant, parents before children."""

    at: AwareDatetime
    items: list[Node]


class HouseholdOut(BaseModel):
    """A household as it is now, or was at an instant."""

    id: UUID
    street_id: int
    grid_id: UUID
    address: str
    residents: int
    during: PeriodOut = Field(description="While it lives there, being so many.")


class Totals(BaseModel):
    """Households and residents in a grid and below, at an instant."""

    grid_id: UUID
    at: AwareDatetime
    households: int | None = _COUNTED
    residents: int | None = _COUNTED
