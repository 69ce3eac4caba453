from datetime import date

import pytest

from maplebridge_domain.coverage import DaysOutOfRange, GridSize, grid_size, weeks


def test_a_grid_has_as_many_households_as_the_standard_says_on_that_day() -> None:
    assert grid_size(date(2026, 11, 2), 411104001) == GridSize(300, 500)
    assert grid_size(date(2010, 1, 1), 411104001) == GridSize(300, 500)  # the first that is known


def test_every_week_owes_a_meeting_by_its_last_working_day() -> None:
    # National Day of 2026: off from Thursday 1 October to Wednesday 7; Saturday 10 October is worked.
    due = {
        week.monday: week.due.isoformat() for week in weeks(date(2026, 9, 28), date(2026, 10, 19))
    }
    assert due == {
        date(2026, 9, 28): "2026-10-01T00:00:00+08:00",
        date(2026, 10, 5): "2026-10-11T00:00:00+08:00",
        date(2026, 10, 12): "2026-10-17T00:00:00+08:00",
    }
    [week] = weeks(date(2026, 10, 16), date(2026, 10, 17))
    assert (week.begins.isoformat(), week.ends.isoformat()) == (
        "2026-10-12T00:00:00+08:00",
        "2026-10-19T00:00:00+08:00",
    )
    # A week is of the period in which its meeting is due.
    assert weeks(date(2026, 10, 12), date(2026, 10, 16)) == []


def test_a_week_of_rest_owes_none() -> None:
    # Spring Festival of 2026: off from Sunday 15 to Monday 23 February; Saturday 14 and 28 are worked.
    found = [week.monday for week in weeks(date(2026, 2, 9), date(2026, 3, 2))]
    assert found == [date(2026, 2, 9), date(2026, 2, 23)]


@pytest.mark.parametrize("until", [date(2026, 1, 1), date(2025, 12, 31), date(2027, 1, 3)])
def test_weeks_are_counted_for_a_day_to_a_year(until: date) -> None:
    with pytest.raises(DaysOutOfRange, match="at most 366"):
        weeks(date(2026, 1, 1), until)
    assert len(weeks(date(2026, 1, 1), date(2027, 1, 1))) == 52
