"""An evaluation run: one computation over a period, and what may be done with it when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .named import Named
from .problem import Kind, Problem


class ResultKind(Named):
    """The three kinds of results."""

    MEMBER_SCORE = "member_score", "成员评分"
    UNIT_ASSESSMENT = "unit_assessment", "单位考核"
    CREDIT_RATING = "credit_rating", "信用评级"


class RunState(Named):
    """Where a run stands."""

    QUEUED = "queued", "排队中"
    COMPUTING = "computing", "计算中"
    DRAFTED = "drafted", "已出草案"
    UNDER_NOTICE = "under_notice", "公示中"
    FINAL = "final", "已生效"
    FAILED = "failed", "计算失败"
    SUPERSEDED = "superseded", "已被替代"


class ServiceMethod(StrEnum):
    """How a draft was handed to its subject."""

    IN_PERSON = "in_person"  # 直接送达
    ELECTRONIC = "electronic"  # 电子送达
    POSTED = "posted"  # 张贴公示
    MAIL = "mail"  # 邮寄送达


@dataclass(eq=False)
class RunClaimed(Problem):
    """One worker computes a run at a time; its lease tells until when."""

    kind = Kind.CONFLICT
    zh = "该评价运行正由另一工作进程计算。"
    en = "Another worker is computing this run; its lease has not passed yet."


@dataclass(eq=False)
class RunNotOpen(Problem):
    """What was drafted is not computed again; a new run is requested instead."""

    kind = Kind.CONFLICT
    zh = "评价运行不再接收结果：已是“{state}”状态。"
    en = "This run is {state}; results can no longer be written to it."

    state: RunState


@dataclass(eq=False)
class RunNotInState(Problem):
    """A run goes from draft to notice to final, in this order."""

    kind = Kind.CONFLICT
    zh = "评价运行的状态不符：当前为“{state}”，须先处于“{needed}”。"
    en = "This run is {state}; it must be {needed} for that."

    state: RunState
    needed: RunState


@dataclass(eq=False)
class ServedOutOfTime(Problem):
    """Drafts are served after they were made, and proof of it is entered afterwards."""

    kind = Kind.RULE
    zh = "送达时间须在结果草案形成之后，且不得晚于当前时间。"
    en = "Drafts are served after they were made, and not in the future; check the time of service."
    pointer = "/served_at"


@dataclass(eq=False)
class NoticeRunning(Problem):
    """Nothing becomes final before its notice period has passed."""

    kind = Kind.CONFLICT
    zh = "公示期未满：至{until}止，期满后方可确认。"
    en = "The notice period runs through {until}; confirm after it."

    until: date


@dataclass(eq=False)
class OwnResult(Problem):
    """Nobody makes a result final whose subject they are.

    Source: our own reading of the Personal Information Protection Law art. 24: a person decides,
    and one without an interest.
    """

    kind = Kind.FORBIDDEN
    zh = "本次结果涉及您本人，须由其他有权人员确认。"
    en = "You are a subject of these results; another person with the right must confirm them."


@dataclass(eq=False)
class NeedsAPerson(Problem):
    """A machine computes, a person confirms (Personal Information Protection Law art. 24)."""

    kind = Kind.FORBIDDEN
    zh = "须由有权的自然人以其职务身份办理，系统账号不能代替。"
    en = "A named person acting in an office must do this; a system's account cannot."


@dataclass(eq=False)
class IncompleteResults(Problem):
    """A run is published whole: every kind that was asked for, each subject once."""

    kind = Kind.RULE
    zh = "结果不完整或有重复：{what}。"
    en = "The results are incomplete or repeated: {what}."
    pointer = "/results"

    what: str


@dataclass(eq=False)
class PeriodNotOver(Problem):
    """A period is evaluated when it is over."""

    kind = Kind.RULE
    zh = "评价周期尚未结束（至{until}），请在结束后发起评价。"
    en = "The period is not over yet (until {until}); request the run afterwards."
    pointer = "/period"

    until: date


@dataclass(eq=False)
class ResultTwice(Problem):
    """A run holds one result of a kind for a subject."""

    kind = Kind.CONFLICT
    zh = "同一对象在一次运行中只能有一个同类结果。"
    en = "A subject has one result of a kind in a run."
    pointer = "/results"


@dataclass(eq=False)
class SubjectNotOfThatKind(Problem):
    """Members are scored, units assessed, enterprises rated; nobody else is."""

    kind = Kind.RULE
    zh = "评价对象与结果类别不符，请核对 kind 与 subject_kind。"
    en = "A result of this kind is about another kind of subject; check kind and subject_kind."
    pointer = "/results"
