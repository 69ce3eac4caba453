"""The verbs of discussion days: meetings, attendance, tasks, ballots."""

from uuid import UUID

from maplebridge_domain.authority import Reach, Right
from maplebridge_domain.meeting import (
    BallotOfAnother,
    BallotOutsideMeeting,
    Channel,
    DoneOutOfTime,
    InterestConflict,
    ListedTwice,
    NoRubricInForce,
    NotPresent,
    TaskDone,
    UnknownIndicator,
    check_delegate,
)
from maplebridge_domain.organisation import Party
from maplebridge_domain.period import Period

from ..appointments.service import APPOINTMENT
from ..evaluations.service import rubrics_of
from ..grid.service import GRID, must_be_quarter
from ..organisations.service import ORGANISATION, POST
from ..platform.bodies import dump, range_text
from ..platform.clock import clock
from ..platform.database import Database, as_rows
from ..platform.hot import create_once
from ..platform.identity import Caller, RightMissing
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Once, Write, check_version
from . import events, queries
from .queries import MEETING, Casting, meetings_held
from .schemas import AttendanceList, Attendee, Completion, NewBallot, NewMeeting, NewTask

__all__ = [
    "cast_ballot",
    "cast_ballots",
    "complete_task",
    "create_meetings",
    "create_tasks",
    "list_attendance",
    "meetings_held",
]


