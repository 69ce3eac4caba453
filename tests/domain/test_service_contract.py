from datetime import date, timedelta

import pytest

from maplebridge_domain.dated import Entry, in_force, zones
from maplebridge_domain.service_contract import (
    ContractDatesWrong,
    NoticeKind,
    check_contract_dates,
    endings_near,
    file_by,
    notices,
)

TIANQIAO, BEIJING = 411104001, 110101001
TODAY = date(2026, 11, 2)


def test_a_contract_is_filed_within_fifteen_days_of_its_signature_or_of_its_beginning() -> None:
    assert file_by(date(2026, 9, 1), date(2026, 10, 1)) == date(2026, 9, 16)
    assert file_by(None, date(2026, 9, 1)) == date(2026, 9, 16)
    # The fifteenth day, 1 October, is a holiday; the first working day after it is the 8th.
    assert file_by(date(2026, 9, 16), date(2026, 10, 1)) == date(2026, 10, 8)


def test_a_contract_is_signed_then_filed_and_neither_tomorrow() -> None:
    check_contract_dates(None, None, TODAY)
    check_contract_dates(TODAY, TODAY, TODAY)
    check_contract_dates(date(2020, 1, 1), date(2026, 1, 1), TODAY)
    tomorrow = TODAY + timedelta(days=1)
    for signed_on, filed_on in ((TODAY, date(2026, 1, 1)), (tomorrow, None), (None, tomorrow)):
        with pytest.raises(ContractDatesWrong):
            check_contract_dates(signed_on, filed_on, TODAY)


def by(street_id: int, last_day: date) -> dict[str, date]:
    return {notice.kind: notice.by for notice in notices(street_id, last_day)}


def test_notice_is_given_so_many_days_before_the_last_day() -> None:
    # 2026-10-31: sixty days before is Tuesday 1 September, ninety Sunday 2 August, so Friday 31 July.
    assert by(BEIJING, date(2026, 10, 31)) == {
        NoticeKind.OWNERS_DISMISS: date(2026, 9, 1),
        NoticeKind.ENTERPRISE_NOT_RENEW: date(2026, 7, 31),
    }


def test_where_the_place_asks_for_more_the_earlier_day_counts() -> None:
    # Three months before Thursday 31 December is 30 September, ninety days 2 October, a holiday.
    assert by(TIANQIAO, date(2026, 12, 31))["enterprise_not_renew"] == date(2026, 9, 30)
    # Three months before 30 June is 30 March; ninety days is 1 April.
    assert by(TIANQIAO, date(2026, 6, 30))["enterprise_not_renew"] == date(2026, 3, 30)
    assert by(BEIJING, date(2026, 6, 30))["enterprise_not_renew"] == date(2026, 4, 1)
    # Three months before 31 May is the end of February, which ninety days are not: 2 March.
    assert by(TIANQIAO, date(2026, 5, 31))["enterprise_not_renew"] == date(2026, 2, 28)


def test_a_day_of_a_year_whose_days_off_are_not_published_is_provisional() -> None:
    assert [n.provisional for n in notices(BEIJING, date(2026, 12, 31))] == [False, False]
    assert [n.provisional for n in notices(BEIJING, date(2028, 12, 31))] == [True, True]


def test_contracts_near_a_notice_are_those_whose_day_falls_in_the_time_asked_for() -> None:
    found = list(endings_near(TODAY, 30, TIANQIAO, TIANQIAO))
    days = {ending.last_day for ending in found}
    assert {(ending.lo, ending.hi) for ending in found} == {(410000000, 419999999)}
    # 60 days after 2 November until 90 days and more after 2 December.
    assert date(2027, 1, 1) in days
    assert date(2026, 12, 31) not in days
    assert date(2027, 3, 2) in days
    assert date(2027, 3, 20) not in days
    for ending in found:
        assert any(TODAY <= n.by <= date(2026, 12, 2) for n in ending.notices)


def test_a_range_of_streets_is_parted_where_the_rules_change() -> None:
    parts = {(e.lo, e.hi) for e in endings_near(TODAY, 1, 0, 999_999_999)}
    assert parts == {(0, 409999999), (410000000, 419999999), (420000000, 999999999)}
    assert [*zones("contract_notices")] == [
        range(410000000), range(410000000, 420000000), range(420000000, 10**9)
    ]  # fmt: skip


def test_what_is_in_force_is_the_latest_of_each_place_around_a_street() -> None:
    first: Entry = {"from": date(2020, 1, 1)}
    later: Entry = {"from": date(2025, 1, 1)}
    local: Entry = {"from": date(2021, 1, 1), "place": "41"}
    dated = [first, local, later]
    assert in_force(dated, TODAY, TIANQIAO) == [later, local]
    assert in_force(dated, date(2024, 1, 1), BEIJING) == [first]
    assert in_force(dated, date(2019, 1, 1), TIANQIAO) == [first, local]
