"""One cross-appointment against all rules of its step: when it is made, corrected, and afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from .appointment import check_cross_appointment_term
from .cross_appointment import (
    Contract,
    Held,
    Place,
    Step,
    check_cross_appointment_evidence,
    check_cross_appointment_posts,
    check_no_interest,
)
from .owners_vote import Election
from .period import Period
from .problem import Problem
from .worktime import SHANGHAI


@dataclass(frozen=True)
class Crossing:
    """A cross-appointment with all that its step looks at."""

    step: Step
    during: Period
    source: Place
    source_during: Period
    target: Place
    party_member: bool
    today: date
    contract: Contract | None = None
    contract_during: Period | None = None
    election: Election | None = None
    no_interest_declared_on: date | None = None
    files: tuple[date, ...] = ()  # the days of those that show it
    others: tuple[Held, ...] = ()


def _check_term(crossing: Crossing) -> None:
    contracts = [crossing.contract_during] if crossing.contract_during else []
    needed = contracts if crossing.step.needs_contract else None
    check_cross_appointment_term(crossing.source_during, crossing.during, needed)


def _check_posts(crossing: Crossing) -> None:
    served = [crossing.contract] if crossing.contract else []
    check_cross_appointment_posts(crossing.step, crossing.source, crossing.target, served)


def _check_evidence(crossing: Crossing) -> None:
    check_cross_appointment_evidence(
        crossing.step,
        party_member=crossing.party_member,
        election=crossing.election,
        no_interest_declared_on=crossing.no_interest_declared_on,
        files=crossing.files,
        begins_on=crossing.during.start.astimezone(SHANGHAI).date(),
        today=crossing.today,
    )


def _check_interest(crossing: Crossing) -> None:
    check_no_interest(crossing.step, crossing.target, crossing.during, crossing.others)


_RULES: tuple[Callable[[Crossing], None], ...] = (
    _check_term,
    _check_posts,
    _check_evidence,
    _check_interest,
)


def check_crossing(crossing: Crossing) -> None:
    """Refuse a cross-appointment that breaks a rule of its step, by the first that it breaks.

    Raises:
        What `check_cross_appointment_term`, `_posts` and `_evidence` raise, and `check_no_interest`.
    """
    for rule in _RULES:
        rule(crossing)


def violations(crossing: Crossing) -> list[Problem]:
    """Return what a cross-appointment breaks now: the first fault of its term, posts, evidence and interest."""
    found = []
    for rule in _RULES:
        try:
            rule(crossing)
        except Problem as problem:
            found.append(problem)
    return found
