import pytest

from maplebridge.sample.uscc import credit_code
from maplebridge_domain.identifier import (
    CREDIT_CODE_CHARACTERS,
    CreditCodeBodyWrong,
    CreditCodeWrong,
    body_check,
    check_credit_code,
    credit_code_check,
)

#: Of companies known to everybody, as their certificates show them: Huawei's and Tencent's.
REAL = ("914403001922038216", "9144030071526726XG")


@pytest.mark.parametrize("code", [*REAL, *map(credit_code, range(14))])
def test_a_code_is_accepted_and_none_that_differs_in_one_character(code: str) -> None:
    check_credit_code(code)
    for place in range(18):
        for other in CREDIT_CODE_CHARACTERS:
            if other != code[place]:
                with pytest.raises(CreditCodeWrong):
                    check_credit_code(code[:place] + other + code[place + 1 :])


def test_the_last_character_is_named_as_it_should_be() -> None:
    with pytest.raises(CreditCodeWrong, match="the 18th would be 6") as refused:
        check_credit_code("914403001922038215")
    assert "第18位应为6" in refused.value.detail("zh")


def test_a_code_right_outside_may_be_wrong_inside() -> None:
    stem = "91440300192203822"  # the body's check is 1
    with pytest.raises(CreditCodeBodyWrong, match="the 17th would be 1") as refused:
        check_credit_code(stem + credit_code_check(stem))
    assert "第17位应为1" in refused.value.detail("zh")


def test_the_bodys_check_may_be_a_letter_or_nought() -> None:
    assert body_check("71526726") == "X"
    assert body_check("D2143569") == "X"  # the standard's own example
    assert {body_check(f"MA00{n:04d}") for n in range(99)} == {*"0123456789X"}
