"""The verbs of imports and exports; the job worker's part of an import is in work.py."""

import json
from datetime import datetime
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.importing import ImportNotInState, ImportState, NoSuchCopy
from maplebridge_domain.shape import Shape

from ..platform.database import Database
from ..platform.identity import Caller
from ..platform.problems import NotFound
from ..platform.request import Created, Write, check_version
from ..platform.uploads import Upload
from . import events, queries
from .exporting import export
from .findings import Findings
from .parts import fetch, unsealed
from .work import (
    ATTEMPTS_MAX,
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
        NotFound, RightMissing, Stale, ImportNotInState, ImportRestedOn.
    """
    found = await write.tx.visible(queries.TO_CHANGE, id)
    write.caller.must(Right.IMPORTS_WRITE, on=str(found.street_id))
    check_version(found.version, version)
    if found.state is not ImportState.APPLIED:
        raise ImportNotInState(found.state)
    taken_back = await write.tx.one(queries.UNDO, street_id=found.street_id, id=id)
    shown = await write.tx.one(queries.SET_UNDONE, id=id)
    await write.record(
        events.UNDONE, street_id=found.street_id, subject=f"imports/{id}", rows=taken_back
    )
    return shown


async def marked_copy(database: Database, caller: Caller, id: UUID) -> bytes:
    """Return the copy of a refused file in which the faults are marked.

    Raises:
        NotFound, NoSuchCopy.
    """
    if await database.read(queries.IMPORT_BY_ID.read(caller), caller.scope, id=id) is None:
        raise NotFound()
    pieces: list[bytes] = []
    while sealed := await database.read(
        queries.READ_PART, caller.scope, id=id, kind="copy", no=len(pieces)
    ):
        pieces.append(unsealed(id, "copy", len(pieces), sealed))
    if not pieces:
        raise NoSuchCopy()
    return b"".join(pieces)


async def drop_copies(write: Write, street_id: int) -> None:
    """Delete a street's marked copies of sheets that name people: one of them has been erased."""
    shapes = [Shape.PEOPLE, Shape.APPOINTMENTS]
    await write.tx.run(queries.DROP_COPIES, street_id=street_id, shapes=shapes)


async def prune_copies(write: Write, before: datetime, limit: int) -> int:
    """Delete marked copies of imports that ended before an instant; return how many pieces."""
    return len(await write.tx.all(queries.PRUNE_COPIES, before=before, limit=limit))
