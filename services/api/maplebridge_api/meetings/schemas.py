"""Bodies and answers of discussion days."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from maplebridge_domain.meeting import Channel, MeetingKind, SubjectKind
from maplebridge_domain.organisation import Party

from ..platform.bodies import Body, Instant, Line, New, Percent, PeriodOut, example, example_id

IndicatorCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Marks = Annotated[dict[IndicatorCode, Percent], Field(min_length=1, max_length=30)]


class NewMeeting(New):
    """A weekly meeting or monthly review of a quarter."""

    model_config = example(
        {
            "quarter_id": example_id("quarter"),
            "kind": "weekly",
            "hall": "滨河花园红色议事厅",
            "starts_at": "2026-10-16T19:00:00+08:00",
            "ends_at": "2026-10-16T20:30:00+08:00",
        }
    )

    quarter_id: UUID
    kind: MeetingKind
    hall: Line = Field(description="Discussion hall. 议事厅", examples=["滨河花园红色议事厅"])
    starts_at: Instant
    ends_at: Instant


class Attendee(Body):
    """A delegate on the host's list; a list counts as much as a code that was scanned."""

    appointment_id: UUID
    party: Party
    present: bool = Field(strict=True)


class AttendanceList(Body):
    """The host's list, whole."""

    model_config = example(
        {
            "items": [
                {
                    "appointment_id": example_id("director"),
                    "party": "owners_committee",
                    "present": True,
                },
                {
                    "appointment_id": example_id("volunteer"),
                    "party": "volunteer_point",
                    "present": False,
                },
            ]
        }
    )

    items: Annotated[Sequence[Attendee], Field(min_length=1, max_length=200)]


class NewTask(New):
    """What a meeting decided: who does what by when."""

    model_config = example(
        {
            "meeting_id": example_id("meeting"),
            "organisation_id": example_id("resident unit"),
            "title": "清理3号楼楼道杂物",
            "due_at": "2026-10-23T18:00:00+08:00",
        }
    )

    meeting_id: UUID
    organisation_id: UUID
    title: Line
    due_at: Instant


class Completion(Body):
    """When a task was done; default: now."""

    model_config = example({"done_at": "2026-10-22T16:00:00+08:00"})

    done_at: Instant | None = None


class NewBallot(New):
    """One delegate's marks for one subject at one meeting."""

    model_config = example(
        {
            "meeting_id": example_id("meeting"),
            "rater_id": example_id("director"),
            "subject_kind": "enterprise",
            "subject_id": example_id("enterprise"),
            "marks": {"cleaning": 86, "order": 90, "repairs": 72},
            "cast_at": "2026-10-16T20:10:00+08:00",
            "channel": "phone",
        }
    )

    meeting_id: UUID
    rater_id: UUID = Field(description="The appointment by which the delegate sits. 评议代表任职")
    subject_kind: SubjectKind
    subject_id: UUID
    marks: Marks = Field(examples=[{"service_quality": 86}])
    cast_at: Instant | None = Field(None, description="Time of capture; default: now.")
    channel: Channel


class MeetingOut(BaseModel):
    """A meeting."""

    id: UUID
    street_id: int
    quarter_id: UUID
    kind: MeetingKind
    hall: str
    during: PeriodOut
    rubric_id: UUID | None


class AttendeeOut(BaseModel):
    """A delegate as listed."""

    appointment_id: UUID
    party: Party
    present: bool


class AttendanceOut(BaseModel):
    """Who was listed for a meeting."""

    items: list[AttendeeOut]


class TaskOut(BaseModel):
    """A task."""

    id: UUID
    street_id: int
    meeting_id: UUID
    organisation_id: UUID
    title: str
    due_at: AwareDatetime
    done_at: AwareDatetime | None


class BallotOut(BaseModel):
    """A ballot."""

    id: UUID
    street_id: int
    meeting_id: UUID
    rater_id: UUID
    party: Party
    subject_kind: SubjectKind
    subject_id: UUID
    marks: dict[str, int]
    cast_at: AwareDatetime
    channel: Channel
    struck_at: AwareDatetime | None
