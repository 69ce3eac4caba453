"""Deadlines and their clocks: calendar or working days, counted as the Civil Code says.

The first day is not counted (art. 201); a last day on a rest day moves to the next that is none (203).
Years for which the State Council has published no notice are provisional: their adjusted working days
are not known yet.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

import yaml

SHANGHAI = ZoneInfo("Asia/Shanghai")

_PARAMETERS = files(__package__) / "parameters"


@dataclass(frozen=True)
class Calendar:
    """Which days are worked: weekdays but for holidays, and the weekend days that make up for them."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    #: End of the last year whose notice is published: a deadline that passes later is provisional.
    published_until: datetime

    def is_working_day(self, day: date) -> bool:
        """Tell whether a day is worked."""
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """Return the day itself if it is worked, else the next that is."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day


@cache
def calendar() -> Calendar:
    """Return China's calendar as far as it is published (parameters/workdays.csv)."""
    text = (_PARAMETERS / "workdays.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    days = [(date.fromisoformat(row["date"]), row["kind"]) for row in csv.DictReader(lines)]
    published = max(day.year for day, kind in days if kind != "statutory_provisional")
    return Calendar(
        holidays=frozenset(day for day, kind in days if kind != "workday"),
        workdays=frozenset(day for day, kind in days if kind == "workday"),
        published_until=datetime(published + 1, 1, 1, tzinfo=SHANGHAI),
    )


class Timeliness(StrEnum):
    """How something stands that is to be done by a day."""

    IN_TIME = "in_time"
    LATE = "late"  # done after that day
    MISSING = "missing"  # that day has passed, and it is not done
    PENDING = "pending"  # that day is still to come


@dataclass(frozen=True)
class Deadline:
    """A length in days and the clock that counts them."""

    length: int
    clock: Literal["calendar", "working"]

    def last_day(self, first: date) -> date:
        """Return the last day of a deadline that an event on `first` sets running."""
        days = calendar()
        if self.clock == "calendar":
            return days.next_working_day(first + timedelta(days=self.length))
        day = first
        for _ in range(self.length):
            day = days.next_working_day(day + timedelta(days=1))
        return day

    def until(self, begun: datetime) -> datetime:
        """Return the instant at which it has passed: the end of its last day in Shanghai."""
        last = self.last_day(begun.astimezone(SHANGHAI).date())
        return datetime.combine(last + timedelta(days=1), time(), SHANGHAI)


@cache
def _parameters() -> dict[str, list[tuple[date, Deadline]]]:
    read = yaml.safe_load((_PARAMETERS / "deadlines.yaml").read_text(encoding="utf-8"))
    return {
        name: sorted(
            ((value["from"], Deadline(value["length"], value["clock"])) for value in values),
            key=lambda dated: dated[0],
        )
        for name, values in read.items()
    }


def deadline(name: str, on: date) -> Deadline:
    """Return a named deadline as it is in force on a day (parameters/deadlines.yaml).

    For a day before the first that is known, the first.
    """
    _, *later = _parameters()[name]
    in_force = _parameters()[name][0][1]
    for since, changed in later:
        if since <= on:
            in_force = changed
    return in_force
