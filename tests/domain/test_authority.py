"""The table of roles and rights: what each appointment gives, and above all what it does not."""

from itertools import product

import pytest

from maplebridge_domain.authority import (
    AUTHORITY,
    FILLS,
    SYSTEMS,
    Reach,
    Right,
    Role,
    may_fill,
    role_of,
)
from maplebridge_domain.organisation import OrganisationKind as Kind
from maplebridge_domain.organisation import PostKind as Post

#: What only an installation's own systems do: no office gives it.
FOR_SYSTEMS = {Right.STREETS_WRITE, Right.RUNS_COMPUTE, Right.CLOCK_MOVE, Right.ACT_AS}


def test_every_role_has_its_row() -> None:
    assert set(AUTHORITY) == set(Role)


def test_every_post_gives_exactly_one_role_and_every_role_of_an_office_comes_from_a_post() -> None:
    given = {role_of(holder, post) for holder, post in product([None, *Kind], Post)}
    assert given == set(Role) - set(SYSTEMS) - {Role.RESIDENT}


def test_whoever_holds_no_post_reads_what_hangs_on_the_notice_board_and_what_is_theirs() -> None:
    """Their own cases, and what is on record about offices that they held."""
    assert AUTHORITY[Role.RESIDENT] == {
        Right.READ: Reach.STREET,
        Right.DISPUTES_REPORT: Reach.STREET,
        Right.DISPUTES_READ: Reach.OWN,
        Right.RECORDS_READ: Reach.OWN,
    }


def test_records_are_read_by_the_streets_office_and_by_whom_they_are_about() -> None:
    reach = {role: AUTHORITY[role][Right.RECORDS_READ] for role in OFFICES | {Role.RESIDENT}}
    assert {role for role, of in reach.items() if of == Reach.STREET} == STREETS_OFFICE
    assert {*reach.values()} == {Reach.STREET, Reach.OWN}


def test_every_office_gives_what_a_resident_has() -> None:
    for role in set(Role) - set(SYSTEMS):
        assert AUTHORITY[Role.RESIDENT].keys() <= AUTHORITY[role].keys(), role


def test_people_are_read_by_the_office_and_by_who_appoints() -> None:
    reading = {role for role in OFFICES if Right.PEOPLE_READ in AUTHORITY[role]}
    assert reading == STREETS_OFFICE | {Role.COMMUNITY_SECRETARY}


def test_people_are_searched_by_who_enters_or_appoints_them() -> None:
    """What a mask hides is found out by searching: no resident, no enterprise, nobody who only reads."""
    searching = {role for role in Role if Right.PEOPLE_SEARCH in AUTHORITY[role]}
    assert searching == {
        *(Role.STREET_SECRETARY, Role.STREET_ADMINISTRATOR, Role.STREET_CLERK),
        *(Role.COMMUNITY_SECRETARY, Role.OPERATOR),
    }


def test_ledgers_are_read_where_one_works() -> None:
    """Households, attendance, tasks: not by whoever logs in."""
    reach = {role: AUTHORITY[role].get(Right.LEDGERS_READ) for role in OFFICES | {Role.RESIDENT}}
    assert reach[Role.RESIDENT] is None
    assert {role for role, of in reach.items() if of == Reach.STREET} == STREETS_OFFICE
    assert {role for role, of in reach.items() if of == Reach.PLACE} == {
        Role.COMMUNITY_SECRETARY,
        Role.QUARTER_SECRETARY,
        Role.BUILDING_SECRETARY,
        Role.PARTY_BUILDING_INSTRUCTOR,
        Role.GRID_MEMBER,
        Role.MEETING_HOST,
    }


def test_the_secretary_of_the_street_alone_confirms() -> None:
    confirming = [role for role in Role if Right.RESULTS_CONFIRM in AUTHORITY[role]]
    assert confirming == [Role.STREET_SECRETARY, Role.OPERATOR]


def test_no_office_gives_a_right_of_systems() -> None:
    for role in set(Role) - set(SYSTEMS):
        assert FOR_SYSTEMS.isdisjoint(AUTHORITY[role]), role


