"""Why a service contract ended before its time."""

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


@dataclass(eq=False)
class ContractNotInForce(Problem):
    """A contract ends early while it runs, never later than it would have by itself."""

    kind = Kind.CONFLICT
    zh = "该合同在此时点并未履行，无法提前终止，请核对日期。"
    en = "This contract does not run at that time, so it cannot be ended then; check the date."
    pointer = "/at"


def check_contract_end(during: Period, at: datetime) -> None:
    """Refuse to end a contract at an instant at which it does not run.

    Raises:
        ContractNotInForce.
    """
    if at not in during or at == during.start:
        raise ContractNotInForce()
