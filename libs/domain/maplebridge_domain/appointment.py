"""A person in a post during a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from .period import Period
from .problem import Kind, Problem
from .worktime import SHANGHAI


class EndReason(StrEnum):
    """Why an appointment ended before its time.

    `disqualified` says no more than that a seat's condition fell away (no longer an owner, incapable,
    convicted: Henan arts. 31-33): which one is nobody's to read in a list.
    """

    RESIGNATION = "resignation"  # 辞职
    DISMISSAL = "dismissal"  # 免职
    RECALL = "recall"  # 罢免, by those who elected
    TRANSFER = "transfer"  # 调动
    DEATH = "death"  # 去世
    TERM_OVER = "term_over"  # 任期届满
    DISQUALIFIED = "disqualified"  # 丧失任职资格
    SOURCE_ENDED = "source_ended"  # 所依据的任职终止
    CONTRACT_ENDED = "contract_ended"  # 所依据的物业服务合同终止
    WITHDRAWN = "withdrawn"  # 到任前撤回


class Change(StrEnum):
    """What put a new version of an appointment in the place of an older one."""

    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"


@dataclass(eq=False)
class PostTaken(Problem):
    """A post seats no more persons at a time than it has places."""

    kind = Kind.CONFLICT
    zh = "该岗位在此期间已满员，请先结束现任者的任期或调整期限。"
    en = "Every place of this post is taken in that time; end a term first or change the dates."
    pointer = "/post_id"


@dataclass(eq=False)
class AlreadyHoldsPost(Problem):
    """Nobody sits twice in one post."""

    kind = Kind.CONFLICT
    zh = "此人在该期间已担任该岗位。"
    en = "This person already holds this post in that time."
    pointer = "/person_id"


@dataclass(eq=False)
class PersonDied(Problem):
    """Who has died holds no office any more; what was held before is entered as it was."""

    kind = Kind.CONFLICT
    zh = "此人登记为已经去世（{died_on}），任期不得晚于该日；登记有误的，请先更正其任职。"
    en = "This person is on file as having died on {died_on}; correct that if it is wrong."
    pointer = "/person_id"

    died_on: date


@dataclass(eq=False)
class GridOfPostClosed(Problem):
    """A post is held as long as the grid is there that it sits on."""

    kind = Kind.CONFLICT
    zh = "岗位所在网格已经撤销（{closed_on}），请结束任职或将任期调整到此日之前。"
    en = "The grid of this post was closed on {closed_on}; end the term by then."
    pointer = "/during"

    closed_on: date


@dataclass(eq=False)
class OutlastsItsSource(Problem):
    """A cross-appointment lies inside the appointment it rests on."""

    kind = Kind.CONFLICT
    zh = "交叉任职须在所依据任职的期限之内（{source_from}至{source_until}），请调整期限。"
    en = (
        "A cross-appointment must lie within its source ({source_from} to {source_until}); "
        "change the dates."
    )
    pointer = "/during"

    source_from: date
    source_until: date | str


@dataclass(eq=False)
class SourceNotInForce(Problem):
    """The appointment or contract that a cross-appointment rests on holds throughout its term."""

    kind = Kind.CONFLICT
    zh = "所依据的任职或服务合同在该期限内已不再有效，请刷新后重试。"
    en = "The appointment or contract it rests on does not hold in all of that time; look again."
    pointer = "/during"


@dataclass(eq=False)
class NoContractInForce(Problem):
    """Steps 3, 4 and 5 need one service contract that runs for the whole term."""

    kind = Kind.CONFLICT
    zh = "该期限内没有覆盖全程的物业服务合同，请先登记合同或缩短期限。"
    en = "No single service contract covers this term; enter the contract or shorten the term."
    pointer = "/during"


@dataclass(eq=False)
class AppointmentEnded(Problem):
    """What has ended cannot be ended again, nor later than it would have ended by itself."""

    kind = Kind.CONFLICT
    zh = "该任职在此时点已不在任期内，无需再次结束。"
    en = "This appointment is not in force at that time; there is nothing to end."
    pointer = "/at"


@dataclass(eq=False)
class DeathInTheFuture(Problem):
    """An office ends by a death that has happened."""

    kind = Kind.RULE
    zh = "去世时间不得晚于现在，请填写实际时间或另选结束原因。"
    en = "A death is not dated in the future; give the time as it was, or another reason."
    pointer = "/at"


@dataclass(eq=False)
class AppointmentWithdrawn(Problem):
    """What was withdrawn before it began never was a term."""

    kind = Kind.CONFLICT
    zh = "该任职在到任前已撤回，如仍需任用请重新登记。"
    en = "This appointment was withdrawn before it began; enter a new one if it is needed."


@dataclass(eq=False)
class TermBegun(Problem):
    """Only a term that has not begun is withdrawn; one that has, ends."""

    kind = Kind.CONFLICT
    zh = "该任职已经到任，不能撤回，请办理结束任职或更正日期。"
    en = "This term has begun and cannot be withdrawn; end it, or correct its dates."


@dataclass(eq=False)
class DependantDoesNotFit(Problem):
    """What rests on an appointment must fit its corrected term as well."""

    kind = Kind.CONFLICT
    zh = "更正后的期限容不下以其为依据的交叉任职：请先更正或结束任职{appointment_id}。"
    en = (
        "A cross-appointment that rests on it does not fit the corrected term; "
        "correct or end {appointment_id} first."
    )
    pointer = "/during"

    appointment_id: UUID


def check_cross_appointment_term(
    source: Period, during: Period, contracts: Iterable[Period] | None = None
) -> None:
    """Refuse a cross-appointment whose term its source, or a service contract, does not carry.

    Pass `contracts` for the steps that need one (3, 4 and 5), None for the others.
    Source: Zhaoling District on Tianqiao Street's "256" method, 2024-01-08, five steps.
    That it must lie wholly inside its source is our own reading.

    Raises:
        OutlastsItsSource, NoContractInForce.
    """
    if during not in source:
        until = source.until.astimezone(SHANGHAI).date() if source.until else "…"
        raise OutlastsItsSource(source.start.astimezone(SHANGHAI).date(), until)
    # One contract for the whole term: a gap between two would unseat the member.
    if contracts is not None and not any(during in contract for contract in contracts):
        raise NoContractInForce()


def check_alive(during: Period, died_at: datetime | None) -> None:
    """Refuse an office to who is on file as having died before its end.

    Raises:
        PersonDied.
    """
    if died_at is not None and _outlasts(during, died_at):
        raise PersonDied(died_at.astimezone(SHANGHAI).date())


def check_place_is_there(during: Period, closed_at: datetime | None) -> None:
    """Refuse a term in a post whose grid is closed before the term's end.

    Of a grid that was taken in by another it is the other's closing: posts go along.

    Raises:
        GridOfPostClosed.
    """
    if closed_at is not None and _outlasts(during, closed_at):
        raise GridOfPostClosed(closed_at.astimezone(SHANGHAI).date())


def _outlasts(during: Period, at: datetime) -> bool:
    return during.until is None or during.until > at


def check_end(during: Period, at: datetime) -> None:
    """Refuse to end an appointment at an instant in which it is not in force.

    Raises:
        AppointmentEnded.
    """
    if at not in during or at == during.start:
        raise AppointmentEnded()


def check_reason(reason: EndReason, at: datetime, now: datetime) -> None:
    """Refuse to say beforehand that somebody dies; every other end can be decided for later.

    Raises:
        DeathInTheFuture.
    """
    if reason is EndReason.DEATH and at > now:
        raise DeathInTheFuture()


def check_withdrawal(during: Period, at: datetime) -> None:
    """Refuse to withdraw a term that has begun.

    Raises:
        TermBegun.
    """
    if during.start <= at:
        raise TermBegun()


def check_dependants(during: Period, dependants: Iterable[tuple[UUID, Period]]) -> None:
    """Refuse a corrected term that does not carry what rests on it, and say which.

    Raises:
        DependantDoesNotFit.
    """
    for id_, term in dependants:
        if term not in during:
            raise DependantDoesNotFit(id_)
