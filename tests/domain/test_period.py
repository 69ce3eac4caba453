from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge_domain.period import EmptyPeriod, Period

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PERIODS = st.builds(
    lambda first, length: Period(START + first * DAY, length and START + (first + length) * DAY),
    st.integers(0, 20),
    st.none() | st.integers(1, 20),
)


def test_a_period_ends_after_it_begins() -> None:
    for until in (START, START - DAY):
        with pytest.raises(EmptyPeriod):
            Period(START, until)


def test_its_first_instant_belongs_to_a_period_and_its_end_does_not() -> None:
    period = Period(START, START + DAY)
    assert START in period
    assert START + DAY not in period
    assert START - timedelta(microseconds=1) not in period


def test_a_period_without_end_holds_every_later_instant_but_fits_in_no_period_that_ends() -> None:
    running = Period(START)
    assert START + 10_000 * DAY in running
    assert running not in Period(START, START + 10_000 * DAY)
    assert Period(START, START + DAY) in running


@given(PERIODS, PERIODS)
def test_a_period_lies_in_another_if_no_instant_of_it_lies_outside(
    outer: Period, inner: Period
) -> None:
    instants = [START + n * DAY for n in range(60)]
    inside = all(instant in outer for instant in instants if instant in inner)
    # A period without end has instants beyond any that we look at.
    endless = inner.until is None and outer.until is not None
    assert (inner in outer) == (inside and not endless)
