"""Proposals of appointments: proposed by one, decided by another."""

from dataclasses import dataclass

from .named import Named
from .problem import Kind, Problem


class ProposalState(Named):
    """What became of a proposal."""

    PROPOSED = "proposed", "待审"
    APPROVED = "approved", "已通过"  # and with it appointed
    REJECTED = "rejected", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"


@dataclass(eq=False)
class OwnProposal(Problem):
    """Who proposes an appointment does not decide on it."""

    kind = Kind.FORBIDDEN
    zh = "不能审核本人提出的任职建议，请由其他有权人员审核。"
    en = "You proposed this appointment yourself; somebody else with the right decides on it."


@dataclass(eq=False)
class ProposalDecided(Problem):
    """A proposal is decided once."""

    kind = Kind.CONFLICT
    zh = "该任职建议已经审核：状态为“{state}”，不能再次审核。"
    en = "This proposal has been decided ({state}); make a new one if that was wrong."

    state: ProposalState


@dataclass(eq=False)
class ProposalWithdrawn(Problem):
    """What its proposer took back is open to nobody any more."""

    kind = Kind.CONFLICT
    zh = "该任职建议已由建议人撤回，如仍需任用请重新提出。"
    en = "This proposal was taken back by who made it; make a new one if it is needed."


@dataclass(eq=False)
class ProposalNotYours(Problem):
    """Who made a proposal takes it back; who disagrees with it rejects it."""

    kind = Kind.FORBIDDEN
    zh = "只能撤回本人提出的任职建议，如不同意请办理审核不予通过。"
    en = "Only who made this proposal takes it back; reject it if you disagree."


@dataclass(eq=False)
class TooLateToTakeBack(Problem):
    """A proposal is taken back as long as nobody has decided on it."""

    kind = Kind.CONFLICT
    zh = "该任职建议已经审核，不能撤回：状态为“{state}”，已任职的请办理任职撤回或结束。"
    en = "This proposal has been decided ({state}); if it was approved, withdraw or end the term."

    state: ProposalState


def check_undecided(state: ProposalState) -> None:
    """Refuse to decide on what is not open any more.

    Raises:
        ProposalWithdrawn, ProposalDecided.
    """
    if state is ProposalState.WITHDRAWN:
        raise ProposalWithdrawn()
    if state is not ProposalState.PROPOSED:
        raise ProposalDecided(state)


def check_can_be_taken_back(state: ProposalState) -> None:
    """Refuse to take back what is not open any more.

    Raises:
        ProposalWithdrawn, TooLateToTakeBack.
    """
    if state is ProposalState.WITHDRAWN:
        raise ProposalWithdrawn()
    if state is not ProposalState.PROPOSED:
        raise TooLateToTakeBack(state)
