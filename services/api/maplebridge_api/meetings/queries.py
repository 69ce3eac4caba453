"""What is read of discussion days, and the statements of their writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, insert
from sqlalchemy.types import TypeEngine

from maplebridge_domain.authority import Right
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.period import Period

from ..appointments.service import holder_of, shares_post
from ..evaluations.service import asks_about
from ..grid.service import path_of, stood_for
from ..platform.database import (
    LO,
    Statement,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
    json_period,
    recordset,
)
from ..platform.hot import HotWrite
from ..platform.paging import Pages, Seen, Single
from ..platform.request import Created
from ..platform.views import interest, subject
from . import events
from .tables import attendance, ballot, meeting, task


@dataclass(frozen=True)
class Meeting:
    """A meeting as the rules look at it."""

    id: UUID
    street_id: int
    path: str
    during: Period
    version: int


@dataclass(frozen=True)
class Task:
    """A task as the rules look at it."""

    id: UUID
    street_id: int
    path: str
    given_at: datetime
    done_at: datetime | None
    version: int


def _meeting(id_: UUID, street_id: int, path: str, during: Any, version: int) -> Meeting:
    return Meeting(id_, street_id, path, Period(during.lower, during.upper), version)


_MEETINGS = by_ids(
    meeting,
    meeting.c.street_id,
    path_of(meeting.c.street_id, meeting.c.quarter_id),
    meeting.c.during,
    meeting.c.version,
)
MEETING = Statement(_MEETINGS, _meeting)
#: Without its key: who enters a task of the meeting meanwhile need not wait.
MEETING_TO_CHANGE = Statement(_MEETINGS.with_for_update(of=meeting, key_share=True), _meeting)
TASK_TO_CHANGE = Statement(
    by_ids(
        task,
        task.c.street_id,
        path_of(task.c.street_id, meeting.c.quarter_id),
        func.lower(meeting.c.during),
        task.c.done_at,
        task.c.version,
    )
    .select_from(
        task.join(
            meeting,
            and_(meeting.c.street_id == task.c.street_id, meeting.c.id == task.c.meeting_id),
        )
    )
    .with_for_update(of=task),
    Task,
)


def meetings_held(at: ColumnElement[datetime]) -> Select[Any]:
    """Select the meetings that had begun by an instant, with somebody there, for another slice.

    `grid_id` is the quarter, `begun` when it began. Who was there the host's list says.
    """
    begun = func.lower(meeting.c.during)
    present = exists().where(
        attendance.c.street_id == meeting.c.street_id,
        attendance.c.meeting_id == meeting.c.id,
        attendance.c.present,
    )
    quarter = stood_for(meeting.c.street_id, meeting.c.quarter_id, at)
    return select(quarter.label("grid_id"), begun.label("begun")).where(
        in_scope(meeting), begun <= at, present
    )


MEETING_OUT = json_object(
    id=meeting.c.id,
    street_id=meeting.c.street_id,
    quarter_id=meeting.c.quarter_id,
    kind=meeting.c.kind,
    hall=meeting.c.hall,
    during=json_period(meeting.c.during),
    rubric_id=meeting.c.rubric_id,
)
TASK_OUT = json_object(
    id=task.c.id,
    street_id=task.c.street_id,
    meeting_id=task.c.meeting_id,
    organisation_id=task.c.organisation_id,
    title=task.c.title,
    due_at=task.c.due_at,
    done_at=task.c.done_at,
)
_LISTED = json_object(
    appointment_id=attendance.c.appointment_id,
    party=attendance.c.party,
    present=attendance.c.present,
)

ADD_MEETINGS = Statement(insert_rows(meeting, meeting.c.id, MEETING_OUT), Created)
ADD_TASKS = Statement(insert_rows(task, task.c.id, TASK_OUT), Created)
MEETING_BY_ID = Single(meeting, MEETING_OUT)


def _ledger(of: Table, meeting_id: ColumnElement[UUID]) -> Seen:
    """Say who sees what a meeting left: its place, and who holds a post that was listed for it.

    By post, not by person: a successor finds what was given to the office.
    """
    quarter_id = (
        select(meeting.c.quarter_id)
        .where(meeting.c.street_id == of.c.street_id, meeting.c.id == meeting_id)
        .correlate(of)
        .scalar_subquery()
        if of is not meeting
        else meeting.c.quarter_id
    )
    return Seen(
        Right.LEDGERS_READ,
        lambda _: path_of(of.c.street_id, quarter_id),
        own=lambda _, capacity: exists().where(
            attendance.c.street_id == of.c.street_id,
            attendance.c.meeting_id == meeting_id,
            shares_post(of.c.street_id, attendance.c.appointment_id, capacity),
        ),
    )


_TASKS_SEEN = _ledger(task, task.c.meeting_id)
TASK_BY_ID = Single(task, TASK_OUT, seen=_TASKS_SEEN)
MEETINGS = Pages(
    meeting,
    MEETING_OUT,
    {"quarter_id": meeting.c.quarter_id == bindparam("quarter_id", type_=Uuid)},
)
TASKS = Pages(
    task,
    TASK_OUT,
    {
        "meeting_id": task.c.meeting_id == bindparam("meeting_id", type_=Uuid),
        "organisation_id": task.c.organisation_id == bindparam("organisation_id", type_=Uuid),
    },
    seen=_TASKS_SEEN,
)

_meeting_id = bindparam("meeting_id", type_=Uuid)
_street_id: ColumnElement[int] = bindparam("street_id", type_=meeting.c.street_id.type)

# The list is whole: who is not on it was not there. Rows stay, because ballots may rest on them.
ALL_ABSENT = Statement(
    update(attendance)
    .where(attendance.c.street_id == _street_id, attendance.c.meeting_id == _meeting_id)
    .values(present=false()),
    str,
)
_list = insert_rows(attendance)
LIST_ATTENDANCE = Statement(
    insert(attendance)
    .from_select([c.name for c in attendance.c], _list.select)
    .on_conflict_do_update(
        index_elements=["street_id", "meeting_id", "appointment_id"],
        set_={"present": literal_column("excluded.present")},
    ),
    str,
)
_ATTENDANCE_OUT = json_object(
    items=func.coalesce(
        select(func.json_agg(aggregate_order_by(_LISTED, attendance.c.appointment_id)))
        .where(
            attendance.c.street_id == meeting.c.street_id,
            attendance.c.meeting_id == meeting.c.id,
        )
        .correlate_except(attendance)
        .scalar_subquery(),
        literal_column("'[]'::json"),
    )
)
#: A list has its meeting's version: whoever changes the list raises it.
ATTENDANCE = Single(meeting, _ATTENDANCE_OUT, seen=_ledger(meeting, meeting.c.id))
LISTED = Statement(
    update(meeting)
    .where(in_scope(meeting), meeting.c.id == bindparam("id", type_=Uuid))
    .values(version=meeting.c.version + literal_column("1"))
    .returning(meeting.c.id, _ATTENDANCE_OUT),
    Created,
)
COMPLETE_TASK = Statement(
    update(task)
    .where(in_scope(task), task.c.id == bindparam("id", type_=Uuid))
    .values(
        done_at=bindparam("done_at", type_=DateTime(timezone=True)),
        version=task.c.version + literal_column("1"),
    )
    .returning(task.c.id, TASK_OUT),
    Created,
)


@dataclass(frozen=True)
class Casting:
    """What a ballot's refusals look at, and what casting it gave."""

    street_id: int | None
    path: str
    in_time: bool
    has_rubric: bool
    rater_known: bool
    party: str | None
    present: bool
    subject_known: bool
    interested: bool
    asked: bool
    id: UUID | None = None
    text: str | None = None
    written: UUID | None = None


