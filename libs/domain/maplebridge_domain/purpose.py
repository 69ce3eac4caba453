"""For what personal data may be shown in full: purposes with their legal bases, dated."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from .problem import Kind, Problem


class Purpose(StrEnum):
    """Why somebody looks; parameters/purposes.yaml says on which legal basis, and from when."""

    CONTACT_ABOUT_CASE = "contact_about_case"  # 就纠纷或交办事项联系本人
    SERVE_RESULT = "serve_result"  # 送达评价结果
    VERIFY_APPOINTMENT = "verify_appointment"  # 核验任职人员
    MERGE_ENTRIES = "merge_entries"  # 核对重复登记
    ANSWER_PERSON = "answer_person"  # 答复本人请求
    EMERGENCY = "emergency"  # 紧急情况


@dataclass(eq=False)
class PurposeNotInForce(Problem):
    """Personal data is shown for a purpose that the list of purposes has on that day."""

    kind = Kind.RULE
    zh = "该查看目的当前未在目的清单中生效，请选择其他目的。"
    en = "This purpose is not in force in the list of purposes today; choose another."
    pointer = "/purpose"


@dataclass(frozen=True)
class Basis:
    """A purpose in force: since when, until when, and on which legal basis."""

    since: date
    until: date | None
    text: str


@cache
def _parameters() -> dict[str, list[Basis]]:
    text = (files(__package__) / "parameters/purposes.yaml").read_text(encoding="utf-8")
    return {
        name: [Basis(one["from"], one.get("until"), one["basis"]) for one in dated]
        for name, dated in yaml.safe_load(text).items()
    }


def basis_of(purpose: Purpose, on: date) -> str:
    """Return the legal basis on which a purpose stands on a day.

    Raises:
        PurposeNotInForce.
    """
    for basis in _parameters()[purpose]:
        if basis.since <= on and (basis.until is None or on < basis.until):
            return basis.text
    raise PurposeNotInForce()
