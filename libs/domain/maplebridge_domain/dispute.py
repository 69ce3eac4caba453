"""A case from report to closure."""

from dataclasses import dataclass

from .named import Named
from .problem import Kind, Problem


class DisputeState(Named):
    """Where a case stands."""

    REPORTED = "reported", "已上报"
    ACCEPTED = "accepted", "已受理"
    IN_MEDIATION = "in_mediation", "调解中"
    AGREED = "agreed", "达成协议"
    CLOSED = "closed", "已结案"
    WITHDRAWN = "withdrawn", "已撤回"


class Act(Named):
    """What can be done with a case."""

    ACCEPT = "accept", "受理"
    MEDIATE = "mediate", "调解"
    AGREE = "agree", "达成协议"
    CLOSE = "close", "结案"
    WITHDRAW = "withdraw", "撤回"


#: (state, act) -> next state; what is not listed is refused.
TRANSITIONS: dict[tuple[DisputeState, Act], DisputeState] = {
    (DisputeState.REPORTED, Act.ACCEPT): DisputeState.ACCEPTED,
    (DisputeState.ACCEPTED, Act.MEDIATE): DisputeState.IN_MEDIATION,
    # A grid member settles at once what can be (GB/T 34300; Binzhou arts. 6, 11).
    (DisputeState.ACCEPTED, Act.AGREE): DisputeState.AGREED,
    (DisputeState.IN_MEDIATION, Act.AGREE): DisputeState.AGREED,
    (DisputeState.AGREED, Act.CLOSE): DisputeState.CLOSED,
    # Mediation is voluntary at every stage (People's Mediation Law arts. 3, 17).
    (DisputeState.REPORTED, Act.WITHDRAW): DisputeState.WITHDRAWN,
    (DisputeState.ACCEPTED, Act.WITHDRAW): DisputeState.WITHDRAWN,
    (DisputeState.IN_MEDIATION, Act.WITHDRAW): DisputeState.WITHDRAWN,
}


#: States that a case does not leave: it is over.
OVER = (DisputeState.CLOSED, DisputeState.WITHDRAWN)


@dataclass(eq=False)
class OpenDisputesHere(Problem):
    """A grid with open disputes is not closed; merged, it hands them on."""

    kind = Kind.CONFLICT
    zh = "该网格内尚有未结纠纷，请先办结，或将网格并入其他网格。"
    en = "There are open disputes in this grid; close them first, or merge it into another grid."


@dataclass(eq=False)
class ActNotPossible(Problem):
    """A case passes through its states in order."""

    kind = Kind.CONFLICT
    zh = "当前状态不能执行此操作：纠纷处于“{state}”，不能“{act}”，请刷新后查看。"
    en = "A dispute that is {state} cannot take the act {act}; look at it again."
    pointer = "/act"

    state: DisputeState
    act: Act


@dataclass(eq=False)
class SatisfactionWithClosureOnly(Problem):
    """Satisfaction is asked at the follow-up that closes a case."""

    kind = Kind.RULE
    zh = "满意度只在回访结案时填写，且结案时必须填写。"
    en = "Satisfaction is recorded when a case is closed, and then it must be."
    pointer = "/satisfaction"


@dataclass(eq=False)
class StepBeforeReport(Problem):
    """Nothing happens to a case before the step that went before it."""

    kind = Kind.RULE
    zh = "办理时间不得早于上一环节，也不得晚于当前时间。"
    en = "A step cannot lie before the one that went before it, nor in the future."
    pointer = "/at"


@dataclass(eq=False)
class ReportedInTheFuture(Problem):
    """A case is reported when it has happened."""

    kind = Kind.RULE
    zh = "上报时间不得晚于当前时间，请核对手机时间。"
    en = "The time of report lies in the future; check the device's clock."
    pointer = "/reported_at"


def next_state(state: DisputeState, act: Act, satisfaction: int | None) -> DisputeState:
    """Return the state after an act.

    Raises:
        ActNotPossible, SatisfactionWithClosureOnly.
    """
    if (state, act) not in TRANSITIONS:
        raise ActNotPossible(state, act)
    if (act is Act.CLOSE) != (satisfaction is not None):
        raise SatisfactionWithClosureOnly()
    return TRANSITIONS[state, act]