def _casting(
    given: Any, subject_kind: ColumnElement[str], now: ColumnElement[datetime]
) -> Select[Any]:
    """Look at a ballot's meeting, delegate, subject and marks; the same for one and for a batch."""
    rater = holder_of(meeting.c.street_id, given.rater_id).lateral("rater")
    form = asks_about(
        meeting.c.street_id, meeting.c.rubric_id, subject_kind, given.indicators
    ).lateral("form")
    listed = and_(
        attendance.c.street_id == meeting.c.street_id,
        attendance.c.meeting_id == meeting.c.id,
        attendance.c.appointment_id == given.rater_id,
    )
    named = (
        subject.c.street_id == meeting.c.street_id,
        subject.c.subject_kind == subject_kind,
        subject.c.subject_id == given.subject_id,
    )
    conflicting = (
        interest.c.street_id == meeting.c.street_id,
        interest.c.person_id == rater.c.person_id,
        interest.c.subject_kind == subject_kind,
        interest.c.subject_id == given.subject_id,
        interest.c.during.op("@>", is_comparison=True)(given.cast_at),
    )
    return (
        select(
            meeting.c.street_id,
            path_of(meeting.c.street_id, meeting.c.quarter_id).label("path"),
            # Neither before nor after the meeting, nor before it has come to that.
            and_(meeting.c.during.contains(given.cast_at), given.cast_at <= now).label("in_time"),
            meeting.c.rubric_id.is_not(None).label("has_rubric"),
            rater.c.person_id.is_not(None).label("rater_known"),
            attendance.c.party,
            func.coalesce(attendance.c.present, false()).label("present"),
            _any(subject, *named).label("subject_known"),
            _any(interest, *conflicting).label("interested"),
            func.coalesce(form.c.asked, false()).label("asked"),
        )
        .select_from(
            meeting.outerjoin(attendance, listed)
            .outerjoin(rater, literal_column("true"))
            .outerjoin(form, literal_column("true"))
        )
        .where(in_scope(meeting), meeting.c.id == given.meeting_id)
    )


