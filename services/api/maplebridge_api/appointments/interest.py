"""Who supervises an enterprise for the owners holds no post of its own there, whichever came first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from maplebridge_domain.cross_appointment import Held, check_not_its_supervisor
from maplebridge_domain.period import Period

from ..organisations.service import POST, Post
from ..people.service import PERSON_IN_TURN
from ..platform.database import Statement, Transaction
from .queries import Appointment
from .rule_queries import HELD_WITHOUT_INTEREST


async def held_beside(
    tx: Transaction, persons: Iterable[UUID], what: Statement[Appointment], *, in_turn: bool = True
) -> Mapping[UUID, list[Held]]:
    """Read what persons hold of some kind, and where, by their ids.

    `in_turn` locks the persons before: who is about to give one of them a post that this one excludes, or
    that excludes this one, comes before and is seen, or after and sees.
    """
    ids = sorted({*persons})
    if ids and in_turn:
        await tx.all(PERSON_IN_TURN, ids=ids)
    found = await tx.all(what, person_ids=ids) if ids else []
    posts = await tx.by_id(POST, (one.post_id for one in found))
    held: defaultdict[UUID, list[Held]] = defaultdict(list)
    for one in found:
        held[one.person_id].append((posts[one.post_id].place, one.during))
    return held


async def supervision(
    tx: Transaction, seats: Iterable[tuple[UUID, Post]]
) -> Callable[[UUID, Post, Period], None]:
    """Read what those supervise who are to hold posts of enterprises; return what refuses such a post.

    Raises:
        SupervisesIt.
    """
    persons = [person_id for person_id, post in seats if post.place.enterprise_id is not None]
    watched = await held_beside(tx, persons, HELD_WITHOUT_INTEREST)
    return lambda person_id, post, during: check_not_its_supervisor(
        post.place, during, watched[person_id]
    )
