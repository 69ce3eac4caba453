"""The job worker's part of an import: read, check as a whole, enter all or nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, Self
from uuid import UUID

from maplebridge_domain.authority import AUTHORITY, Right, Role
from maplebridge_domain.importing import ImportState, RequesterNotEntitled
from maplebridge_domain.shape import Shape
from maplebridge_domain.spreadsheet import FileNotReadable

from ..appointments import service as appointments
from ..people.service import tell_looked_up
from ..platform.client_states import DISABLED
from ..platform.database import Database, Scope, Transaction
from ..platform.identity import Caller, LoggedIn, everywhere
from ..platform.request import Write
from . import events, queries
from .bodies import load_organisations
from .contracts import load_contracts
from .findings import Findings
from .loading import Batches, Loading
from .offices import load_people
from .parts import sealed_parts
from .places import load_grids, load_households
from .queries import Begun
from .reading import Line, find_source, read_lines
from .seats import load_appointments
from .writing import marked_copy

#: Whoever dies with an import is asked again so often; what fails then fails for good.
ATTEMPTS_MAX = 5

Progress = Callable[[int], Awaitable[None]]
LOAD: Mapping[Shape, Callable[[Loading, Batches], Awaitable[None]]] = {
    Shape.GRIDS: load_grids,
    Shape.HOUSEHOLDS: load_households,
    Shape.ORGANISATIONS: load_organisations,
    Shape.PEOPLE: load_people,
    Shape.CONTRACTS: load_contracts,
    Shape.APPOINTMENTS: load_appointments,
}
#: What names people: its rows are held against them, and its copy is given to nobody else.
NAMES_PEOPLE = (Shape.PEOPLE, Shape.APPOINTMENTS)


async def take_next(tx: Transaction) -> Begun | None:
    """Return the import that has waited longest and that nobody works on; None: there is none."""
    return await tx.maybe(queries.BEGIN)


async def hold(tx: Transaction, begun: Begun) -> bool:
    """Hold an import until the end of the transaction; False: somebody else does, or it is over."""
    return await tx.maybe(queries.HOLD, id=begun.id, kind="upload") is not None


async def as_of_now(database: Database, begun: Begun, at: datetime) -> Caller:
    """Return who handed the file in with what they may do now: a queue outlasts an office.

    Raises:
        RequesterNotEntitled: the office has ended, or the client was cut off.
    """
    by = caller_of(begun)
    if by.person_id is not None:
        person = LoggedIn(by.client_id, begun.street_id, by.person_id)
        for office in await appointments.offices(database, person, at):
            if office.id == by.capacity:
                return office.caller(person, at)
    elif by.client_id not in (await database.shared(DISABLED) or ()):
        return by
    raise RequesterNotEntitled()


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
    async with _ReadingAhead(read_lines(source, begun.shape, findings)) as reading:
        await LOAD[begun.shape](loading, reading.batches(lambda: progress(findings.rows_read)))


class _ReadingAhead:
    """Reads in a thread, one batch ahead of what the database is entering.

    Whoever leaves waits for the batch that is being read: then the file is free.
    """

    def __init__(self, lines: Iterator[list[Line]]) -> None:
        self._lines = lines

    async def __aenter__(self) -> Self:
        self._ahead = self._read()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.wait([self._ahead])

    async def batches(self, progress: Callable[[], Awaitable[None]]) -> AsyncIterator[list[Line]]:
        """Give out batch after batch; of each progress is told before."""
        while (batch := await self._ahead) is not None:
            self._ahead = self._read()
            await progress()
            yield batch

    def _read(self) -> asyncio.Task[list[Line] | None]:
        return asyncio.create_task(asyncio.to_thread(next, self._lines, None))


async def end_applied(write: Write, begun: Begun, findings: Findings) -> None:
    """Say that all of it was entered; the file is no longer needed."""
    await _tell_whom_compared(write, begun, findings)
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
    await _tell_whom_compared(write, begun, findings)
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


async def _tell_whom_compared(write: Write, begun: Begun, findings: Findings) -> None:
    """Record whom rows were held against: what is refused tells of them, and so does what is not."""
    if findings.compared is not None:
        await tell_looked_up(write, begun.street_id, sorted(findings.compared))


def _mark(file: IO[bytes], shape: Shape, findings: Findings, copy: IO[bytes]) -> None:
    if findings.sheet:
        marked_copy(find_source(file, shape), findings.faults, findings.faults_count, copy)


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
