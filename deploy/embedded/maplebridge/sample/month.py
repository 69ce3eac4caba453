"""October 2026 at every table: meetings, who came, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from maplebridge.sample.bodies import Attendance, Completion, Meeting, Seat, Task
from maplebridge.sample.facts import document
from maplebridge.sample.organisations import Office, ServedTable, Table
from maplebridge.sample.seed import SHANGHAI, Seed
from maplebridge.sample.standing import Delegate, enterprise_party_quality, own_quality
from maplebridge_domain.organisation import Party

FIRST_DAY = date(2026, 10, 1)
LAST_DAY = date(2026, 10, 31)

#: The days of each week on which the tables meet. 1-7 October are National Day's days off and
#: Saturday the 10th is a working day: State Council, 国办发明电〔2025〕7号 (2025-11-04).
WEEKS = ((8, 9, 10), (12, 13, 14, 15, 16), (19, 20, 21, 22, 23), (26, 27, 28, 29, 30))
HOURS = ((9, 0), (10, 30), (15, 0), (19, 0), (16, 30))  # in the order in which they are taken
LENGTH = timedelta(minutes=75)


@dataclass(frozen=True)
class Sitting:
    """A meeting, with those delegates who came."""

    meeting: Meeting
    attendance: Attendance
    present: tuple[Delegate, ...]
    starts_at: datetime


def sittings(
    seed: Seed, table: Table, place: int, delegates: tuple[Delegate, ...]
) -> tuple[Sitting, ...]:
    """Hold the month's meetings of one table; `place` is its place among its community's tables."""
    return tuple(_sitting(seed, table, place, delegates, week) for week in range(len(WEEKS)))


def decide(seed: Seed, table: Table, sitting: Sitting) -> list[tuple[Task, Completion | None]]:
    """Hand out one or two tasks at a meeting, most of them to the enterprise, if there is one."""
    dice = seed.dice(f"tasks/{sitting.meeting['id']}")
    return [_task(seed, dice, table, sitting, number) for number in range(1 + dice.randrange(2))]


def _sitting(
    seed: Seed, table: Table, place: int, delegates: tuple[Delegate, ...], week: int
) -> Sitting:
    starts_at = _slot(WEEKS[week], place)
    meeting = Meeting(
        id=seed.id("meeting", f"{table.number}/{week}"),
        quarter_id=table.quarter.grid["id"],
        kind="monthly_review" if week == len(WEEKS) - 1 else "weekly",
        hall=_hall(table),
        starts_at=starts_at.isoformat(),
        ends_at=(starts_at + LENGTH).isoformat(),
    )
    dice = seed.dice(f"attendance/{meeting['id']}")
    present = tuple(d for d in delegates if dice.randrange(100) < _punctuality(table, d))
    seats = [
        Seat(
            appointment_id=delegate.holder.appointment["id"],
            party=delegate.party,
            present=delegate in present,
        )
        for delegate in delegates
    ]
    attendance = Attendance(meeting_id=meeting["id"], items=seats)
    return Sitting(meeting, attendance, present, starts_at)


def _slot(days: Sequence[int], place: int) -> datetime:
    """No two tables of a community meet at once: its delegates sit at several."""
    hour, minute = HOURS[place // len(days)]
    day = FIRST_DAY.replace(day=days[place % len(days)])
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def _hall(table: Table) -> str:
    if table.number % 2:
        return table.neighbourhood.community.grid["service_centre"]
    return table.quarter.grid["hall"]


def _punctuality(table: Table, delegate: Delegate) -> int:
    if isinstance(table, ServedTable) and delegate.party is Party.ENTERPRISE_PARTY_ORG:
        return table.enterprise.quality
    return 92


def _task(
    seed: Seed, dice: Random, table: Table, sitting: Sitting, number: int
) -> tuple[Task, Completion | None]:
    organisation, quality = _charged(seed, dice, table)
    due_at = _next_week(sitting.starts_at)
    task = Task(
        id=seed.id("task", f"{sitting.meeting['id']}/{number}"),
        meeting_id=sitting.meeting["id"],
        organisation_id=organisation.id,
        title=dice.choice(document("texts")["tasks"][organisation.body["kind"]]),
        due_at=due_at.isoformat(),
    )
    in_time = dice.randrange(100) < quality
    days = -dice.randrange(5) if in_time else dice.randrange(1, 7)
    done_at = (due_at + timedelta(days=days)).replace(hour=16)
    if done_at.date() > LAST_DAY:
        return task, None
    return task, Completion(task_id=task["id"], done_at=done_at.isoformat())


def _charged(seed: Seed, dice: Random, table: Table) -> tuple[Office, int]:
    """Who is to do it, and how reliably they do."""
    if isinstance(table, ServedTable):
        if dice.randrange(100) < 55:
            return table.enterprise.company, table.enterprise.quality
        if dice.randrange(100) < 15:
            return table.enterprise.party, enterprise_party_quality(seed, table)
    office = dice.choice(table.offices)
    return office, own_quality(seed, office.id)


def _next_week(meeting: datetime) -> datetime:
    due = (meeting + timedelta(days=7)).replace(hour=18, minute=0)
    while due.weekday() > 4:
        due += timedelta(days=1)
    return due
