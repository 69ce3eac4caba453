"""The files that show something: what a step asks for, and of what day they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .problem import Kind, Problem, pointing_at


@dataclass(eq=False)
class EvidenceMissing(Problem):
    """The choice, the filing and the declaration of steps 1, 2 and 5 are on file."""

    kind = Kind.RULE
    zh = "缺少证明材料：第{step}步须附文件（社区党组织决定、业主大会备案或无利害关系声明）。"
    en = (
        "Step {step} needs a file: the party organisation's choice, the filing, or the declaration."
    )
    pointer = "/evidence"

    step: int


@dataclass(eq=False)
class EvidenceInTheFuture(Problem):
    """What shows something was there when it was handed in."""

    kind = Kind.RULE
    zh = "证明材料的日期不得晚于今天，请填写文件上的实际日期。"
    en = "Evidence is not dated in the future; give the date that stands on the document."
    pointer = "/dated_on"


def check_evidence(dated_on: Iterable[date], today: date) -> None:
    """Refuse evidence that is dated after the day on which it is handed in, and say which.

    Raises:
        EvidenceInTheFuture.
    """
    for index, day in enumerate(dated_on):
        if day > today:
            with pointing_at(f"/evidence/{index}"):
                raise EvidenceInTheFuture()
