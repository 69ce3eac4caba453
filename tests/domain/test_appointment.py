from datetime import datetime, timedelta

import pytest

from maplebridge_domain.appointment import (
    AppointmentEnded,
    DeathInTheFuture,
    EndReason,
    GridOfPostClosed,
    NoContractInForce,
    OutlastsItsSource,
    PersonDied,
    check_alive,
    check_cross_appointment_term,
    check_end,
    check_place_is_there,
    check_reason,
)
from maplebridge_domain.period import Period
from maplebridge_domain.worktime import SHANGHAI


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)


def term(since: str = "2026-01-01", until: str | None = None) -> Period:
    return Period(at(since), at(until) if until else None)


def test_a_cross_appointment_may_not_outlast_the_post_it_rests_on() -> None:
    with pytest.raises(OutlastsItsSource, match="2026-01-01 to 2027-06-30"):
        check_cross_appointment_term(term(until="2027-06-30"), during=term(until="2027-12-31"))


def test_a_cross_appointment_without_end_outlasts_a_post_that_ends() -> None:
    with pytest.raises(OutlastsItsSource):
        check_cross_appointment_term(term(until="2027-06-30"), during=term())


def test_a_cross_appointment_does_not_begin_before_its_source() -> None:
    with pytest.raises(OutlastsItsSource, match="2026-01-01 to …"):
        check_cross_appointment_term(term(), during=term(since="2025-12-31"))


def test_a_cross_appointment_may_be_as_long_as_its_source() -> None:
    check_cross_appointment_term(term(until="2027-06-30"), during=term(until="2027-06-30"))
    check_cross_appointment_term(term(), during=term())


def test_one_contract_carries_the_whole_term() -> None:
    during = term(until="2027-01-01")
    halves = [term(until="2026-07-01"), term(since="2026-07-01", until="2027-01-01")]
    for contracts in ([], halves):
        with pytest.raises(NoContractInForce):
            check_cross_appointment_term(term(), during, contracts)
    check_cross_appointment_term(term(), during, [*halves, term(until="2027-01-01")])


def test_steps_that_need_no_contract_are_not_asked_for_one() -> None:
    check_cross_appointment_term(term(), term(until="2027-01-01"), contracts=None)


def test_an_appointment_ends_at_an_instant_within_its_term() -> None:
    during = term(until="2027-01-01")
    check_end(during, at("2026-06-30"))
    check_end(during, during.start + timedelta(microseconds=1))
    for moment in ("2025-12-31", "2026-01-01", "2027-01-01", "2027-01-02"):
        with pytest.raises(AppointmentEnded):
            check_end(during, at(moment))


def test_nobody_is_said_beforehand_to_die_while_other_ends_are_decided_for_later() -> None:
    now, later = at("2026-11-02"), at("2026-11-03")
    check_reason(EndReason.DEATH, now, now)
    check_reason(EndReason.RESIGNATION, later, now)
    with pytest.raises(DeathInTheFuture):
        check_reason(EndReason.DEATH, later, now)


def test_an_office_is_held_until_its_holder_dies_or_its_grid_is_closed() -> None:
    day = at("2027-01-01")
    for rule, problem in ((check_alive, PersonDied), (check_place_is_there, GridOfPostClosed)):
        rule(term(), None)
        rule(term(until="2027-01-01"), day)
        for until in ("2027-01-02", None):
            with pytest.raises(problem, match="2027-01-01"):
                rule(term(until=until), day)
