"""A post is held while its place is there; who sits in a committee sits there while it does."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

from maplebridge_domain.appointment import check_place_is_there
from maplebridge_domain.committee import CommitteeKind, check_sits
from maplebridge_domain.period import Period

from ..organisations.service import Post
from ..platform.database import Transaction
from . import rule_queries


async def seating(tx: Transaction, posts: Iterable[Post]) -> Callable[[Post, Period], None]:
    """Read when there is a seat in some posts; return what refuses to hold one at another time.

    The posts are locked (`POST_TO_FILL`), and a committee that ends locks them as well.

    Raises:
        GridOfPostClosed, CommitteeNotSitting.
    """
    ids = {post.organisation_id for post in posts if post.place.holder in {*CommitteeKind}}
    terms: defaultdict[UUID | None, list[Period]] = defaultdict(list)
    if ids:
        for id_, during in await tx.all(
            rule_queries.SITTINGS, organisation_ids=sorted(filter(None, ids))
        ):
            terms[id_].append(during)

    def must_be_there(post: Post, during: Period) -> None:
        check_place_is_there(during, post.closed_at)
        check_sits(during, terms[post.organisation_id])

    return must_be_there