async def create_meetings(write: Write, meetings: Items[NewMeeting]) -> list[Created]:
    """Arrange meetings of quarters; each is tied to the rubric in force on its day.

    Raises:
        NotFound, NotAQuarter, EmptyPeriod, MeetingsOverlap.
    """
    quarters = await meetings.named(write.tx, GRID, "quarter_id")
    rubrics = await rubrics_of(write.tx)

    def row(meeting: NewMeeting) -> dict[str, object]:
        quarter = must_be_quarter(quarters[meeting.quarter_id])
        write.caller.must(Right.MEETINGS_WRITE, on=quarter.path)
        in_force = [
            rubric.id
            for rubric in rubrics
            if rubric.street_id == quarter.street_id and meeting.starts_at in rubric.during
        ]
        return dump(
            meeting,
            street_id=quarter.street_id,
            during=range_text(Period(meeting.starts_at, meeting.ends_at)),
            rubric_id=in_force[0] if in_force else None,
        )

    made = await write.tx.all(queries.ADD_MEETINGS, rows=as_rows(meetings.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.MEETINGS_CREATED, "meetings", ids, quarters.values())
    return made


async def list_attendance(write: Write, id: UUID, version: int, body: AttendanceList) -> Created:
    """Enter the host's list of who came, in place of an earlier one.

    Raises:
        NotFound, RightMissing, Stale, NotOfThatParty, ListedTwice.
    """
    meeting = await write.tx.visible(queries.MEETING_TO_CHANGE, id)
    write.caller.must(Right.MEETINGS_WRITE, on=meeting.path)
    check_version(meeting.version, version)
    attendees = Items(body.items, batch=True)
    appointments = await attendees.named(write.tx, APPOINTMENT, "appointment_id")
    held = await write.tx.all(POST, ids=list({one.post_id for one in appointments.values()}))
    posts = {post.id: post for post in held}
    listed: set[UUID] = set()

    def row(attendee: Attendee) -> dict[str, object]:
        appointment = appointments[attendee.appointment_id]
        holder = posts[appointment.post_id].place.holder
        elsewhere = appointment.street_id != meeting.street_id
        if elsewhere or holder is None or meeting.during.start not in appointment.during:
            raise NotFound("/appointment_id")
        if attendee.appointment_id in listed:
            raise ListedTwice()
        listed.add(attendee.appointment_id)
        check_delegate(Party(attendee.party), holder)
        return dump(attendee, street_id=meeting.street_id, meeting_id=id)

    rows = as_rows(attendees.each(row))
    await write.tx.run(queries.ALL_ABSENT, street_id=meeting.street_id, meeting_id=id)
    await write.tx.run(queries.LIST_ATTENDANCE, rows=rows)
    shown = await write.tx.one(queries.LISTED, id=id)
    await write.record(
        events.ATTENDANCE_LISTED, street_id=meeting.street_id, subject=f"meetings/{id}"
    )
    return shown


async def create_tasks(write: Write, tasks: Items[NewTask]) -> list[Created]:
    """Enter what meetings gave out to be done.

    Raises:
        NotFound.
    """
    meetings = await tasks.named(write.tx, MEETING, "meeting_id")
    await tasks.named(write.tx, ORGANISATION, "organisation_id")

    def row(task: NewTask) -> dict[str, object]:
        meeting = meetings[task.meeting_id]
        write.caller.must(Right.MEETINGS_WRITE, on=meeting.path)
        return dump(task, street_id=meeting.street_id)

    made = await write.tx.all(queries.ADD_TASKS, rows=as_rows(tasks.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.TASKS_CREATED, "tasks", ids, meetings.values())
    return made


async def complete_task(write: Write, id: UUID, version: int, body: Completion) -> Created:
    """Enter that a task was done.

    Raises:
        NotFound, RightMissing, Stale, TaskDone, DoneOutOfTime.
    """
    task = await write.tx.visible(queries.TASK_TO_CHANGE, id)
    write.caller.must(Right.MEETINGS_WRITE, on=task.path)
    check_version(task.version, version)
    if task.done_at is not None:
        raise TaskDone()
    done_at = body.done_at or write.now
    if not task.given_at <= done_at <= write.now:
        raise DoneOutOfTime()
    shown = await write.tx.one(queries.COMPLETE_TASK, id=id, done_at=done_at)
    await write.record(events.TASK_COMPLETED, street_id=task.street_id, subject=f"tasks/{id}")
    return shown


async def cast_ballot(database: Database, caller: Caller, once: Once, new: NewBallot) -> Created:
    """Cast a ballot, in one statement.

    Raises:
        NotFound, RightMissing, BallotOfAnother, NoRubricInForce, BallotOutsideMeeting, NotPresent,
        InterestConflict, UnknownIndicator, AlreadyMarked, IdTaken.
    """
    places = _hand(caller, new)
    values = new.model_dump() | {
        "indicators": list(new.marks),
        "cast_at": new.cast_at or clock.now(),
        "places": places,
    }

    def refuse(found: Casting) -> None:
        check_casting(found, places)

    return await create_once(
        database, caller, once, queries.CAST[new.subject_kind], refuse, **values
    )


async def cast_ballots(write: Write, ballots: Items[NewBallot]) -> list[Created]:
    """Cast many ballots, such as a paper ballot box; all or none.

    Raises:
        What `cast_ballot` raises, pointing at the ballot.
    """
    given = [
        dump(
            ballot,
            place=place,
            indicators=list(ballot.marks),
            cast_at=ballot.cast_at or write.now,
        )
        for place, ballot in enumerate(ballots)
    ]
    seen = iter(await write.tx.all(queries.CASTINGS, rows=as_rows(given), now=write.now))

    def row(ballot: NewBallot) -> dict[str, object]:
        places = _hand(write.caller, ballot)
        casting = next(seen)
        if casting.street_id is None:
            raise NotFound("/meeting_id")
        check_casting(casting, places)
        cast_at = ballot.cast_at or write.now
        return dump(ballot, street_id=casting.street_id, party=casting.party, cast_at=cast_at)

    rows = ballots.each(row)
    meetings = await ballots.named(write.tx, MEETING, "meeting_id")
    made = await write.tx.all(queries.ADD_BALLOTS, rows=as_rows(rows))
    ids = [one.id for one in made]
    await write.record_created(events.BALLOT_CAST, "ballots", ids, meetings.values())
    return made


def _hand(caller: Caller, ballot: NewBallot) -> list[str] | None:
    """Return where a caller may cast a ballot: null for one's own, wherever the meeting is.

    A host enters in their place what others gave on paper or by telephone. A system (a street's
    counter, an app that has authenticated its user) is bound by its scope.

    Raises:
        BallotOfAnother.
    """
    if caller.capacity in (None, ballot.rater_id):
        return None
    if caller.rights[Right.BALLOTS_CAST] == Reach.OWN or ballot.channel == Channel.PHONE:
        raise BallotOfAnother()
    return caller.within(Right.BALLOTS_CAST)


def check_casting(casting: Casting, places: list[str] | None) -> None:
    """Refuse a ballot outside its meeting, by someone absent or with an interest, or out of form.

    Raises:
        RightMissing, NoRubricInForce, BallotOutsideMeeting, NotPresent, NotFound, InterestConflict,
        UnknownIndicator.
    """
    if places is not None and not f"{casting.path}/".startswith(tuple(places)):
        raise RightMissing(Right.BALLOTS_CAST)
    if not casting.rater_known:
        raise NotFound("/rater_id")
    if not casting.has_rubric:
        raise NoRubricInForce()
    if not casting.in_time:
        raise BallotOutsideMeeting()
    if not casting.present:
        raise NotPresent()
    if not casting.subject_known:
        raise NotFound("/subject_id")
    if casting.interested:
        raise InterestConflict()
    if not casting.asked:
        raise UnknownIndicator()
