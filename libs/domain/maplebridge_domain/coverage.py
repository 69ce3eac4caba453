"""What the coverage report asks of a street: how large a grid is to be, and which weeks owe a meeting."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .dated import entries, in_force
from .problem import Kind, Problem
from .worktime import SHANGHAI, calendar

_WEEK = timedelta(days=7)
_DAYS_MAX = 366


@dataclass(frozen=True)
class GridSize:
    """How many households a grid has, both ends included."""

    min: int
    max: int


def grid_size(on: date, street_id: int) -> GridSize:
    """Return how many households a grid of a street has by the standard in force on a day.

    Source: GB/T 34300-2017 (parameters/grid_size.yaml). That its grid is our quarter, or the lane where a
    quarter is divided into lanes, is our own reading: Tianqiao's 49 quarters have some 330 households each.
    """
    entry = in_force(entries("grid_size")["households"], on, street_id)[-1]
    return GridSize(entry["min"], entry["max"])


@dataclass(eq=False)
class DaysOutOfRange(Problem):
    """A count of weeks is of at least a day and at most a year."""

    kind = Kind.RULE
    zh = "统计期间过短或过长，须为1至{days_max}天，请调整起止日期。"
    en = "Ask for at least one day and at most {days_max}; change the dates."

    days_max: int = _DAYS_MAX


@dataclass(frozen=True)
class Week:
    """A week that owes a meeting: from Monday, in time until `due`, late until `ends`."""

    monday: date
    begins: datetime
    due: datetime
    ends: datetime


def weeks(from_: date, until: date) -> list[Week]:
    """Return the weeks that owe a meeting and whose meeting is due from a day on, before another.

    Source: Zhaoling District on Tianqiao Street, 2024-01-08 (a regular meeting each week). Our own
    reading: a week runs from Monday to Sunday in Shanghai; its meeting is in time until the end of its last
    working day, by which it is due, and late on the days off after that; a week without a working day, such
    as the Spring Festival's, owes none. The monthly review stands for the meeting of its week.

    Raises:
        DaysOutOfRange.
    """
    if not 1 <= (until - from_).days <= _DAYS_MAX:
        raise DaysOutOfRange()
    found = []
    monday = from_ - timedelta(days=from_.weekday())
    while monday < until:
        worked = [
            day
            for day in (monday + timedelta(days=n) for n in range(7))
            if calendar().is_working_day(day)
        ]
        if worked and from_ <= worked[-1] < until:
            due = _midnight(worked[-1] + timedelta(days=1))
            found.append(Week(monday, _midnight(monday), due, _midnight(monday + _WEEK)))
        monday += _WEEK
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
