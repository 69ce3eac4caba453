"""Which posts an organisation or a grid has, and how many places, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .appointment import PostTaken
from .organisation import OrganisationKind, PostKind
from .problem import Kind, Problem

#: Posts that sit on a grid; all others sit in an organisation.
GRID_POSTS = frozenset({PostKind.GRID_MEMBER, PostKind.PARTY_BUILDING_INSTRUCTOR})

_PARTY = (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY, PostKind.MEMBER)
_BOARD = (PostKind.DIRECTOR, PostKind.DEPUTY_DIRECTOR, PostKind.MEMBER)

#: The posts of each kind of organisation. The five steps name the secretaries, directors, deputies, members
#: and supervisors; whom the street's office needs to act here, authority.py. The rest is our own reading.
POSTS: Mapping[OrganisationKind, tuple[PostKind, ...]] = {
    OrganisationKind.STREET_WORKING_COMMITTEE: (
        *_PARTY,
        PostKind.CLERK,
        PostKind.ADMINISTRATOR,
        PostKind.AUDITOR,
    ),
    OrganisationKind.COMMUNITY_PARTY_ORG: (*_PARTY, PostKind.HOST),
    OrganisationKind.QUARTER_PARTY_ORG: (*_PARTY, PostKind.HOST),
    OrganisationKind.BUILDING_PARTY_GROUP: _PARTY,
    OrganisationKind.ENTERPRISE_PARTY_ORG: _PARTY,
    OrganisationKind.OWNERS_COMMITTEE: _BOARD,
    OrganisationKind.PROPERTY_MANAGEMENT_COMMITTEE: _BOARD,
    OrganisationKind.RESIDENT_UNIT: _BOARD,
    OrganisationKind.MANAGEMENT_DEPARTMENT: _BOARD,
    OrganisationKind.VOLUNTEER_STATION: (*_BOARD, PostKind.VOLUNTEER),
    OrganisationKind.VOLUNTEER_POINT: (*_BOARD, PostKind.VOLUNTEER),
    OrganisationKind.PROPERTY_ENTERPRISE: (*_BOARD, PostKind.MANAGER, PostKind.SUPERVISOR),
}

#: How many places a post has at most, where that is fewer than SEATS_MAX. One person leads; the others
#: are our own choice, so that a slip of the pen is noticed.
#: The size of an owners' committee is the place's to set, not this table's.
PLACES_MAX: Mapping[PostKind, int] = {
    PostKind.SECRETARY: 1,
    PostKind.DIRECTOR: 1,
    PostKind.DEPUTY_SECRETARY: 5,
    PostKind.DEPUTY_DIRECTOR: 5,
}
SEATS_MAX = 50
#: Of these an organisation has one post each.
LEADERS = (PostKind.SECRETARY, PostKind.DIRECTOR)


@dataclass(eq=False)
class WrongPlaceForPost(Problem):
    """Grid members and instructors sit on a grid, all other posts in an organisation."""

    kind = Kind.RULE
    zh = "岗位设置处不符：{post_kind}岗位须设在{place}，且只能填写一处。"
    en = "A post of kind {post_kind} belongs to {place_en}, and to that alone."
    pointer = "/kind"

    post_kind: PostKind
    place: str
    place_en: str


@dataclass(eq=False)
class NoSuchPostHere(Problem):
    """Each kind of organisation has certain posts."""

    kind = Kind.RULE
    zh = "该类组织不设此岗位：{holder}可设的岗位为{posts}。"
    en = "There is no such post here: a {holder_en} has {posts_en}."
    pointer = "/kind"

    holder: str
    posts: str
    holder_en: str
    posts_en: str


@dataclass(eq=False)
class TooManyPlaces(Problem):
    """A post has no more places than its kind allows: one person leads."""

    kind = Kind.RULE
    zh = "岗位名额过多，{post_kind}岗位至多{places_max}人，请减少名额。"
    en = "A post of kind {post_kind} has {places_max} places at most; lower their number."
    pointer = "/seats"

    post_kind: PostKind
    places_max: int


@dataclass(eq=False)
class LeaderThereAlready(Problem):
    """An organisation has one post of secretary, and one of director."""

    kind = Kind.CONFLICT
    zh = "该组织已设有书记（或主任）岗位，一个组织只设一个，请使用原岗位。"
    en = "This organisation has its post of secretary or director already; use that one."
    pointer = "/kind"


@dataclass(eq=False)
class PlaceStillHeld(Problem):
    """A post is not made smaller than who holds it: their terms end first."""

    kind = Kind.CONFLICT
    zh = "拟减少的名额中尚有人在任：第{place}个名额任期至{until}，请先结束其任期。"
    en = "Place {place} of this post is held until {until}; end that term first."
    pointer = "/seats"

    place: int
    until: date | str


def check_post_place(kind: PostKind, holder: OrganisationKind | None, *, on_grid: bool) -> None:
    """Refuse a post where its kind does not belong; `holder` is the organisation's kind, if one is named.

    Raises:
        WrongPlaceForPost, NoSuchPostHere.
    """
    if kind in GRID_POSTS:
        if not on_grid or holder is not None:
            raise WrongPlaceForPost(kind, "网格", "a grid (grid_id)")
        return
    if on_grid or holder is None:
        raise WrongPlaceForPost(kind, "组织", "an organisation (organisation_id)")
    if kind not in POSTS[holder]:
        names = POSTS[holder]
        posts = "、".join(name.chinese for name in names)
        raise NoSuchPostHere(holder.chinese, posts, holder, ", ".join(names))


def check_places(kind: PostKind, places: int) -> None:
    """Refuse more places than a kind of post has.

    Raises:
        TooManyPlaces.
    """
    most = PLACES_MAX.get(kind, SEATS_MAX)
    if places > most:
        raise TooManyPlaces(kind, most)


def check_seat(kind: PostKind, places: int, place: int) -> None:
    """Refuse who holds a place, counted from 1, beyond those that a post has, or its kind at most.

    What is entered takes none of those; it may have been entered before there was a limit.

    Raises:
        PostTaken.
    """
    if place > min(places, PLACES_MAX.get(kind, SEATS_MAX)):
        raise PostTaken()
