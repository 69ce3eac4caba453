"""The job worker's part of an import: read, check as a whole, enter all or nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from maplebridge_domain.authority import AUTHORITY, Right, Role
from maplebridge_domain.importing import ImportState
from maplebridge_domain.shape import Shape
from maplebridge_domain.spreadsheet import FileNotReadable

from ..platform.database import Scope, Transaction
from ..platform.identity import Caller, everywhere
from ..platform.request import Write
from . import events, queries
from .bodies import load_organisations
from .findings import Findings
from .loading import Batches, Loading
from .offices import load_appointments, load_people
from .parts import sealed_parts
from .places import load_grids, load_households
from .queries import Begun
from .reading import Line, Source, find_source, read_lines
from .writing import marked_copy

#: Whoever dies with an import is asked again so often; what fails then fails for good.
ATTEMPTS_MAX = 5

Progress = Callable[[int], Awaitable[None]]
LOAD: Mapping[Shape, Callable[[Loading, Batches], Awaitable[None]]] = {
    Shape.GRIDS: load_grids,
    Shape.HOUSEHOLDS: load_households,
    Shape.ORGANISATIONS: load_organisations,
    Shape.PEOPLE: load_people,
    Shape.APPOINTMENTS: load_appointments,
}


async def take_next(tx: Transaction) -> Begun | None:
    """Return the import that has waited longest and that nobody works on; None: there is none."""
    return await tx.maybe(queries.BEGIN)


async def hold(tx: Transaction, begun: Begun) -> bool:
    """Hold an import until the end of the transaction; False: somebody else does, or it is over."""
    return await tx.maybe(queries.HOLD, id=begun.id, kind="upload") is not None


def caller_of(begun: Begun) -> Caller:
    """Return who handed the file in, in the capacity in which they did."""
    by: dict[str, Any] = json.loads(begun.caller)
    role = Role(by["role"]) if by["role"] else None
    rights = AUTHORITY[role] if role else everywhere(Right(right) for right in by["rights"])
    return Caller(
        by["client_id"],
        Scope(begun.street_id, begun.street_id),
        rights,
        UUID(by["person_id"]) if by["person_id"] else None,
        begun.capacity,
        role=role,
    )


async def report_progress(tx: Transaction, begun: Begun, rows_read: int) -> None:
    """Tell how far the reading is."""
    await tx.maybe(queries.SET_PROGRESS, id=begun.id, rows_read=rows_read)


async def load(
    write: Write, begun: Begun, file: IO[bytes], findings: Findings, progress: Progress
) -> None:
    """Check a file as a whole and enter it, as far as there is no fault; that it is, the caller commits.

    Raises:
        Problem: what a verb refuses; `findings` says for which rows.
    """
    source = await asyncio.to_thread(find_source, file, begun.shape)
    loading = Loading(write, begun.id, begun.street_id, begun.shape, source.places, findings)
    await LOAD[begun.shape](loading, _batches(source, begun.shape, findings, progress))


async def _batches(
    source: Source, shape: Shape, findings: Findings, progress: Progress
) -> AsyncIterator[list[Line]]:
    """Read in a thread, so that the worker's other jobs go on; never ahead of what is being entered:
    whoever stops then stops the reading too, and the file is free."""
    lines = read_lines(source, shape, findings)
    while (batch := await asyncio.to_thread(next, lines, None)) is not None:
        await progress(findings.rows_read)
        yield batch


async def end_applied(write: Write, begun: Begun, findings: Findings) -> None:
    """Say that all of it was entered; the file is no longer needed."""
    await _end(write, begun, ImportState.APPLIED, findings)
    await write.record(
        events.APPLIED,
        street_id=begun.street_id,
        subject=f"imports/{begun.id}",
        shape=begun.shape,
        rows_made=findings.rows_made,
        rows_kept=findings.rows_kept,
    )


async def end_refused(write: Write, begun: Begun, findings: Findings, file: IO[bytes]) -> None:
    """Say what is to be mended, and keep a copy in which it is marked."""
    findings.rows_made = findings.rows_kept = 0
    with TemporaryFile() as copy:
        if all(not isinstance(fault.problem, FileNotReadable) for fault in findings.faults):
            await asyncio.to_thread(_mark, file, begun.shape, findings, copy)
        for no, sealed in enumerate(sealed_parts(begun.id, "copy", copy)):
            await write.tx.run(
                queries.ADD_PART,
                street_id=begun.street_id,
                id=begun.id,
                kind="copy",
                no=no,
                sealed=sealed,
            )
    await _end(write, begun, ImportState.REFUSED, findings)
    await write.record(
        events.REFUSED,
        street_id=begun.street_id,
        subject=f"imports/{begun.id}",
        faults=findings.faults_count,
    )


def _mark(file: IO[bytes], shape: Shape, findings: Findings, copy: IO[bytes]) -> None:
    if findings.sheet:
        marked_copy(find_source(file, shape), findings.faults, copy)


async def give_up(write: Write, begun: Begun) -> None:
    """Say that an import failed by a fault of ours."""
    await _end(write, begun, ImportState.FAILED, Findings())


async def _end(write: Write, begun: Begun, state: ImportState, findings: Findings) -> None:
    await write.tx.run(queries.DROP_PARTS, id=begun.id, kind="upload")
    await write.tx.one(
        queries.END,
        id=begun.id,
        state=state,
        rows_read=findings.rows_read,
        rows_made=findings.rows_made,
        rows_kept=findings.rows_kept,
        faults_count=findings.faults_count,
        faults=json.dumps(findings.shown_faults(), ensure_ascii=False),
        notes=json.dumps(findings.shown_notes(), ensure_ascii=False),
        at=write.now,
    )
