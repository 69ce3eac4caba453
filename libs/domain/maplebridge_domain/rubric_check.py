"""What a rubric must satisfy."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from .evaluation import ResultKind
from .meeting import SubjectKind
from .period import EmptyPeriod
from .problem import pointing_at
from .rubric_refusals import (
    BandsDoNotCover,
    CountsUseOfAnApp,
    DuplicateCode,
    EmptyRange,
    KindNotInRubric,
    OnlyRecordsDeduct,
    PartiesOutOfReach,
    PartyWeightsDoNotAddUp,
    PersonsAreNotRanked,
    PointsWithoutIndicators,
    RubricNotInForce,
    SchemesOverlap,
    SharesDoNotAddUp,
    SubjectDoesNotFit,
    UnknownFact,
    UnknownGrade,
    WeightsDoNotAddUp,
)

if TYPE_CHECKING:
    from .rubric import Band, Component, GradeByRank, GradeByScore, IndicatorBase, Rubric, Scheme


class Fact(StrEnum):
    """What the service observes itself: 0 to 100 an observation, 100 the best."""

    DISPUTES_ON_TIME = "disputes_on_time"  # 纠纷按期化解
    SATISFACTION = "satisfaction"  # 回访满意度
    TASKS_ON_TIME = "tasks_on_time"  # 交办事项按期办结
    ATTENDANCE = "attendance"  # 议事日到会


#: Whose work each kind of result is about.
SUBJECTS: dict[ResultKind, SubjectKind] = {
    ResultKind.MEMBER_SCORE: SubjectKind.APPOINTMENT,
    ResultKind.UNIT_ASSESSMENT: SubjectKind.ORGANISATION,
    ResultKind.CREDIT_RATING: SubjectKind.ENTERPRISE,
}

#: Words for use of an app. Offices may not be assessed by them, nor be made to check in; source:
#: General Office of the State Council on "formalism at the fingertips", and No. 12 of 2026. The
#: choice of words is ours.
_APP_USE = re.compile(
    r"\b(log ?ins?|log ?ons?|clicks?|likes?|shares|forwards|downloads?|page ?views?|visits"
    r"|check ?ins?|sign ?ins?|active days|(screen|online|usage) (time|hours|minutes|days)"
    r"|time online|steps)\b"
    r"|登录|登陆|点击|在线时|上线率|打卡|签到|点赞|转发|浏览量|访问量|活跃度|下载|使用率|步数",
    re.IGNORECASE,
)


def check_run(rubric: "Rubric", kinds: Iterable[ResultKind], start: date, until: date) -> None:
    """Refuse a run that its rubric does not carry. `until` is exclusive.

    Raises:
        KindNotInRubric, RubricNotInForce.
    """
    for kind in kinds:
        if not any(scheme.kind is kind for scheme in rubric.schemes):
            raise KindNotInRubric(kind)
    ends = rubric.valid.until
    if start not in rubric.valid or (ends is not None and ends < until):
        raise RubricNotInForce()


def check_rubric(rubric: "Rubric") -> None:
    """Refuse a rubric that breaks a rule, pointing at the part it means.

    Raises:
        RubricRefused: the subclass of the first rule broken.
    """
    if rubric.valid.until is not None and rubric.valid.until <= rubric.valid.from_:
        empty = EmptyPeriod()
        empty.pointer = "/valid/until"
        raise empty
    taken: set[tuple[ResultKind, SubjectKind, str]] = set()
    for number, scheme in enumerate(rubric.schemes):
        with pointing_at(f"/schemes/{number}"):
            for category in scheme.categories or ("*",):
                if (scheme.kind, scheme.subject, category) in taken:
                    raise SchemesOverlap(category)
                taken.add((scheme.kind, scheme.subject, category))
            _check_scheme(scheme)
            _check_grades(scheme, set(rubric.grades))


def _check_scheme(scheme: "Scheme") -> None:
    if scheme.subject is not SUBJECTS[scheme.kind]:
        raise SubjectDoesNotFit(scheme.kind, SUBJECTS[scheme.kind])
    if scheme.grading.by == "rank" and scheme.subject is SubjectKind.APPOINTMENT:
        raise PersonsAreNotRanked()

    indicators = [indicator for c in scheme.components for indicator in c.indicators]
    rules = [rule for c in scheme.components for rule in c.records]
    _check_codes(component.code for component in scheme.components)
    _check_codes(indicator.code for indicator in indicators)
    _check_codes([*(rule.code for rule in rules), *(veto.code for veto in scheme.vetoes)])

    total = sum(scheme.parties.values())
    if total != 100 and (scheme.parties or any(i.source == "ballot" for i in indicators)):
        raise PartyWeightsDoNotAddUp(total)
    for number, component in enumerate(scheme.components):
        with pointing_at(f"/components/{number}"):
            _check_component(component, sum(w > 0 for w in scheme.parties.values()))


def _check_codes(codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise DuplicateCode(code)
        seen.add(code)


def _check_component(component: "Component", parties: int) -> None:
    if component.effect == "deducts" and (component.indicators or component.base):
        raise OnlyRecordsDeduct()
    if bool(component.indicators) != bool(component.points):
        raise PointsWithoutIndicators()
    total = sum(indicator.weight for indicator in component.indicators)
    if component.indicators and total != 100:
        raise WeightsDoNotAddUp(total)
    for number, indicator in enumerate(component.indicators):
        with pointing_at(f"/indicators/{number}"):
            _check_indicator(indicator)
            if indicator.source == "ballot" and indicator.min_parties > parties:
                raise PartiesOutOfReach(indicator.min_parties, parties)
            if indicator.source == "fact" and indicator.fact not in set(Fact):
                raise UnknownFact(indicator.fact, ", ".join(Fact))


def _check_indicator(indicator: "IndicatorBase") -> None:
    spoken = (indicator.code.replace("_", " "), indicator.name.zh, indicator.name.en)
    if any(_APP_USE.search(words.replace("-", " ")) for words in spoken):
        raise CountsUseOfAnApp(indicator.code)
    low, high = indicator.range
    if low >= high:
        raise EmptyRange()


def _check_grades(scheme: "Scheme", known: set[str]) -> None:
    given = [scheme.too_little_data.grade, *(veto.grade for veto in scheme.vetoes)]
    if scheme.grading.by == "score":
        _check_bands(scheme.grading, scheme.max)
        given += [band.grade for band in scheme.grading.bands]
    else:
        _check_shares(scheme.grading)
        given += [share.grade for share in scheme.grading.shares]
    for grade in given:
        if grade not in known:
            raise UnknownGrade(grade)


def _check_shares(grading: "GradeByRank") -> None:
    total = sum(share.share for share in grading.shares)
    if total != 100 or grading.shares[-1].at_least:
        raise SharesDoNotAddUp(total)


def _check_bands(grading: "GradeByScore", highest: int) -> None:
    for condition in ("bad_record", "no_bad_record"):
        bands = sorted(
            (band for band in grading.bands if band.when in (None, condition)),
            key=lambda band: band.from_,
        )
        edge: int | None = 0
        for band in bands:
            if edge is None or band.from_ != edge or band.from_ > highest:
                raise BandsDoNotCover(_shown(band.from_ if edge is None else min(edge, band.from_)))
            edge = _end(band)
        if edge is not None:
            raise BandsDoNotCover(_shown(edge))


def _end(band: "Band") -> int | None:
    if band.below is not None and band.below <= band.from_:
        raise BandsDoNotCover(_shown(band.from_))
    return band.below


def _shown(points: int) -> str:
    return f"{points / 100:g}"
