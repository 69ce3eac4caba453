"""Tables of discussion days: meetings, who attended, what was decided, ballots."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_domain.meeting import (
    AlreadyMarked,
    Channel,
    MeetingKind,
    MeetingsOverlap,
    NotPresent,
    SubjectKind,
)
from maplebridge_domain.organisation import Party

from ..platform.schema import (
    Names,
    during,
    free,
    instant,
    one_of,
    reference,
    street_table,
    text,
    unique,
    version,
    without_overlaps,
)

meeting = street_table(
    "meeting",
    *reference("meeting", "quarter_id", "grid"),
    *one_of("meeting", "kind", MeetingKind),
    text("hall"),
    during(),
    # The rubric in force on its day: its ballots are checked against that, whatever comes later.
    *reference("meeting", "rubric_id", "rubric", null=True),
    version(),
    without_overlaps("meeting", "quarter_id", unless=MeetingsOverlap),
    Index("meeting__quarter_id", "street_id", "quarter_id", "id"),
)

attendance = street_table(
    "attendance",
    *reference("attendance", "meeting_id", "meeting"),
    *reference("attendance", "appointment_id", "appointment"),
    *one_of("attendance", "party", Party),
    Column("present", Boolean, nullable=False),
    key=("meeting_id", "appointment_id"),
)

task = street_table(
    "task",
    *reference("task", "meeting_id", "meeting"),
    *reference("task", "organisation_id", "organisation"),
    free(text("title")),
    instant("due_at"),
    instant("done_at", null=True),
    version(),
    Index("task__meeting_id", "street_id", "meeting_id"),
    Index("task__organisation_id", "street_id", "organisation_id"),
)

ballot = street_table(
    "ballot",
    Column("meeting_id", Uuid, nullable=False),
    # Who marked is told to nobody but the rater: not to the subject who asks for what is kept.
    Column("rater_id", Uuid, nullable=False, info={"tells_of": "rater_id"}),
    *one_of("ballot", "party", Party, tells_of="rater_id"),
    *one_of("ballot", "subject_kind", SubjectKind),
    Column("subject_id", Uuid, nullable=False, info={"names": Names.APPOINTMENT}),
    Column("marks", JSONB, nullable=False),  # indicator -> 0..100
    instant("cast_at"),
    *one_of("ballot", "channel", Channel, tells_of="rater_id"),
    instant("struck_at", null=True),  # struck after an objection; never deleted
    ForeignKeyConstraint(
        ["street_id", "meeting_id", "rater_id"],
        ["attendance.street_id", "attendance.meeting_id", "attendance.appointment_id"],
        name=f"ballot__{NotPresent.code}",
    ),
    unique("ballot", "meeting_id", "rater_id", "subject_id", unless=AlreadyMarked),
    Index("ballot__cast_at", "street_id", "cast_at"),
)