def test_outside_the_streets_office_no_right_over_cases_or_ballots_reaches_the_whole_street() -> (
    None
):
    office = {Role.STREET_SECRETARY, Role.STREET_ADMINISTRATOR, Role.STREET_CLERK, Role.AUDITOR}
    for role in set(Role) - set(SYSTEMS) - office:
        for right in (Right.DISPUTES_READ, Right.DISPUTES_HANDLE, Right.BALLOTS_READ):
            assert AUTHORITY[role].get(right) != Reach.STREET, (role, right)


def test_who_audits_changes_nothing() -> None:
    changing = {right for right in Right if not right.endswith("read")} - {Right.READ}
    assert changing & AUTHORITY[Role.AUDITOR].keys() == {Right.DISPUTES_REPORT}


def test_a_department_sees_statements_and_nothing_else() -> None:
    assert set(AUTHORITY[Role.MANAGEMENT_DEPARTMENT]) == {Right.STATEMENTS_READ}
    assert set(AUTHORITY[Role.EVALUATOR]) == {Right.RUNS_COMPUTE}


def test_secretaries_at_each_level_handle_cases_in_their_place() -> None:
    for holder in (Kind.COMMUNITY_PARTY_ORG, Kind.QUARTER_PARTY_ORG, Kind.BUILDING_PARTY_GROUP):
        rights = AUTHORITY[role_of(holder, Post.SECRETARY)]
        assert rights[Right.DISPUTES_HANDLE] == Reach.PLACE, holder


def test_a_grid_member_handles_cases_in_their_place_but_reads_no_peoples_data() -> None:
    rights = AUTHORITY[role_of(None, Post.GRID_MEMBER)]
    assert rights[Right.DISPUTES_HANDLE] == Reach.PLACE
    assert Right.PEOPLE_READ not in rights


OFFICES = set(Role) - set(SYSTEMS) - {Role.RESIDENT}
STREETS_OFFICE = {
    Role.STREET_SECRETARY,
    Role.STREET_ADMINISTRATOR,
    Role.STREET_CLERK,
    Role.AUDITOR,
}
#: What each role may not fill; all others fill nothing.
NOT_FILLED = {
    Role.STREET_SECRETARY: set[Role](),
    Role.STREET_ADMINISTRATOR: {Role.STREET_SECRETARY, Role.AUDITOR},
    Role.STREET_CLERK: STREETS_OFFICE,
    Role.COMMUNITY_SECRETARY: STREETS_OFFICE | {Role.COMMUNITY_SECRETARY},
}


@pytest.mark.parametrize("by", sorted(OFFICES | {Role.RESIDENT}))
def test_who_fills_which_office_over_all_pairs(by: Role) -> None:
    filled = {role for role in OFFICES if may_fill(by, AUTHORITY[by], role)}
    assert filled == OFFICES - NOT_FILLED.get(by, OFFICES)


def test_who_fills_an_office_has_its_rights_or_it_lies_below_the_streets_office() -> None:
    """The secretary, who leads the office, is the one exception."""
    for by, filled in FILLS.items():
        for role in filled & STREETS_OFFICE:
            covers = AUTHORITY[role].keys() <= AUTHORITY[by].keys()
            assert covers or by == Role.STREET_SECRETARY, (by, role)


def test_whoever_fills_offices_has_the_right_to_appoint() -> None:
    assert set(FILLS) == {r for r in OFFICES if Right.APPOINTMENTS_WRITE in AUTHORITY[r]}


def test_a_system_fills_the_streets_office_only_with_all_that_it_gives() -> None:
    clerk = AUTHORITY[Role.STREET_CLERK]
    assert {r for r in OFFICES if may_fill(None, clerk, r)} == (
        OFFICES - STREETS_OFFICE | {Role.STREET_CLERK}
    )
    assert {r for r in OFFICES if may_fill(None, AUTHORITY[Role.OPERATOR], r)} == OFFICES
    assert {r for r in OFFICES if may_fill(None, {}, r)} == OFFICES - STREETS_OFFICE
