from datetime import date, datetime

from maplebridge_domain.worktime import SHANGHAI, Deadline, calendar, deadline


def test_years_have_as_many_working_days_as_the_notices_say() -> None:
    days = calendar()
    for year, expected in ((2024, 251), (2025, 248), (2026, 248)):
        worked = [
            day
            for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
            if days.is_working_day(day := date.fromordinal(ordinal))
        ]
        assert len(worked) == expected, year


def test_a_year_without_a_notice_is_provisional() -> None:
    published_until = calendar().published_until
    assert published_until == datetime(2027, 1, 1, tzinfo=SHANGHAI)
    # Ends with the last day of 2026, which is published; a day later in 2027, which is not.
    assert (
        Deadline(1, "working").until(datetime(2026, 12, 30, 9, tzinfo=SHANGHAI)) == published_until
    )
    assert (
        Deadline(1, "working").until(datetime(2026, 12, 31, 9, tzinfo=SHANGHAI)) > published_until
    )


def test_the_first_day_is_not_counted_and_a_last_day_on_a_rest_day_moves_on() -> None:
    # 2026-10-01 to 07 are days off; the 10th, a Saturday, is worked.
    assert Deadline(1, "calendar").last_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert Deadline(3, "working").last_day(date(2026, 9, 30)) == date(2026, 10, 10)


def test_a_deadline_passes_with_the_end_of_its_last_day() -> None:
    begun = datetime(2026, 11, 2, 23, 59, tzinfo=SHANGHAI)
    assert Deadline(5, "working").until(begun) == datetime(2026, 11, 10, tzinfo=SHANGHAI)


def test_a_deadline_is_the_one_in_force_on_the_day() -> None:
    assert deadline("dispute_settled", date(2000, 1, 1)) == Deadline(30, "calendar")
    assert deadline("notice_of_results", date(2026, 11, 1)) == Deadline(5, "working")
