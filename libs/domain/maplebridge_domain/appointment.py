"""A person in a post during a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from .period import Period
from .problem import Kind, Problem
from .worktime import SHANGHAI


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


def check_end(during: Period, at: datetime) -> None:
    """Refuse to end an appointment at an instant in which it is not in force.

    Raises:
        AppointmentEnded.
    """
    if at not in during or at == during.start:
        raise AppointmentEnded()
