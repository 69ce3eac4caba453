import pytest

from maplebridge_domain.organisation import (
    OrganisationKind,
    Party,
    PostKind,
    WrongParent,
    WrongPlaceForPost,
    check_parent,
    check_post_place,
)

ON_GRIDS = [PostKind.GRID_MEMBER, PostKind.PARTY_BUILDING_INSTRUCTOR]


def test_each_of_the_six_parties_is_a_kind_of_organisation() -> None:
    assert len(Party) == 6
    assert {party.value for party in Party} < {kind.value for kind in OrganisationKind}


@pytest.mark.parametrize("kind", PostKind)
def test_a_post_has_one_place_and_the_right_one(kind: PostKind) -> None:
    on_grid = kind in ON_GRIDS
    check_post_place(kind, on_grid=on_grid, in_organisation=not on_grid)
    for place in ((True, True), (False, False), (not on_grid, on_grid)):
        with pytest.raises(WrongPlaceForPost):
            check_post_place(kind, on_grid=place[0], in_organisation=place[1])


def test_a_refusal_names_the_place_in_the_readers_language() -> None:
    with pytest.raises(WrongPlaceForPost) as refused:
        check_post_place(PostKind.GRID_MEMBER, on_grid=False, in_organisation=True)
    assert "网格" in refused.value.detail("zh")
    assert "a grid (grid_id)" in refused.value.detail("en")


def test_an_enterprises_party_organisation_hangs_on_its_enterprise() -> None:
    branch = OrganisationKind.ENTERPRISE_PARTY_ORG
    check_parent(branch, OrganisationKind.PROPERTY_ENTERPRISE)
    for parent in (None, *OrganisationKind):
        if parent is not OrganisationKind.PROPERTY_ENTERPRISE:
            with pytest.raises(WrongParent):
                check_parent(branch, parent)


def test_other_organisations_may_have_any_parent_or_none() -> None:
    for kind in OrganisationKind:
        if kind is not OrganisationKind.ENTERPRISE_PARTY_ORG:
            for parent in (None, *OrganisationKind):
                check_parent(kind, parent)
