from datetime import UTC, date, datetime, timedelta

import pytest

from maplebridge_domain.login import (
    ALPHABET,
    CODE_BITS,
    BindingCode,
    IssuedCode,
    Tries,
    login_rules,
    session_ends,
)

RULES = login_rules(date(2026, 11, 2))
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_code_is_read_as_people_type_it() -> None:
    code = BindingCode("K1QF0", "2M9DP")
    for typed in ("K1QF0-2M9DP", "k1qf02m9dp", "kIqfo 2m9dp", " KLQFO-2M9DP "):
        assert BindingCode.read(typed) == code
    assert BindingCode.read(str(code)) == code
    assert BindingCode.read("K1QF0-2M9DQ") != code


def test_every_bit_of_the_number_is_in_the_code() -> None:
    codes = {str(BindingCode.of(1 << bit)) for bit in range(CODE_BITS)}
    assert len(codes) == CODE_BITS
    assert str(BindingCode.of(0)) == "00000-00000"
    assert str(BindingCode.of(2**CODE_BITS - 1)) == "ZZZZZ-ZZZZZ"
    assert len(set(ALPHABET) - set("ILOU")) == 32


@pytest.mark.parametrize(
    ("code", "is_open"),
    [
        (IssuedCode(NOW + MINUTE, None, 0), True),
        (IssuedCode(NOW, None, 0), False),
        (IssuedCode(NOW + MINUTE, NOW, 0), False),
        (IssuedCode(NOW + MINUTE, None, 4), True),
        (IssuedCode(NOW + MINUTE, None, 5), False),
    ],
)
def test_a_code_is_good_in_time_once_and_for_five_tries(code: IssuedCode, is_open: bool) -> None:
    assert code.is_open(NOW, RULES) == is_open


def test_an_account_waits_after_five_wrong_codes_for_a_quarter_of_an_hour() -> None:
    tries = Tries(0, None)
    for wrong in range(5):
        assert tries.locked_seconds(NOW, RULES) == 0
        tries = tries.and_one(NOW, RULES)
        assert tries.wrong == wrong + 1
    assert tries.locked_seconds(NOW, RULES) == 15 * 60
    assert tries.locked_seconds(NOW + 15 * MINUTE - timedelta(milliseconds=1), RULES) == 1
    assert tries.locked_seconds(NOW + 15 * MINUTE, RULES) == 0


def test_wrong_codes_of_long_ago_are_forgotten() -> None:
    assert Tries(4, NOW - 14 * MINUTE).and_one(NOW, RULES).wrong == 5
    assert Tries(4, NOW - 15 * MINUTE).and_one(NOW, RULES).wrong == 1


def test_a_session_ends_after_a_fortnight_without_use_and_after_a_month_anyway() -> None:
    assert session_ends(NOW, NOW, RULES) == NOW + 14 * DAY
    assert session_ends(NOW, NOW + 10 * DAY, RULES) == NOW + 24 * DAY
    assert session_ends(NOW, NOW + 20 * DAY, RULES) == NOW + 30 * DAY


def test_a_day_before_the_first_that_is_known_has_the_first_numbers() -> None:
    assert login_rules(date(2020, 1, 1)) == RULES
