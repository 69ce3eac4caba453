"""Credit records: dated commendations, penalties and findings about a subject."""

from dataclasses import dataclass
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
