"""Answers of the coverage report."""

from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.grid import GridLevel

Item = TypeVar("Item")


class Lacking(BaseModel):
    """A grid that lacks something."""

    id: UUID
    level: GridLevel
    path: str
    name: str
    households: int


class Courtyard(Lacking):
    """A three-nos courtyard that lacks equipment, patrols or both."""

    equipped: bool = Field(description="Cameras or access control on it or below it. 有安防设施")
    patrolled: bool = Field(
        description="A volunteer or voluntary supervisor holds a post there; stands for the patrol. 有巡查"
    )


class Found(BaseModel, Generic[Item]):
    """How many there are, and the first of them."""

    count: int
    items: list[Item]


class Coverage(BaseModel):
    """What a grid and those below it lack at an instant."""

    grid_id: UUID
    at: AwareDatetime
    households_min: int = Field(description="Of the standard, on that day. 标准下限")
    households_max: int = Field(description="Of the standard, on that day. 标准上限")
    without_grid_member: Found[Lacking] = Field(
        description="Lanes and units, and quarters that have neither, with no grid member on them, nor on a "
        "grid above. 无网格员"
    )
    without_contract: Found[Lacking] = Field(
        description="Quarters without a service contract. 无物业服务合同"
    )
    without_owners_committee: Found[Lacking] = Field(
        description="Quarters where no owners' committee sits by a term on file, though a property management "
        "committee may stand in. 无业主委员会"
    )
    without_party_branch: Found[Lacking] = Field(
        description="Quarters where no quarter party organisation sits and none answers. 无党支部"
    )
    without_party_org: Found[Lacking] = Field(
        description="Grids of any level to which no party organisation answers. 未明确党组织"
    )
    three_nos: Found[Courtyard] = Field(
        description="Three-nos courtyards without equipment or without patrols. 三无楼院短板"
    )
    unsigned_cameras: Found[Lacking] = Field(
        description="Grids whose cameras have no sign (PIPL art. 26). 监控无警示标志"
    )
    central_household_left: Found[Lacking] = Field(
        description="Grids whose central household lives there no more. 中心户已迁出"
    )
    above_standard: Found[Lacking] = Field(
        description="Grids of more households than the standard's. 户数超标"
    )
    below_standard: Found[Lacking] = Field(
        description="Quarters, or their lanes, of fewer households than the standard's. 户数不足"
    )
    households_in_no_unit: Found[UUID] = Field(
        description="Ids; told where the street itself is asked for. 未落到单元的住户"
    )


class QuarterWeeks(BaseModel):
    """The weekly meetings of a quarter in a period."""

    id: UUID
    path: str
    name: str
    weeks: int = Field(description="Weeks that owed a meeting. 应开周数")
    held: int = Field(description="Of these held, in time or late. 已开")
    on_time: int = Field(description="按时召开")
    missing: int = Field(description="未开")
    missing_weeks: list[date] = Field(description="Their Mondays. 未开周（周一日期）")


class WeeklyMeetings(BaseModel):
    """The weekly meetings of the quarters in a grid; the sums are of all, also of those not listed."""

    grid_id: UUID
    from_: date = Field(alias="from")
    until: date
    weeks: int
    held: int
    on_time: int
    missing: int
    quarters: Found[QuarterWeeks]
