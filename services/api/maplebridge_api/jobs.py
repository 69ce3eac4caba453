"""The API's own worker: hands runs out, imports, signs the event log, erases what was kept long enough.

PostgreSQL is the truth, the queue a hint. What the queue loses, or a worker dies with, is handed out
again; what is handed out twice is computed once, because a run is claimed in its row.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC
from functools import wraps
from typing import Any, cast

import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.typing import WorkerCoroutine

from maplebridge_domain.retention import due

from . import evaluations, importing, privacy
from .platform import heads, sandbox
from .platform.clock import clock, wall
from .platform.database import EVERYWHERE, Database, Scope
from .platform.heads import Head
from .platform.identity import Caller
from .platform.problems import log_fault
from .platform.request import Once, Write
from .settings import settings

EVALUATIONS = "maplebridge:evaluations"
AS_WORKER = Caller("jobs", EVERYWHERE, {})


#: How much is erased in one transaction: a street's log is locked meanwhile.
ERASED_AT_ONCE_MAX = 100

Job = Callable[[dict[str, Any]], Awaitable[None]]


def quietly(job: Job) -> Job:
    """Log of a job that failed where and how, not with the error's text, as arq would: it can quote a row."""

    @wraps(job)
    async def run(context: dict[str, Any]) -> None:
        try:
            await job(context)
        except Exception as exc:
            log_fault("job_failed", exc, job=job.__name__)

    return run


@quietly
async def hand_out_runs(context: dict[str, Any]) -> None:
    """Put every run that is to be computed in the evaluator's queue."""
    database: Database = context["database"]
    if settings().sandbox:
        await sandbox.resume(database)  # the API moves the test clock, this process tells by it
    async with database.transaction(EVERYWHERE) as tx:
        runs = await evaluations.service.hand_out(tx)
    for run in runs:
        await context["redis"].enqueue_job(
            "evaluate",
            run.street_id,
            str(run.id),
            _queue_name=EVALUATIONS,
            _job_id=f"{run.id}:{int(wall().timestamp())}",
        )
        structlog.get_logger().info("run_handed_out", run=str(run.id), street=run.street_id)


@quietly
async def sign_heads(context: dict[str, Any]) -> None:
    """Sign what was added to each street's event log since it was signed last."""
    database: Database = context["database"]
    async with database.transaction(EVERYWHERE) as tx:
        found = await heads.unsigned(tx)
    for head in found:
        left: Head | None = head
        while left:
            async with database.transaction(Scope(head.street_id, head.street_id)) as tx:
                left = await heads.sign_next(tx, left, wall())


@quietly
async def erase_what_is_due(context: dict[str, Any]) -> None:
    """Erase what was kept long enough (parameters/retention.yaml); done again, it finds nothing."""
    database: Database = context["database"]
    if settings().sandbox:
        await sandbox.resume(database)
    for kept, retire in privacy.service.RETIRE.items():
        erased = -1
        total = 0
        while erased:
            async with database.transaction(EVERYWHERE) as tx:
                write = Write(tx, AS_WORKER, clock.now(), Once(None, b""))
                erased = await retire(write, due(kept, write.now), ERASED_AT_ONCE_MAX)
            total += erased
        structlog.get_logger().info("retention", kept=kept.value, erased=total)


@quietly
async def work_on_imports(context: dict[str, Any]) -> None:
    """Work on imports one after the other until none is left; one at a time is enough for a process."""
    if context["importing"].locked():
        return
    async with context["importing"]:
        if settings().sandbox:
            await sandbox.resume(context["database"])
        while await importing.work_on_next(context["database"]):
            pass


async def start(context: dict[str, Any]) -> None:
    """Open the database."""
    # Of a job that runs every second, arq would tell twice a second that all is well. What it did, the
    # job tells itself; what failed, arq still does. Here, because arq sets its own level before.
    logging.getLogger("arq.worker").setLevel(logging.WARNING)
    context["database"] = Database(settings().database_url.get_secret_value(), 4)
    context["importing"] = asyncio.Lock()


async def stop(context: dict[str, Any]) -> None:
    """Close the database."""
    await context["database"].close()


class WorkerSettings:
    """What `arq maplebridge_api.jobs.WorkerSettings` runs."""

    queue_name = "maplebridge:jobs"
    cron_jobs = (
        cron(cast(WorkerCoroutine, hand_out_runs), second=set(range(60)), timeout=20, max_tries=1),
        cron(
            cast(WorkerCoroutine, work_on_imports), second=set(range(60)), timeout=3600, max_tries=1
        ),
        # What is not signed yet can be rewritten unseen: every five minutes, and when the worker starts.
        cron(
            cast(WorkerCoroutine, sign_heads),
            minute=set(range(0, 60, 5)),
            run_at_startup=True,
            timeout=240,
            max_tries=1,
        ),
        # At night, wherever the machine thinks it is.
        cron(
            cast(WorkerCoroutine, erase_what_is_due),
            hour=19,
            minute=30,
            timeout=3600,
            max_tries=1,
        ),
    )
    on_startup = start
    on_shutdown = stop
    redis_settings = RedisSettings.from_dsn(settings().redis_url.get_secret_value())
    keep_result = 0
    timezone = UTC
