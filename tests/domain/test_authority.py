"""The table of roles and rights: what each appointment gives, and above all what it does not."""

from itertools import product

from maplebridge_domain.authority import AUTHORITY, SYSTEMS, Reach, Right, Role, role_of
from maplebridge_domain.organisation import OrganisationKind as Kind
from maplebridge_domain.organisation import PostKind as Post

#: What only an installation's own systems do: no office gives it.
FOR_SYSTEMS = {Right.STREETS_WRITE, Right.RUNS_COMPUTE, Right.CLOCK_MOVE, Right.ACT_AS}


def test_every_role_has_its_row() -> None:
    assert set(AUTHORITY) == set(Role)


def test_every_post_gives_exactly_one_role_and_every_role_of_an_office_comes_from_a_post() -> None:
    given = {role_of(holder, post) for holder, post in product([None, *Kind], Post)}
    assert given == set(Role) - set(SYSTEMS) - {Role.RESIDENT}


def test_whoever_holds_no_post_reads_what_hangs_on_the_notice_board_and_their_own_cases() -> None:
    assert AUTHORITY[Role.RESIDENT] == {
        Right.READ: Reach.STREET,
        Right.DISPUTES_REPORT: Reach.STREET,
        Right.DISPUTES_READ: Reach.OWN,
    }


def test_every_office_gives_what_a_resident_has() -> None:
    for role in set(Role) - set(SYSTEMS):
        assert AUTHORITY[Role.RESIDENT].keys() <= AUTHORITY[role].keys(), role


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


def test_a_grid_member_handles_cases_in_their_place_but_reads_no_peoples_data() -> None:
    rights = AUTHORITY[role_of(None, Post.GRID_MEMBER)]
    assert rights[Right.DISPUTES_HANDLE] == Reach.PLACE
    assert Right.PEOPLE_READ not in rights
