"""The verbs of imports and exports; the job worker's part of an import is in work.py."""

import json
from datetime import datetime
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.importing import ImportNotInState, ImportState, NoSuchCopy
from maplebridge_domain.shape import Shape

from ..appointments.service import must_take_back
from ..platform.problems import NotFound
from ..platform.request import Created, Write, check_version
from ..platform.uploads import Upload
from . import events, queries
from .exporting import export
from .findings import Findings
from .parts import fetch, pieces_of
from .work import (
    ATTEMPTS_MAX,
    NAMES_PEOPLE,
    as_of_now,
    caller_of,
    end_applied,
    end_refused,
    give_up,
    hold,
    load,
    report_progress,
    take_next,
)

__all__ = [
    "ATTEMPTS_MAX",
    "Findings",
    "as_of_now",
    "caller_of",
    "drop_copies",
    "end_applied",
    "end_refused",
    "export",
    "fetch",
    "give_up",
    "hold",
    "load",
    "marked_copy",
    "prune_copies",
    "report_progress",
    "request_import",
    "take_next",
    "undo",
]


async def request_import(write: Write, upload: Upload, street_id: int, shape: Shape) -> Created:
    """Keep a file, sealed in pieces; its row is the request: the job worker finds it.

    Raises:
        NotFound, RightMissing.
    """
    if street_id not in write.caller.scope:
        raise NotFound("query:street_id")
    write.caller.must(Right.IMPORTS_WRITE, on=str(street_id))
    caller, id = write.caller, upload.id
    by = {
        "client_id": caller.client_id,
        "person_id": caller.person_id,
        "role": caller.role,
        "rights": None if caller.role else sorted(caller.rights),
    }
    made = await write.tx.one(
        queries.REQUEST,
        street_id=street_id,
        id=id,
        shape=shape,
        requested_by=caller.actor,
        capacity=caller.capacity,
        caller=json.dumps(by, default=str),
        at=write.now,
    )
    for no, sealed in enumerate(upload.parts()):
        await write.tx.run(
            queries.ADD_PART, street_id=street_id, id=id, kind="upload", no=no, sealed=sealed
        )
    await write.record(events.REQUESTED, street_id=street_id, subject=f"imports/{id}", shape=shape)
    return made


async def undo(write: Write, id: UUID, version: int) -> Created:
    """Take back all that an import made, while nothing rests on it.

    Raises:
        NotFound, RightMissing, OfficeNotYoursToFill, OwnOffice, Stale, ImportNotInState, ImportRestedOn.
    """
    found = await write.tx.visible(queries.TO_CHANGE, id)
    write.caller.must(Right.IMPORTS_WRITE, on=str(found.street_id))
    check_version(found.version, version)
    if found.state is not ImportState.APPLIED:
        raise ImportNotInState(found.state)
    if appointments := await write.tx.all(queries.APPOINTMENTS_MADE, id=id):
        await must_take_back(write, appointments)
    taken_back = await write.tx.one(queries.UNDO, street_id=found.street_id, id=id)
    shown = await write.tx.one(queries.SET_UNDONE, id=id)
    await write.record(
        events.UNDONE, street_id=found.street_id, subject=f"imports/{id}", rows=taken_back
    )
    return shown


async def marked_copy(write: Write, id: UUID) -> bytes:
    """Return the copy of a refused file in which the faults are marked; who took it is an event.

    It holds what was handed in. What names people is given back to whom it came from and to nobody else,
    whatever they may see in the ledger.

    Raises:
        NotFound, NoSuchCopy.
    """
    found = await write.tx.visible(queries.IMPORT, id)
    if found.shape in NAMES_PEOPLE and found.requested_by != write.caller.actor:
        raise NotFound()
    copy = b"".join([piece async for piece in pieces_of(write.tx, id, "copy")])
    if not copy:
        raise NoSuchCopy()
    await write.record(
        events.COPY_TAKEN,
        street_id=found.street_id,
        subject=f"imports/{id}",
        shape=found.shape,
    )
    return copy


async def drop_copies(write: Write, street_id: int) -> None:
    """Delete a street's marked copies of sheets that name people: one of them has been erased."""
    shapes = [Shape.PEOPLE, Shape.APPOINTMENTS]
    await write.tx.run(queries.DROP_COPIES, street_id=street_id, shapes=shapes)


async def prune_copies(write: Write, before: datetime, limit: int) -> int:
    """Delete marked copies of imports that ended before an instant; return how many pieces."""
    return len(await write.tx.all(queries.PRUNE_COPIES, before=before, limit=limit))
