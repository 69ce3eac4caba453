"""Why a service contract ended before its time, or never began."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .period import Period
from .problem import Kind, Problem


class ContractEndReason(StrEnum):
    """Who ended a service contract, or why; notice is by Civil Code arts. 946-948."""

    AGREED = "agreed"  # 双方协商解除
    OWNERS_DISMISSED = "owners_dismissed"  # 业主共同决定解聘（第946条）
    ENTERPRISE_LEFT = "enterprise_left"  # 物业服务人退出（第947、948条）
    BREACH = "breach"  # 因违约解除
    DISSOLVED = "dissolved"  # 企业终止
    WITHDRAWN = "withdrawn"  # 履行前撤回


@dataclass(eq=False)
class ContractNotInForce(Problem):
    """A contract ends early while it runs, never later than it would have by itself."""

    kind = Kind.CONFLICT
    zh = "该合同在此时点并未履行，无法提前终止，请核对日期。"
    en = "This contract does not run at that time, so it cannot be ended then; check the date."
    pointer = "/at"


@dataclass(eq=False)
class ContractWithdrawn(Problem):
    """What was withdrawn before it began never was in force: nothing rests on it, nothing ends it."""

    kind = Kind.CONFLICT
    zh = "该合同在履行前已撤回，如确已签订请重新登记。"
    en = "This contract was withdrawn before it began; enter a new one if there is one."
    pointer = "/contract_id"


@dataclass(eq=False)
class ContractBegun(Problem):
    """Only a contract that has not begun is withdrawn; one that has, ends."""

    kind = Kind.CONFLICT
    zh = "该合同已开始履行，不能撤回，请办理提前终止。"
    en = "This contract has begun and cannot be withdrawn; end it."


def check_contract_withdrawal(during: Period, at: datetime) -> None:
    """Refuse to withdraw a contract that has begun.

    Raises:
        ContractBegun.
    """
    if during.start <= at:
        raise ContractBegun()


def check_contract_end(during: Period, at: datetime) -> None:
    """Refuse to end a contract at an instant at which it does not run.

    Raises:
        ContractNotInForce.
    """
    if at not in during or at == during.start:
        raise ContractNotInForce()
