"""Whose name hangs on the notice board, and whose never does."""

import pytest

from maplebridge_domain.notice_board import is_public_office
from maplebridge_domain.organisation import OrganisationKind as Kind
from maplebridge_domain.organisation import PostKind as Post


@pytest.mark.parametrize(
    ("holder", "post"),
    [
        (None, Post.GRID_MEMBER),
        (Kind.QUARTER_PARTY_ORG, Post.SECRETARY),
        (Kind.OWNERS_COMMITTEE, Post.MEMBER),
        (Kind.PROPERTY_ENTERPRISE, Post.MANAGER),
    ],
)
def test_who_acts_towards_residents_is_named(holder: Kind | None, post: Post) -> None:
    assert is_public_office(holder, post)


def test_that_somebody_is_a_member_of_a_party_organisation_is_told_by_no_board() -> None:
    for holder in Kind:
        if holder.endswith(("party_org", "party_group", "working_committee")):
            assert not is_public_office(holder, Post.MEMBER), holder


def test_volunteers_are_named_nowhere() -> None:
    for post in Post:
        assert not is_public_office(Kind.VOLUNTEER_POINT, post)
        assert not is_public_office(Kind.VOLUNTEER_STATION, post)
    for holder in (None, *Kind):
        assert not is_public_office(holder, Post.VOLUNTEER)
