from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge_domain.committee import (
    CommitteeDatesWrong,
    CommitteeKind,
    CommitteeNotInForce,
    CommitteeSizeWrong,
    FormedNotElected,
    HandoverDateWrong,
    NotACommittee,
    NothingToFile,
    OwnersVoteMissing,
    TermTooLong,
    TooFewOwnersInCommittee,
    check_early_end,
    check_filing,
    check_handover,
    check_members,
    check_term,
    check_vote,
    file_by,
    hand_over_by,
    kind_of,
    last_day,
    party_share_aim,
    renew_from,
)
from maplebridge_domain.organisation import OrganisationKind
from maplebridge_domain.owners_vote import TooFewOwnersAgreed, Votes
from maplebridge_domain.period import Period
from maplebridge_domain.worktime import SHANGHAI, calendar

OWNERS, FORMED = CommitteeKind.OWNERS_COMMITTEE, CommitteeKind.PROPERTY_MANAGEMENT_COMMITTEE
TIANQIAO, ZHENGZHOU, HANGZHOU = 411104001, 410102001, 330102001
TODAY = date(2026, 11, 2)
CARRIED = Votes(3, 2, 2, 300, 200, 101)
days = st.dates(date(2010, 1, 1), date(2090, 1, 1))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def term(since: date, until: date | None) -> Period:
    return Period(midnight(since), midnight(until) if until else None)


def test_terms_are_those_of_a_quarters_two_kinds_of_committees() -> None:
    assert kind_of(OrganisationKind.OWNERS_COMMITTEE, in_quarter=True) is OWNERS
    assert kind_of(OrganisationKind.PROPERTY_MANAGEMENT_COMMITTEE, in_quarter=True) is FORMED
    for kind, in_quarter in (
        (OrganisationKind.RESIDENT_UNIT, True),
        (OrganisationKind.OWNERS_COMMITTEE, False),
    ):
        with pytest.raises(NotACommittee):
            kind_of(kind, in_quarter=in_quarter)


def test_owners_elect_their_committee_and_a_stand_in_is_formed() -> None:
    check_vote(OWNERS, TODAY, CARRIED, TODAY, TODAY)
    check_vote(FORMED, None, None, TODAY, TODAY)
    with pytest.raises(FormedNotElected):
        check_vote(FORMED, TODAY, CARRIED, TODAY, TODAY)
    with pytest.raises(OwnersVoteMissing):
        check_vote(OWNERS, None, None, TODAY, TODAY)
    with pytest.raises(TooFewOwnersAgreed):
        check_vote(OWNERS, TODAY, Votes(3, 2, 1, 300, 200, 101), TODAY, TODAY)
    tomorrow = TODAY + timedelta(days=1)
    for begins_on, today in ((TODAY, tomorrow), (tomorrow, TODAY)):
        with pytest.raises(CommitteeDatesWrong) as refused:
            check_vote(OWNERS, tomorrow, CARRIED, begins_on, today)
        assert refused.value.pointer == "/election/voted_on"


@given(members=st.integers(1, 50), street_id=st.integers(110_000_000, 659_999_999))
def test_an_owners_committee_has_five_to_eleven_members_and_henan_sets_no_number(
    members: int, street_id: int
) -> None:
    henan = street_id // 10_000_000 == 41
    if henan or members in (5, 7, 9, 11):
        check_members(OWNERS, members, None, TODAY, street_id)
    else:
        with pytest.raises(CommitteeSizeWrong, match="5 to 11 members, an odd number"):
            check_members(OWNERS, members, None, TODAY, street_id)


@given(members=st.integers(1, 50), owners=st.integers(0, 50))
def test_a_management_committee_is_odd_seven_or_more_and_half_owners(
    members: int, owners: int
) -> None:
    for street_id, most in ((TIANQIAO, 50), (ZHENGZHOU, 11)):
        if members % 2 == 0 or not 7 <= members <= most:
            with pytest.raises(CommitteeSizeWrong):
                check_members(FORMED, members, owners, TODAY, street_id)
        elif 2 * owners < members:
            with pytest.raises(TooFewOwnersInCommittee):
                check_members(FORMED, members, owners, TODAY, street_id)
        else:
            check_members(FORMED, members, owners, TODAY, street_id)


@given(since=days, length=st.integers(1, 4000))
def test_an_owners_committee_sits_for_five_years_at_most(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    first = since if (since.month, since.day) != (2, 29) else since + timedelta(days=1)
    if until <= first.replace(year=first.year + 5):
        check_term(OWNERS, term(since, until), TIANQIAO)
    else:
        with pytest.raises(TermTooLong, match="5 years"):
            check_term(OWNERS, term(since, until), TIANQIAO)


def test_only_a_stand_in_sits_without_an_end() -> None:
    check_term(FORMED, term(TODAY, None), TIANQIAO)
    assert renew_from(FORMED, midnight(TODAY), TIANQIAO) is None
    assert hand_over_by(None) is None
    with pytest.raises(TermTooLong):
        check_term(OWNERS, term(TODAY, None), TIANQIAO)


def test_a_committee_is_filed_after_the_vote_and_not_tomorrow() -> None:
    check_filing(TODAY, TODAY, TODAY)
    check_filing(TODAY - timedelta(days=400), TODAY, TODAY)  # late, and entered as it is
    with pytest.raises(NothingToFile):
        check_filing(None, TODAY, TODAY)
    for voted_on, filed_on in (
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY, TODAY + timedelta(days=1)),
    ):
        with pytest.raises(CommitteeDatesWrong):
            check_filing(voted_on, filed_on, TODAY)


@given(day=days)
def test_deadlines_are_so_many_days_and_end_on_no_day_of_rest(day: date) -> None:
    by, handed = file_by(day), hand_over_by(midnight(day + timedelta(days=1)))
    assert handed is not None
    for last, length in ((by, 30), (handed, 10)):
        assert calendar().is_working_day(last)
        passed = day + timedelta(days=length)
        while passed < last:  # what it was moved over was rest
            assert not calendar().is_working_day(passed)
            passed += timedelta(days=1)
        assert passed == last
    assert last_day(midnight(day)) == day - timedelta(days=1)
    renewal = renew_from(OWNERS, midnight(day + timedelta(days=1)), HANGZHOU)
    assert renewal == day - timedelta(days=90)


def test_days_of_the_calendar() -> None:
    assert file_by(date(2026, 9, 2)) == date(2026, 10, 8)  # 2 October is a holiday
    assert hand_over_by(midnight(date(2026, 6, 30))) == date(2026, 7, 9)


def test_a_term_ends_early_while_it_runs_and_hands_over_not_before_it_began() -> None:
    during = term(date(2026, 1, 1), date(2027, 1, 1))
    check_early_end(during, midnight(TODAY))
    for at in (during.start, midnight(date(2025, 1, 1)), midnight(date(2027, 1, 1))):
        with pytest.raises(CommitteeNotInForce):
            check_early_end(during, at)
    check_handover(during, date(2026, 1, 1), TODAY)
    for day in (date(2025, 12, 31), TODAY + timedelta(days=1)):
        with pytest.raises(HandoverDateWrong):
            check_handover(during, day, TODAY)


def test_the_aim_is_thirty_percent() -> None:
    assert party_share_aim(TODAY, TIANQIAO) == 30
