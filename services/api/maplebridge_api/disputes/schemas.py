"""Bodies and answers of disputes."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.dispute import Act, DisputeState

from ..platform.bodies import Body, Instant, Line, New, Paragraph, Percent, example, example_id


class NewDispute(New):
    """A case as it is reported; who lives there is not asked."""

    model_config = example(
        {
            "quarter_id": example_id("quarter"),
            "grid_id": example_id("unit"),
            "category": "0402",
            "title": "厨房返水浸泡地板",
            "summary": "六楼主管道堵塞，污水从五楼厨房地漏返出，木地板受损。",
            "reported_at": "2026-10-12T19:30:00+08:00",
        }
    )

    quarter_id: UUID
    grid_id: UUID | None = Field(None, description="Lane or unit, where known. 楼院或单元")
    category: str = Field(
        "0402",
        pattern=r"^(0[1-9]|[1-9][0-9])[0-9]{2}$",
        description="GB/T 31000-2015 table 91; 0402: property management. 纠纷类别",
    )
    title: Line = Field(examples=["厨房返水浸泡地板"])
    summary: Paragraph = Field(examples=["六楼主管道堵塞，污水从五楼厨房地漏返出，木地板受损。"])
    reported_at: Instant | None = Field(None, description="Time of capture; default: now.")


class NewStep(Body):
    """What was done with a case."""

    model_config = example(
        {
            "act": "accept",
            "at": "2026-10-13T09:00:00+08:00",
            "note": "已联系物业企业，周四到现场查看。",
        }
    )

    act: Act
    at: Instant | None = None
    note: Paragraph | None = None
    satisfaction: Percent | None = Field(None, description="With `close` only. 满意度")


class DisputeOut(BaseModel):
    """A dispute."""

    id: UUID
    street_id: int
    quarter_id: UUID
    grid_id: UUID | None
    enterprise_id: UUID | None = Field(description="Who served the quarter at the time of report.")
    category: str
    title: str
    summary: str
    state: DisputeState
    reported_at: AwareDatetime
    due_at: AwareDatetime
    due_provisional: bool = Field(
        description="Counted without that year's notice of days off. 当年放假安排尚未公布，期限待定"
    )
    agreed_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    satisfaction: int | None
