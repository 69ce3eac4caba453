from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest

from maplebridge_domain.cross_appointment import (
    STEPS,
    Contract,
    DeclaredInTheFuture,
    ElectionDatesWrong,
    ElectionMissing,
    InItsPay,
    InterestNotExcluded,
    NotAPartyMember,
    Place,
    VotesMissing,
    WrongPlaceForStep,
    WrongSourcePost,
    WrongTargetPost,
    check_cross_appointment_evidence,
    check_cross_appointment_posts,
    check_no_interest,
    community,
    quarter,
)
from maplebridge_domain.evidence import EvidenceMissing
from maplebridge_domain.grid import GridLevel
from maplebridge_domain.organisation import OrganisationKind as Kind
from maplebridge_domain.organisation import PostKind as Post
from maplebridge_domain.owners_vote import Election, Votes
from maplebridge_domain.period import Period
from maplebridge_domain.spreadsheet import refusal_of
from maplebridge_domain.worktime import SHANGHAI

BINHE, TIEGONG, HUAYUAN, JIAYUAN = "4/001", "4/002", "4/001/0001", "4/001/0002"
SERVES_HUAYUAN = Contract("chenguang", HUAYUAN)

grid_member = Place(Post.GRID_MEMBER, None, GridLevel.UNIT, f"{HUAYUAN}/012")
instructor = Place(Post.PARTY_BUILDING_INSTRUCTOR, None, GridLevel.QUARTER, JIAYUAN)
secretary = Place(Post.SECRETARY, Kind.QUARTER_PARTY_ORG, GridLevel.QUARTER, HUAYUAN)
director = Place(Post.DIRECTOR, Kind.OWNERS_COMMITTEE, GridLevel.QUARTER, HUAYUAN)
owner = replace(director, post_kind=Post.MEMBER)
branch = Place(Post.MEMBER, Kind.ENTERPRISE_PARTY_ORG, GridLevel.STREET, "4", "chenguang")
branch_secretary = replace(branch, post_kind=Post.SECRETARY)
member = Place(Post.MEMBER, Kind.COMMUNITY_PARTY_ORG, GridLevel.COMMUNITY, BINHE)
supervisor = Place(Post.SUPERVISOR, Kind.PROPERTY_ENTERPRISE, GridLevel.STREET, "4", "chenguang")

FITTING = {
    1: (grid_member, instructor),
    2: (secretary, director),
    3: (secretary, branch),
    4: (branch_secretary, member),
    5: (owner, supervisor),
}


def check(step: int, source: Place, target: Place, *contracts: Contract) -> None:
    check_cross_appointment_posts(STEPS[step], source, target, list(contracts))


@pytest.mark.parametrize("step", STEPS)
def test_each_step_joins_the_two_posts_that_the_method_names(step: int) -> None:
    source, target = FITTING[step]
    check(step, source, target, SERVES_HUAYUAN)
    for other in STEPS:
        wrong_source, wrong_target = FITTING[other]
        if (wrong_source.post_kind, wrong_source.holder) != (source.post_kind, source.holder):
            with pytest.raises(WrongSourcePost, match=f"Step {step}"):
                check(step, wrong_source, target, SERVES_HUAYUAN)
        if other != step:
            with pytest.raises(WrongTargetPost, match=f"Step {step}"):
                check(step, source, wrong_target, SERVES_HUAYUAN)


def test_an_instructor_is_sent_to_a_quarter_of_the_same_community() -> None:
    with pytest.raises(WrongPlaceForStep):
        check(1, grid_member, replace(instructor, path=f"{TIEGONG}/0001"))
    with pytest.raises(WrongPlaceForStep):
        check(1, grid_member, replace(instructor, grid_level=GridLevel.UNIT, path=f"{HUAYUAN}/1"))


def test_a_secretary_directs_the_committee_of_the_same_quarter_only() -> None:
    check(2, secretary, replace(director, post_kind=Post.DEPUTY_DIRECTOR))
    with pytest.raises(WrongPlaceForStep):
        check(2, secretary, replace(director, path=JIAYUAN))


@pytest.mark.parametrize("step", [3, 4, 5])
@pytest.mark.parametrize(
    "contracts",
    [(), (Contract("wanjia", HUAYUAN),), (Contract("chenguang", f"{TIEGONG}/0001"),)],
)
def test_an_enterprise_that_does_not_serve_there_is_not_joined(
    step: int, contracts: tuple[Contract, ...]
) -> None:
    with pytest.raises(WrongPlaceForStep):
        check(step, *FITTING[step], *contracts)


def test_an_enterprises_secretary_joins_any_community_with_a_quarter_that_it_serves() -> None:
    check(4, branch_secretary, member, Contract("chenguang", JIAYUAN))


