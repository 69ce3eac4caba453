from dataclasses import dataclass

import pytest

from maplebridge_domain.hierarchy import (
    PARENTS,
    DualLeadershipNotHere,
    ParentElsewhere,
    StillRestedOn,
    WrongParent,
    check_dual_leadership,
    check_parent,
    check_rests_nothing,
)
from maplebridge_domain.organisation import OrganisationKind as Kind


@dataclass(frozen=True)
class At:
    kind: Kind
    path: str = "411104001"


@pytest.mark.parametrize("kind", Kind)
def test_an_organisation_answers_to_one_of_the_kinds_that_the_table_names(kind: Kind) -> None:
    for other in Kind:
        if other in PARENTS[kind]:
            check_parent(kind, "411104001/001", At(other))
        else:
            with pytest.raises(WrongParent):
                check_parent(kind, "411104001/001", At(other))


@pytest.mark.parametrize("kind", Kind)
def test_nobody_answers_to_themselves_however_far_up(kind: Kind) -> None:
    above, seen = {*PARENTS[kind]}, set[Kind]()
    while above:
        assert kind not in above
        seen |= above
        above = {parent for one in above for parent in PARENTS[one]} - seen


def test_only_an_enterprises_party_organisation_has_to_name_a_parent() -> None:
    for kind in set(Kind) - {Kind.ENTERPRISE_PARTY_ORG}:
        check_parent(kind, "411104001", None)
    with pytest.raises(WrongParent) as refused:
        check_parent(Kind.ENTERPRISE_PARTY_ORG, "411104001", None)
    assert "物业服务企业党组织的上级组织须为物业服务企业" in refused.value.detail("zh")


def test_a_refusal_says_whom_it_answers_to() -> None:
    with pytest.raises(WrongParent, match="one of kind quarter_party_org or community_party_org"):
        check_parent(Kind.OWNERS_COMMITTEE, "411104001", At(Kind.VOLUNTEER_STATION))
    with pytest.raises(WrongParent, match="has no parent here") as refused:
        check_parent(Kind.PROPERTY_ENTERPRISE, "411104001", At(Kind.PROPERTY_ENTERPRISE))
    assert "请留空" in refused.value.detail("zh")


def test_a_parent_sits_on_the_same_grid_or_above() -> None:
    group, lane = Kind.BUILDING_PARTY_GROUP, "411104001/001/0001/01"
    for path in (lane, "411104001/001/0001"):
        check_parent(group, lane, At(Kind.QUARTER_PARTY_ORG, path))
    for path in ("411104001/001/0001/0", f"{lane}/001", "411104001/002"):
        with pytest.raises(ParentElsewhere):
            check_parent(group, lane, At(Kind.QUARTER_PARTY_ORG, path))


def test_an_enterprises_party_organisation_alone_answers_to_two() -> None:
    check_dual_leadership(Kind.RESIDENT_UNIT, None)
    community = At(Kind.COMMUNITY_PARTY_ORG, "411104001/001")
    check_dual_leadership(Kind.ENTERPRISE_PARTY_ORG, community)
    for kind in set(Kind) - {Kind.ENTERPRISE_PARTY_ORG}:
        with pytest.raises(DualLeadershipNotHere):
            check_dual_leadership(kind, community)
    for other in set(Kind) - {Kind.COMMUNITY_PARTY_ORG}:
        with pytest.raises(DualLeadershipNotHere):
            check_dual_leadership(Kind.ENTERPRISE_PARTY_ORG, At(other))


def test_what_still_rests_on_an_organisation_is_counted() -> None:
    check_rests_nothing(0, 0, 0, 0)
    for rests in ((1, 0, 0, 0), (0, 2, 0, 0), (0, 0, 3, 0), (0, 0, 0, 4)):
        with pytest.raises(StillRestedOn):
            check_rests_nothing(*rests)
    with pytest.raises(
        StillRestedOn, match=r"1 organisations .* 2 service contracts, 3 holders .* 4 grids"
    ):
        check_rests_nothing(1, 2, 3, 4)
