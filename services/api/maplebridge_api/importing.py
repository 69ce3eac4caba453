"""The edge of an import in the job worker: one transaction in which all of it is entered, or nothing."""

from tempfile import TemporaryFile

import asyncpg

from maplebridge_domain.problem import Problem

from .imports import service
from .imports.service import Findings
from .platform.clock import clock
from .platform.database import EVERYWHERE, Database, Scope
from .platform.problems import problem_of
from .platform.request import Once, Write


async def work_on_next(database: Database) -> bool:
    """Work on the import that has waited longest; tell whether there was one.

    It is held by the lock of a row: whoever dies lets go of it, what they had entered is rolled back,
    and the next one begins anew.
    """
    async with database.transaction(EVERYWHERE) as tx:
        begun = await service.take_next(tx)
    if begun is None:
        return False
    street = Scope(begun.street_id, begun.street_id)

    async def progress(rows_read: int) -> None:
        async with database.transaction(street) as tx:
            await service.report_progress(tx, begun, rows_read)

    async with database.transaction(street) as tx:
        write = Write(tx, service.caller_of(begun), clock.now(), Once(None, b""))
        if not await service.hold(tx, begun):
            return False
        if begun.attempt > service.ATTEMPTS_MAX:
            await service.give_up(write, begun)
            return True
        with TemporaryFile() as file:
            await service.fetch(tx, begun.id, file)
            findings = Findings()
            try:
                write.caller = await service.as_of_now(database, begun, write.now)
                await service.load(write, begun, file, findings, progress)
            except Problem as problem:
                findings.refuse_under_way(problem)
            except asyncpg.IntegrityConstraintViolationError as refused:
                findings.refuse_under_way(_told(refused))
            if not findings.faults_count:
                await service.end_applied(write, begun, findings)
            else:
                await tx.start_over()
                if await service.hold(tx, begun):
                    await service.end_refused(write, begun, findings, file)
    return True


def _told(refused: asyncpg.IntegrityConstraintViolationError) -> Problem:
    problem = problem_of(refused)
    if problem is None:
        raise refused
    return problem