def _any(view: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say that a view has such a row; everything but the view belongs to the statement around it."""
    return exists(
        select(literal_column("1")).select_from(view).where(*where).correlate_except(view)
    )


def _out(of: Any) -> ColumnElement[Any]:
    """Show a ballot, from the table or from a draft of it."""
    return json_object(
        id=of.c.id,
        street_id=of.c.street_id,
        meeting_id=of.c.meeting_id,
        rater_id=of.c.rater_id,
        party=of.c.party,
        subject_kind=of.c.subject_kind,
        subject_id=of.c.subject_id,
        marks=of.c.marks,
        cast_at=of.c.cast_at,
        channel=of.c.channel,
        struck_at=of.c.get("struck_at", null()),
    )


BALLOT_OUT = _out(ballot)
SEEN = Seen(
    Right.BALLOTS_READ,
    lambda given: (
        select(path_of(meeting.c.street_id, meeting.c.quarter_id))
        .where(
            meeting.c.street_id == (LO if "meeting_id" in given else ballot.c.street_id),
            meeting.c.id == (_meeting_id if "meeting_id" in given else ballot.c.meeting_id),
        )
        .correlate_except(meeting)
        .scalar_subquery()
    ),
    own=lambda _, capacity: ballot.c.rater_id == capacity,
)
BALLOT_BY_ID = Single(ballot, BALLOT_OUT, seen=SEEN)
BALLOTS = Pages(
    ballot,
    BALLOT_OUT,
    {
        "meeting_id": ballot.c.meeting_id == bindparam("meeting_id", type_=Uuid),
        "subject_id": ballot.c.subject_id == bindparam("subject_id", type_=Uuid),
    },
    seen=SEEN,
    refer={"subject_id": subject.c.subject_id},
)
ADD_BALLOTS = Statement(insert_rows(ballot, ballot.c.id, BALLOT_OUT), Created)

_GIVEN: dict[str, TypeEngine[Any]] = {
    "meeting_id": Uuid(),
    "rater_id": Uuid(),
    "subject_id": Uuid(),
    "cast_at": DateTime(timezone=True),
    "indicators": ARRAY(Text()),
}


def _draft(about: CTE, subject_kind: ColumnElement[str]) -> Select[Any]:
    """Draft a ballot that nothing speaks against."""
    given = about.c
    return select(
        given.street_id,
        given.meeting_id,
        given.rater_id,
        given.party,
        subject_kind.label("subject_kind"),
        given.subject_id,
        given.marks,
        given.cast_at,
        given.channel,
    ).where(
        given.in_time,
        given.has_rubric,
        given.present,
        given.subject_known,
        ~given.interested,
        given.asked,
        given.places.is_(None)
        | (given.path + literal_column("'/'")).op("^@", is_comparison=True)(func.any(given.places)),
    )


def _cast(kind: SubjectKind) -> HotWrite[Casting]:
    """Write the statement that casts ballots about subjects of one kind."""
    # Said in the statement: of the views of subjects and interests only that kind's part is left.
    subject_kind: ColumnElement[str] = literal_column(f"'{kind}'", Text)
    return HotWrite(
        ballot,
        "ballots",
        events.BALLOT_CAST,
        Casting,
        # `places`: where a host may enter others' ballots; null: one's own, or a system's.
        given=_GIVEN | {"marks": JSONB(), "channel": Text(), "places": ARRAY(Text())},
        look=lambda given: _casting(given, subject_kind, given.now),
        draft=lambda about: _draft(about, subject_kind),
        shown=_out,
    )


CAST = {kind: _cast(kind) for kind in SubjectKind}

_given = recordset({**_GIVEN, "place": Integer(), "subject_kind": Text()})
_look = (
    _casting(_given.c, _given.c.subject_kind, bindparam("now", type_=DateTime(timezone=True)))
    .correlate(_given)
    .limit(1)
    .lateral("look")
)
#: Looks at every ballot of a batch, in the order in which they came; null columns: no such meeting.
CASTINGS = Statement(
    select(*_look.c)
    .select_from(_given.outerjoin(_look, literal_column("true")))
    .order_by(_given.c.place),
    Casting,
)
