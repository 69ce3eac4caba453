from maplebridge_domain.authority import RIGHTS, Right, rights_of
from maplebridge_domain.organisation import OrganisationKind as Kind
from maplebridge_domain.organisation import PostKind as Post

#: What only systems do, or an operator: no office gives it.
FOR_SYSTEMS = {
    Right.STREETS_WRITE,
    Right.GRID_WRITE,
    Right.ORGANISATIONS_WRITE,
    Right.PEOPLE_WRITE,
    Right.RECORDS_WRITE,
    Right.RUBRICS_WRITE,
    Right.RUNS_COMPUTE,
    Right.CLOCK_MOVE,
    Right.ACT_AS,
}


def test_every_delegate_reads_reports_and_casts() -> None:
    assert rights_of(Kind.RESIDENT_UNIT, Post.DIRECTOR) == {
        Right.READ,
        Right.DISPUTES_REPORT,
        Right.BALLOTS_CAST,
    }


def test_the_streets_working_committee_alone_confirms() -> None:
    confirming = [office for office, rights in RIGHTS.items() if Right.RESULTS_CONFIRM in rights]
    assert confirming == [(Kind.STREET_WORKING_COMMITTEE, Post.SECRETARY)]


def test_no_office_gives_a_right_of_systems() -> None:
    for rights in RIGHTS.values():
        assert rights.isdisjoint(FOR_SYSTEMS)


def test_a_grid_member_handles_disputes_but_reads_no_peoples_data() -> None:
    rights = rights_of(None, Post.GRID_MEMBER)
    assert Right.DISPUTES_HANDLE in rights
    assert Right.PEOPLE_READ not in rights
