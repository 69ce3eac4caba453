"""Identifiers that bear their own check: the unified social credit code."""

from dataclasses import dataclass

from .problem import Kind, Problem

#: GB 32100: without I, O, S, V and Z, which are taken for digits.
CREDIT_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(eq=False)
class CreditCodeWrong(Problem):
    """The last character of a unified social credit code checks the seventeen before it (GB 32100)."""

    kind = Kind.RULE
    zh = "统一社会信用代码校验不符：按前17位，第18位应为{expected}，请对照证照核对。"
    en = (
        "The unified social credit code is mistyped: after its first 17 characters the 18th would be "
        "{expected}; compare it with the certificate."
    )
    pointer = "/uscc"

    expected: str


@dataclass(eq=False)
class CreditCodeBodyWrong(Problem):
    """Inside a unified social credit code, the organisation's own code bears its check (GB 11714)."""

    kind = Kind.RULE
    zh = "主体标识码校验不符：按第9至16位，第17位应为{expected}，请对照证照核对。"
    en = (
        "The organisation's code inside the unified social credit code is wrong: after characters 9 to "
        "16 the 17th would be {expected}; compare it with the certificate."
    )
    pointer = "/uscc"

    expected: str


def credit_code_check(stem: str) -> str:
    """Return the 18th character of a unified social credit code of which 17 are given (GB 32100)."""
    values = map(CREDIT_CODE_CHARACTERS.index, stem)
    return CREDIT_CODE_CHARACTERS[-sum(v * 3**place for place, v in enumerate(values)) % 31]


def body_check(body: str) -> str:
    """Return the check character of an organisation's code of eight characters (GB 11714)."""
    values = (int(character, 36) for character in body)
    total = sum(v * weight for v, weight in zip(values, _BODY_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def check_credit_code(code: str) -> None:
    """Refuse a unified social credit code of the right form in which a character is wrong.

    The outer check is looked at first: it covers the inner one, so that a slip of the pen is told as
    what it is. A code that is right outside and wrong inside was made up.

    Raises:
        CreditCodeWrong, CreditCodeBodyWrong.
    """
    if code[17] != (expected := credit_code_check(code[:17])):
        raise CreditCodeWrong(expected)
    if code[16] != (expected := body_check(code[8:16])):
        raise CreditCodeBodyWrong(expected)
