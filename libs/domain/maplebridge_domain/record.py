"""Credit records: dated commendations, penalties and findings about a subject."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .problem import Kind, Problem


class RecordKind(StrEnum):
    """What a record says."""

    COMMENDATION = "commendation"  # 表彰
    PENALTY = "penalty"  # 处罚
    FINDING = "finding"  # 检查发现


class RecordClass(StrEnum):
    """How grave a bad record is. Source: NDRC order 36, in force from 2026-04-01."""

    MINOR = "minor"  # 轻微
    GENERAL = "general"  # 一般
    SERIOUS = "serious"  # 严重


@dataclass(eq=False)
class ClassMissing(Problem):
    """A penalty or finding has a class, a commendation has none."""

    kind = Kind.RULE
    zh = "处罚和检查发现须填写失信等级（轻微、一般、严重），表彰不填。"
    en = "A penalty or finding needs a class (minor, general, serious); a commendation has none."
    pointer = "/class"


@dataclass(eq=False)
class RecordInTheFuture(Problem):
    """A record is of what has happened or was decided."""

    kind = Kind.RULE
    zh = "记录日期不得晚于今天，请填写实际发生或作出决定的日期。"
    en = "A record is not dated in the future; give the day on which it happened or was decided."
    pointer = "/occurred_on"


#: How long a bad record is used at most, in months from the deciding document; minor ones are not
#: published (at most 3 months). Source: NDRC order 36 (2025-11-20), in force from 2026-04-01.
MONTHS_MAX: dict[RecordClass, int] = {
    RecordClass.MINOR: 3,
    RecordClass.GENERAL: 12,
    RecordClass.SERIOUS: 36,
}


def check_record(kind: RecordKind, grade: RecordClass | None) -> None:
    """Refuse a bad record without a class, or a good one with it.

    Raises:
        ClassMissing.
    """
    if (kind is RecordKind.COMMENDATION) != (grade is None):
        raise ClassMissing()


def check_occurred(occurred_on: date, today: date) -> None:
    """Refuse a record of what is still to come.

    Raises:
        RecordInTheFuture.
    """
    if occurred_on > today:
        raise RecordInTheFuture()
