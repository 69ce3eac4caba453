"""The refusals of a rubric, and of a run that its rubric does not carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from .evaluation import ResultKind
from .meeting import SubjectKind
from .problem import Kind, Problem, pointer_to


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
    def from_errors(cls, errors: Sequence[Any], document: object) -> Self:
        """Say the first of pydantic's errors, and point at it in the document."""
        first = errors[0]
        pointer = pointer_to(document, first["loc"], missing=first["type"] == "missing")
        problem = cls(f"{pointer.lstrip('/')}: {first['msg']}")
        problem.pointer = pointer
        return problem


@dataclass(eq=False)
class WeightsDoNotAddUp(RubricRefused):
    """The weights of a component's indicators add up to 100."""

    zh = "指标权重之和须为100：该部分现为{total}。"
    en = "The weights of these indicators add up to {total}; make them add up to 100."
    pointer = "/indicators"

    total: int


@dataclass(eq=False)
class PartyWeightsDoNotAddUp(RubricRefused):
    """Where ballots count, the weights of the parties add up to 100."""

    zh = "各方评议权重之和须为100：现为{total}。"
    en = "The weights of the parties add up to {total}; make them add up to 100."
    pointer = "/parties"

    total: int


@dataclass(eq=False)
class SharesDoNotAddUp(RubricRefused):
    """The shares of a grading by rank add up to 100."""

    zh = "各等级比例之和须为100：现为{total}，且末级不得另设最低分。"
    en = "The shares add up to {total}; make that 100, and give the last one no least score."
    pointer = "/grading/shares"

    total: int


@dataclass(eq=False)
class BandsDoNotCover(RubricRefused):
    """Grade bands cover every score from 0 to the highest once."""

    zh = "等级分数段有空缺或重叠：在{at}分处，请使各段首尾相接（有无不良记录两种情形均须完整）。"
    en = "Grade bands leave a gap or overlap at {at} points (also look at bands with a condition)."
    pointer = "/grading/bands"

    at: str


@dataclass(eq=False)
class UnknownFact(RubricRefused):
    """An indicator counts a fact that the service observes."""

    zh = "没有此项事实数据：“{fact}”，可用：{facts}。"
    en = "The service observes no fact {fact}; it knows {facts}."
    pointer = "/fact"

    fact: str
    facts: str


@dataclass(eq=False)
class DuplicateCode(RubricRefused):
    """Within a scheme each component, indicator, record rule and veto has a code of its own."""

    zh = "代码重复：“{duplicate}”已使用，请更换。"
    en = "The code {duplicate} is used twice; change one of them."

    duplicate: str


@dataclass(eq=False)
class CountsUseOfAnApp(RubricRefused):
    """Nobody is assessed by log-ins, clicks, time on line or check-ins."""

    zh = "不得按应用使用情况评价：指标“{indicator}”统计登录、点击、打卡等，请删除。"
    en = "Indicator {indicator} counts use of an app (log-ins, clicks, check-ins); remove it."

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

    zh = "评议方数不足：指标要求至少{needed}方评议，但只有{weighed}方设有权重。"
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

    zh = "等级未定义：“{grade}”不在 grades 中。"
    en = "The grade {grade} is not defined under grades."

    grade: str


@dataclass(eq=False)
class SubjectDoesNotFit(RubricRefused):
    """Members are scored, units assessed, enterprises rated; nobody else is."""

    zh = "评价对象与结果类别不符：{result_kind}只能评价{subject}。"
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
    zh = "评分细则没有此类结果的方案：{result_kind}。"
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
