import pytest

from maplebridge.sample.organisations import POSTS as SAMPLE
from maplebridge_domain.appointment import PostTaken
from maplebridge_domain.authority import Role, role_of
from maplebridge_domain.cross_appointment import STEPS
from maplebridge_domain.notice_board import is_public_office
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.posts import (
    GRID_POSTS,
    POSTS,
    SEATS_MAX,
    NoSuchPostHere,
    TooManyPlaces,
    WrongPlaceForPost,
    check_places,
    check_post_place,
    check_seat,
)

LIBRARY = OrganisationKind.RESIDENT_UNIT


@pytest.mark.parametrize("kind", PostKind)
def test_a_post_has_one_place_and_the_right_one(kind: PostKind) -> None:
    on_grid = kind in GRID_POSTS
    at_home = next((holder for holder, posts in POSTS.items() if kind in posts), None)
    check_post_place(kind, at_home, on_grid=on_grid)
    for holder, there in (
        (LIBRARY, True),
        (None, False),
        (LIBRARY if on_grid else None, not on_grid),
    ):
        with pytest.raises(WrongPlaceForPost):
            check_post_place(kind, holder, on_grid=there)


def test_a_refusal_names_the_place_in_the_readers_language() -> None:
    with pytest.raises(WrongPlaceForPost) as refused:
        check_post_place(PostKind.GRID_MEMBER, LIBRARY, on_grid=False)
    assert "网格" in refused.value.detail("zh")
    assert "a grid (grid_id)" in refused.value.detail("en")


def test_an_organisation_has_the_posts_of_its_kind_and_no_others() -> None:
    for holder in OrganisationKind:
        for kind in set(PostKind) - GRID_POSTS:
            if kind in POSTS[holder]:
                check_post_place(kind, holder, on_grid=False)
            else:
                with pytest.raises(NoSuchPostHere):
                    check_post_place(kind, holder, on_grid=False)
    with pytest.raises(NoSuchPostHere, match="director, deputy_director, member") as refused:
        check_post_place(PostKind.SECRETARY, LIBRARY, on_grid=False)
    assert "共驻共建单位" in refused.value.detail("zh")


def test_every_post_that_gives_a_role_hangs_on_the_board_or_is_named_by_a_step_may_be_set_up() -> (
    None
):
    for holder in OrganisationKind:
        for kind in set(PostKind) - GRID_POSTS - set(POSTS[holder]):
            assert role_of(holder, kind) == Role.DELEGATE, (holder, kind)
            assert not is_public_office(holder, kind), (holder, kind)
    for step in STEPS.values():
        for place, posts in (
            (step.source_holder, step.source_posts),
            (step.in_holder, step.becomes),
        ):
            assert posts <= ({*POSTS[place]} if place else GRID_POSTS)
    for holder, offices in SAMPLE.items():
        for kind, _, places in offices:
            check_post_place(kind, holder, on_grid=False)
            check_places(kind, places)


def test_one_person_leads() -> None:
    for kind in PostKind:
        check_places(kind, 1)
    check_places(PostKind.MEMBER, SEATS_MAX)
    for kind in (PostKind.SECRETARY, PostKind.DIRECTOR):
        with pytest.raises(TooManyPlaces, match="1 places"):
            check_places(kind, 2)


def test_nobody_holds_a_place_that_a_post_has_not_or_its_kind_may_not_have() -> None:
    check_seat(PostKind.MEMBER, 5, 5)
    for kind, places, place in ((PostKind.MEMBER, 5, 6), (PostKind.SECRETARY, 2, 2)):
        with pytest.raises(PostTaken):
            check_seat(kind, places, place)