def test_quarters_whose_numbers_begin_alike_are_not_one() -> None:
    longer = Contract("chenguang", f"{HUAYUAN}1")
    for step in (3, 5):
        with pytest.raises(WrongPlaceForStep):
            check(step, *FITTING[step], longer)
    assert (community(HUAYUAN), quarter(f"{HUAYUAN}/01/001")) == (BINHE, HUAYUAN)


VOTES = Votes(300, 240, 200, 300, 240, 200)
ELECTION = Election(date(2025, 12, 1), "备〔2025〕1号", date(2025, 12, 20), VOTES)
EVIDENCE: dict[str, Any] = {
    "party_member": True,
    "election": ELECTION,
    "no_interest_declared_on": date(2025, 12, 15),
    "files": [date(2025, 12, 15)],
    "begins_on": date(2026, 1, 1),
    "today": date(2026, 1, 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_content_with_all_evidence(step: int) -> None:
    check_cross_appointment_evidence(STEPS[step], **EVIDENCE)


@pytest.mark.parametrize(
    ("missing", "step", "refusal"),
    [
        ({"party_member": False}, 1, NotAPartyMember),
        ({"election": None}, 2, ElectionMissing),
        ({"election": replace(ELECTION, votes=None)}, 2, VotesMissing),
        ({"election": replace(ELECTION, filed_on=date(2025, 12, 30))}, 2, ElectionDatesWrong),
        ({"no_interest_declared_on": None}, 5, InterestNotExcluded),
        ({"no_interest_declared_on": date(2025, 12, 30)}, 5, DeclaredInTheFuture),
    ],
)
def test_each_step_asks_for_its_own_evidence_and_for_no_more(
    missing: dict[str, object], step: int, refusal: type[Exception]
) -> None:
    evidence = EVIDENCE | {"today": date(2025, 12, 29)}
    for other in STEPS:
        if other == step:
            with pytest.raises(refusal):
                check_cross_appointment_evidence(STEPS[other], **evidence | missing)
        else:
            check_cross_appointment_evidence(STEPS[other], **evidence | missing)


def test_a_choice_a_filing_and_a_declaration_are_on_file() -> None:
    for step, asked in STEPS.items():
        refused = refusal_of(
            partial(check_cross_appointment_evidence, asked, **EVIDENCE | {"files": []})
        )
        assert isinstance(refused, EvidenceMissing) == (step in (1, 2, 5))


@pytest.mark.parametrize(
    ("voted_on", "filed_on", "fits"),
    [
        ("2025-12-01", "2025-12-01", True),
        ("2026-01-01", "2026-01-01", True),
        ("2025-12-02", "2025-12-01", False),
        ("2025-12-01", "2026-01-02", False),
    ],
)
def test_a_committee_is_voted_then_filed_then_begins(
    voted_on: str, filed_on: str, fits: bool
) -> None:
    election = Election(date.fromisoformat(voted_on), "1号", date.fromisoformat(filed_on), VOTES)
    evidence = EVIDENCE | {"election": election}
    if fits:
        check_cross_appointment_evidence(STEPS[2], **evidence)
    else:
        with pytest.raises(ElectionDatesWrong):
            check_cross_appointment_evidence(STEPS[2], **evidence)


YEAR = Period(datetime(2026, 1, 1, tzinfo=SHANGHAI), datetime(2027, 1, 1, tzinfo=SHANGHAI))
BEFORE = Period(datetime(2025, 1, 1, tzinfo=SHANGHAI), YEAR.start)


@pytest.mark.parametrize(
    ("holder", "enterprise", "held", "refused"),
    [
        (Kind.PROPERTY_ENTERPRISE, "chenguang", YEAR, True),
        (Kind.ENTERPRISE_PARTY_ORG, "chenguang", YEAR, True),
        (Kind.PROPERTY_ENTERPRISE, "another", YEAR, False),
        (Kind.OWNERS_COMMITTEE, None, YEAR, False),
        (Kind.PROPERTY_ENTERPRISE, "chenguang", BEFORE, False),
    ],
)
def test_who_has_a_post_in_an_enterprise_does_not_supervise_it(
    holder: Kind, enterprise: str | None, held: Period, refused: bool
) -> None:
    place = Place(Post.MEMBER, holder, GridLevel.STREET, "4", enterprise)
    for step in STEPS.values():
        if refused and step.needs_no_interest:
            with pytest.raises(InItsPay):
                check_no_interest(step, supervisor, YEAR, [(place, held)])
        else:
            check_no_interest(step, supervisor, YEAR, [(place, held)])
