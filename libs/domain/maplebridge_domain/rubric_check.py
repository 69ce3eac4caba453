"""What a rubric must satisfy, and the refusals of one that does not."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from .evaluation import ResultKind
from .meeting import SubjectKind
from .period import EmptyPeriod
from .problem import Kind, Problem, pointing_at

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


class RubricRefused(Problem):
    """Groups the refusals of a rubric; each subclass points at the part it means."""

    kind = Kind.RULE


@dataclass(eq=False)
class RubricMalformed(RubricRefused):
    """A rubric has the shape that the rubric guide describes."""

    kind = Kind.INVALID
    zh = "评分细则的格式不符合要求：{fault}。请对照细则指南修改。"
    en = "This does not have the shape of a rubric: {fault}. Compare it with the rubric guide."

    fault: str

    @classmethod
    def from_errors(cls, errors: Sequence[Any]) -> Self:
        """Say the first of pydantic's errors, and point at it."""
        tags = {"ballot", "fact", "score", "rank"}  # names of a union's branch, not of a field
        path = [
            str(part)
            for before, part in zip(("", *errors[0]["loc"]), errors[0]["loc"], strict=False)
            if not (part in tags and (isinstance(before, int) or before == "grading"))
        ]
        problem = cls(f"{'/'.join(path)}: {errors[0]['msg']}")
        problem.pointer = "".join(f"/{part}" for part in path)
        return problem


@dataclass(eq=False)
class WeightsDoNotAddUp(RubricRefused):
    """The weights of a component's indicators add up to 100."""

    zh = "该部分各项指标的权重之和为{total}，应为100。"
    en = "The weights of these indicators add up to {total}; make them add up to 100."
    pointer = "/indicators"

    total: int


@dataclass(eq=False)
class PartyWeightsDoNotAddUp(RubricRefused):
    """Where ballots count, the weights of the parties add up to 100."""

    zh = "各方评议权重之和为{total}，应为100。"
    en = "The weights of the parties add up to {total}; make them add up to 100."
    pointer = "/parties"

    total: int


@dataclass(eq=False)
class SharesDoNotAddUp(RubricRefused):
    """The shares of a grading by rank add up to 100."""

    zh = "各等级比例之和为{total}，应为100，且末级不得另设最低分。"
    en = "The shares add up to {total}; make them add up to 100, the last one without a least score."
    pointer = "/grading/shares"

    total: int


@dataclass(eq=False)
class BandsDoNotCover(RubricRefused):
    """Grade bands cover every score from 0 to the highest once."""

    zh = "等级分数段在{at}分处有空缺或重叠，请使各段首尾相接（有无不良记录两种情形均须完整）。"
    en = "The grade bands leave a gap or overlap at {at} points; with and without a bad record they must meet."
    pointer = "/grading/bands"

    at: str


@dataclass(eq=False)
class UnknownFact(RubricRefused):
    """An indicator counts a fact that the service observes."""

    zh = "系统没有“{fact}”这项事实数据，可用：{known}。"
    en = "The service observes no fact {fact}; it knows {known}."
    pointer = "/fact"

    fact: str
    known: str


@dataclass(eq=False)
class DuplicateCode(RubricRefused):
    """Within a scheme each component, indicator, record rule and veto has a code of its own."""

    zh = "代码“{duplicate}”重复使用，请更换。"
    en = "The code {duplicate} is used twice; change one of them."

    duplicate: str


@dataclass(eq=False)
class CountsUseOfAnApp(RubricRefused):
    """Nobody is assessed by log-ins, clicks, time on line or check-ins."""

    zh = "指标“{indicator}”统计的是应用使用情况（登录、点击、在线时长、打卡等），不得作为评价依据，请删除。"
    en = "Indicator {indicator} counts use of an app (log-ins, clicks, time on line, check-ins); remove it."

    indicator: str


