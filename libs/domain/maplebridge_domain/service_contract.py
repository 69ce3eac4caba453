"""Service contracts: when they are filed, and by when their parties say that they will not go on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .dated import Entry, entries, in_force, zones
from .problem import Kind, Problem
from .worktime import calendar, deadline

#: No notice is longer; of contracts that end later none is near.
_LONGEST_DAYS = 120


class NoticeKind(StrEnum):
    """What a party to a contract may have to say before its end."""

    OWNERS_DISMISS = "owners_dismiss"  # 业主共同决定解聘
    ENTERPRISE_NOT_RENEW = "enterprise_not_renew"  # 物业服务人不同意续聘


@dataclass(eq=False)
class ContractDatesWrong(Problem):
    """A contract is signed before it is filed, and neither is still to come."""

    kind = Kind.RULE
    zh = "合同签订、备案日期有误：备案不得早于签订，两者均不得晚于今天。"
    en = "A contract is not filed before it is signed, nor either in the future; check the dates."
    pointer = "/filed_on"


@dataclass(frozen=True)
class Notice:
    """The last day for a notice, and whether its year's days off are still to be published."""

    kind: NoticeKind
    by: date
    provisional: bool


def check_contract_dates(signed_on: date | None, filed_on: date | None, today: date) -> None:
    """Refuse a filing before the signature, and either in the future. A late one is listed, not refused.

    Raises:
        ContractDatesWrong.
    """
    days = [day for day in (signed_on, filed_on, today) if day is not None]
    if days != sorted(days):
        raise ContractDatesWrong()


def file_by(signed_on: date | None, begins_on: date) -> date:
    """Return the day by which a contract is to be filed with county and street.

    Counted from the signature; where nobody entered it, from the contract's first day: it was signed by
    then (our own reading). Source: Henan property regulation arts. 46 and 49.
    """
    begun = signed_on or begins_on
    return deadline("contract_filed", begun).last_day(begun)


def notices(street_id: int, last_day: date) -> list[Notice]:
    """Return by when the parties to a contract say that they will not go on after its last day.

    Counted back from the last day, which is not counted itself; a day of rest moves to the working day
    before, so that the other side's time is not cut short (our own reading: Civil Code 203 moves the end
    of a term, and this is its beginning). A contract without an end has no such day: its notice, of 60 days
    (Civil Code 948; in Henan three months, art. 51), may be given at any time.
    """
    found = []
    for kind in NoticeKind:
        applying = in_force(entries("contract_notices")[kind], last_day, street_id)
        by = min(_before(last_day, entry) for entry in applying)
        while not calendar().is_working_day(by):
            by -= timedelta(days=1)
        found.append(Notice(kind, by, by >= calendar().published_until.date()))
    return found


def _before(day: date, entry: Entry) -> date:
    if entry["unit"] == "days":
        return day - timedelta(days=entry["length"])
    year, month = divmod(day.year * 12 + day.month - 1 - entry["length"], 12)
    # Of 31 December three months before is 30 September: the day before, where a month is shorter.
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)


@dataclass(frozen=True)
class Ending:
    """Contracts of the streets from `lo` to `hi` that end with `last_day`, and their notices."""

    lo: int
    hi: int
    last_day: date
    notices: list[Notice]


def endings_near(on: date, days: int, lo: int, hi: int) -> Iterator[Ending]:
    """Give the last days of contracts of which a notice falls within so many days from one on."""
    until = on + timedelta(days=days)
    for zone in zones("contract_notices"):
        if zone.start > hi or zone.stop <= lo:
            continue
        for ahead in range(days + _LONGEST_DAYS + 1):
            last_day = on + timedelta(days=ahead)
            found = notices(zone.start, last_day)
            if any(on <= notice.by <= until for notice in found):
                yield Ending(zone.start, zone.stop - 1, last_day, found)
