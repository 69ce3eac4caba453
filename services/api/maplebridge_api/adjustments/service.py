"""The verbs of the tree that open disputes follow. What moves and what stays, the grid's own verbs say.

All is one transaction and one event, whose data name the disputes that went along.
"""

from uuid import UUID

from ..committees.service import must_have_one_committee
from ..disputes.service import follow_grids, must_have_none_open
from ..grid import service as grid
from ..organisations.service import must_have_one_contract
from ..platform.request import Created, Write
from . import events
from .schemas import Closing, GridMove, Merger, Split


async def move(write: Write, id: UUID, version: int, body: GridMove) -> Created:
    """Put a grid under another parent; open disputes follow into the quarter where they now lie.

    Raises:
        What `grid.service.move` raises.
    """
    changed = await grid.move(
        write, id, version, parent_id=body.parent_id, code=body.code, codes=body.codes, at=body.at
    )
    disputes = await follow_grids(write.tx, changed.grids)
    shown = await grid.show(write, id)
    await write.record(
        events.MOVED,
        street_id=changed.street_id,
        subject=f"grids/{id}",
        since=changed.at,
        parent_id=body.parent_id,
        codes={str(id_): code for id_, code in body.codes.items()},
        grids=len(changed.grids),
        disputes=disputes,
    )
    return shown


async def split(write: Write, id: UUID, version: int, body: Split) -> list[UUID]:
    """Divide a grid; open disputes follow the lane or unit that they name, all others stay.

    Returns:
        The ids of the new grids, in the order of the request.

    Raises:
        What `grid.service.split` raises.
    """
    changed, ids = await grid.split(write, id, version, into=body.into, at=body.at)
    disputes = await follow_grids(write.tx, changed.grids)
    await write.record(
        events.SPLIT,
        street_id=changed.street_id,
        subject=f"grids/{id}",
        since=changed.at,
        into=ids,
        disputes=disputes,
    )
    return ids


async def merge(write: Write, id: UUID, version: int, body: Merger) -> Created:
    """Take other grids into one; their open disputes are its own now, those that are over stay where they were.

    One of the quarters may have a contract or a committee in force: it goes on for all of them.

    Raises:
        What `grid.service.merge` raises; SeveralContracts, SeveralCommittees.
    """
    changed = await grid.merge(write, id, version, grids=body.grids, codes=body.codes, at=body.at)
    await must_have_one_contract(write, id, changed.at)
    await must_have_one_committee(write, id, changed.at)
    disputes = await follow_grids(write.tx, changed.grids)
    shown = await grid.show(write, id)
    await write.record(
        events.MERGED,
        street_id=changed.street_id,
        subject=f"grids/{id}",
        since=changed.at,
        merged=body.grids,
        codes={str(id_): code for id_, code in body.codes.items()},
        disputes=disputes,
    )
    return shown


async def close(write: Write, id: UUID, version: int, body: Closing) -> Created:
    """Close a grid in which nothing is left, no open dispute either.

    Raises:
        What `grid.service.close` raises; OpenDisputesHere.
    """
    changed = await grid.close(write, id, version, at=body.at)
    await must_have_none_open(write.tx, changed.grids)
    shown = await grid.show(write, id)
    await write.record(
        events.CLOSED, street_id=changed.street_id, subject=f"grids/{id}", since=changed.at
    )
    return shown