@dataclass(eq=False)
class EmptyRange(RubricRefused):
    """An indicator's range goes from a lower to a higher value."""

    zh = "指标取值范围的下限须小于上限。"
    en = "An indicator's range must go from a lower to a higher value."
    pointer = "/range"


@dataclass(eq=False)
class PartiesOutOfReach(RubricRefused):
    """An indicator cannot ask for more parties than have a weight."""

    zh = "指标要求至少{needed}方评议，但只有{weighed}方设有权重。"
    en = "This indicator needs {needed} parties, but only {weighed} have a weight."
    pointer = "/min_parties"

    needed: int
    weighed: int


@dataclass(eq=False)
class PointsWithoutIndicators(RubricRefused):
    """A component has points for its indicators exactly when it has indicators."""

    zh = "该部分须同时设置指标和指标总分（points），或两者都不设。"
    en = "A component has indicators and points for them, or neither."
    pointer = "/points"


@dataclass(eq=False)
class OnlyRecordsDeduct(RubricRefused):
    """A deducting component consists of record rules; marks never take points away."""

    zh = "扣分部分只能由信用记录构成，不得设置基础分或指标。"
    en = "A deducting component has record rules only, no base points and no indicators."
    pointer = "/effect"


@dataclass(eq=False)
class UnknownGrade(RubricRefused):
    """Every grade that is given has a name in `grades`."""

    zh = "等级“{grade}”未在 grades 中定义。"
    en = "The grade {grade} is not defined under grades."

    grade: str


@dataclass(eq=False)
class SubjectDoesNotFit(RubricRefused):
    """Members are scored, units assessed, enterprises rated; nobody else is."""

    zh = "结果类别{result_kind}的评价对象只能是{subject}。"
    en = "Results of kind {result_kind} are about subjects of kind {subject} only."
    pointer = "/subject"

    result_kind: ResultKind
    subject: SubjectKind


@dataclass(eq=False)
class PersonsAreNotRanked(RubricRefused):
    """Persons are never ranked, so their grades do not depend on a rank."""

    zh = "成员评分不得按名次定级，请按分数段定级。"
    en = "Persons are not ranked: grade member scores by bands of the score."
    pointer = "/grading/by"


@dataclass(eq=False)
class SchemesOverlap(RubricRefused):
    """A subject falls under one scheme."""

    zh = "有两个方案适用于同一类对象（{category}），请只保留一个。"
    en = "Two schemes apply to the same subjects ({category}); keep one."
    pointer = "/categories"

    category: str


@dataclass(eq=False)
class KindNotInRubric(Problem):
    """A run asks for kinds of results that its rubric has a scheme for."""

    kind = Kind.RULE
    zh = "该评分细则没有{result_kind}的方案。"
    en = "This rubric has no scheme for {result_kind}."
    pointer = "/kinds"

    result_kind: ResultKind


@dataclass(eq=False)
class RubricNotInForce(Problem):
    """A run uses a rubric that is in force on every day of its period."""

    kind = Kind.RULE
    zh = "该评分细则在评价周期内并非全程有效，请选用有效的版本。"
    en = "This rubric is not in force throughout the period; choose the version that is."
    pointer = "/rubric_id"


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
    with pointing_at("/valid"):
        if rubric.valid.until is not None and rubric.valid.until <= rubric.valid.from_:
            raise EmptyPeriod()
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
    for parts in (scheme.components, indicators, [*rules, *scheme.vetoes]):
        seen: set[str] = set()
        for part in parts:
            if part.code in seen:
                raise DuplicateCode(part.code)
            seen.add(part.code)

    total = sum(scheme.parties.values())
    if total != 100 and (scheme.parties or any(i.source == "ballot" for i in indicators)):
        raise PartyWeightsDoNotAddUp(total)
    for number, component in enumerate(scheme.components):
        with pointing_at(f"/components/{number}"):
            _check_component(component, sum(w > 0 for w in scheme.parties.values()))


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
