"""Finding people by a phone or a part of the name: masked, and never without a trace."""

from uuid import UUID

from maplebridge_domain.authority import Right

from ..platform.events import seal
from ..platform.ordering import behind_row
from ..platform.personal import phone_hashes
from ..platform.problems import NotFound
from ..platform.request import Created, Write
from . import events, queries
from .queries import Sought
from .schemas import LookUp, Search


async def look_up(write: Write, body: LookUp) -> list[Created]:
    """Find who has a phone number; each look is recorded.

    Whoever may ask without a trace could try all numbers behind a mask: it hides four digits.

    Raises:
        NotFound, RightMissing.
    """
    await _must_reach(write, body.street_id, Right.PEOPLE_WRITE)
    found = await write.tx.all(
        queries.WITH_PHONE, street_id=body.street_id, hashes=phone_hashes(body.phone)
    )
    await tell_looked_up(write, body.street_id, [one.id for one in found])
    return found


async def tell_looked_up(write: Write, street_id: int, ids: list[UUID]) -> None:
    """Record who was found by a phone, or held against what somebody says of them."""
    await write.record(events.LOOKED_UP, street_id=street_id, subject="people", ids=ids)


async def search(write: Write, body: Search) -> tuple[list[Sought], str | None]:
    """Find who has some characters in the name; the database records whom it gives, and gives nobody else.

    Returns:
        One page, and its cursor if there are more.

    Raises:
        NotFound, RightMissing, PageMoved.
    """
    await _must_reach(write, body.street_id, Right.PEOPLE_SEARCH)
    found = await write.tx.all(
        queries.NAMED_LIKE,
        street_id=body.street_id,
        part=body.name,
        limit=body.limit,
        at=write.now,
        actor=write.caller.actor,
        capacity=write.caller.capacity,
        seal=seal(write.caller, events.SEARCHED, write.now),
        **behind_row(body.after),
    )
    return found, found[-1].cursor if found and found[-1].more else None


async def _must_reach(write: Write, street_id: int, right: Right) -> None:
    if await write.tx.maybe(queries.STREET_THERE, street_id=street_id) is None:
        raise NotFound("/street_id")
    write.caller.must(right, on=str(street_id))
