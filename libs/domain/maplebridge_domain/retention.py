"""How long personal data is kept: dated periods with their legal bases (parameters/retention.yaml)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from .worktime import SHANGHAI


class Kept(StrEnum):
    """What is kept for a time; the job worker has a job for each."""

    FORMER_HOLDERS = "former_holders"
    NEVER_IN_OFFICE = "never_in_office"
    DISPUTE_TEXTS = "dispute_texts"
    LOGIN_TRACES = "login_traces"
    REQUEST_ANSWERS = "request_answers"
    IMPORT_COPIES = "import_copies"


@dataclass(frozen=True)
class Retention:
    """For how long something is kept, from a day on."""

    since: date
    length: int
    unit: Literal["days", "years"]

    def due(self, now: datetime) -> datetime:
        """Return the instant since which what began is still kept; what began before is due."""
        local = now.astimezone(SHANGHAI)
        if self.unit == "days":
            return local - timedelta(days=self.length)
        year = local.year - self.length
        # Of 29 February the day before, so that nothing goes a day early.
        leap = (local.month, local.day) == (2, 29) and not _is_leap(year)
        return local.replace(year=year, day=28 if leap else local.day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@cache
def _parameters() -> dict[str, list[Retention]]:
    text = (files(__package__) / "parameters/retention.yaml").read_text(encoding="utf-8")
    return {
        name: sorted(
            (Retention(one["from"], one["length"], one["unit"]) for one in dated),
            key=lambda retention: retention.since,
        )
        for name, dated in yaml.safe_load(text).items()
    }


def retention(kept: Kept, on: date) -> Retention:
    """Return how long something is kept, as it is in force on a day; before the first, the first."""
    first, *later = _parameters()[kept]
    in_force = first
    for changed in later:
        if changed.since <= on:
            in_force = changed
    return in_force


def due(kept: Kept, now: datetime) -> datetime:
    """Return the instant before which it must have begun to be due for erasure now."""
    return retention(kept, now.astimezone(SHANGHAI).date()).due(now)
