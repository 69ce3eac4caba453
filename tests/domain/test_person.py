"""Masks, phone numbers, words that are struck, and who is not erased yet."""

from datetime import datetime, timedelta

import pytest

from maplebridge_domain.person import (
    STRUCK,
    CaseStillOpen,
    StillInOffice,
    check_erasure,
    mask_name,
    mask_phone,
    normalise_phone,
    strike,
)

NOW = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
LONG_AGO = NOW - timedelta(days=365)
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("王建国", "王**"),
        ("欧阳修文", "欧阳**"),
        ("司马光", "司马*"),
        ("欧阳", "欧*"),  # somebody called 欧, not a surname without a name
        ("高", "*"),  # one character would be all of it
        ("买买提·吐尔逊", "买***"),
        ("Anna Schmidt", "A***"),
        ("  李四 ", "李*"),
        ("纳兰性德", "纳兰**"),
    ],
)
def test_of_a_name_the_surname_is_left(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_of_a_phone_four_digits_are_hidden() -> None:
    assert mask_phone("13800000001") == "138****0001"


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("13800000001", "13800000001"),
        ("+86 138-0000-0001", "13800000001"),
        ("0086 13800000001", "13800000001"),
        ("（86）138 0000 0001", "13800000001"),
        ("１３８０００００００１", "13800000001"),
        ("138–0000–0001", "13800000001"),
        ("1380000000", None),
        ("0395-1234567", None),
        ("+1 3800000001", None),  # of another country
        ("一三八", None),
    ],
)
def test_a_mobile_number_is_its_eleven_digits(typed: str, phone: str | None) -> None:
    assert normalise_phone(typed) == phone


def test_words_are_struck_wherever_they_stand_the_longer_first_and_nothing_else() -> None:
    text = "王建国（13800000001）称，王建来访，王建国未到。*.*"
    assert strike(text, ["王建", "王建国", "13800000001", ".*"]) == (
        f"{STRUCK}（{STRUCK}）称，{STRUCK}来访，{STRUCK}未到。*{STRUCK}"
    )


def test_what_was_struck_tells_not_even_its_length() -> None:
    assert strike("欧阳修文", ["欧阳修文"]) == strike("张三", ["张三"])


def test_who_holds_an_office_or_will_is_not_erased() -> None:
    with pytest.raises(StillInOffice, match="2026-11-03"):
        check_erasure(LATER, None, NOW)
    check_erasure(NOW, None, NOW)  # it has just ended
    check_erasure(None, None, NOW)


def test_who_waits_for_the_end_of_a_case_is_not_erased() -> None:
    with pytest.raises(CaseStillOpen):
        check_erasure(LONG_AGO, LATER, NOW)
    check_erasure(LONG_AGO, LONG_AGO, NOW)


def test_an_office_without_an_end_has_none_to_name() -> None:
    with pytest.raises(StillInOffice, match="…"):
        check_erasure(datetime.fromisoformat("9999-12-31T00:00:00+08:00"), None, NOW)
