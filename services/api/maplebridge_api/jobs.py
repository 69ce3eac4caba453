"""The API's own worker: hands runs to the evaluator's queue, and signs the event log.

PostgreSQL is the truth, the queue a hint. What the queue loses, or a worker dies with, is handed out
again; what is handed out twice is computed once, because a run is claimed in its row.
"""

import logging
from typing import Any, cast

import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.typing import WorkerCoroutine

from . import evaluations
from .platform import heads, sandbox
from .platform.clock import wall
from .platform.database import EVERYWHERE, Database, Scope
from .platform.heads import Head
from .settings import settings

EVALUATIONS = "maplebridge:evaluations"


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


async def start(context: dict[str, Any]) -> None:
    """Open the database."""
    # Of a job that runs every second, arq would tell twice a second that all is well. What it did, the
    # job tells itself; what failed, arq still does. Here, because arq sets its own level before.
    logging.getLogger("arq.worker").setLevel(logging.WARNING)
    context["database"] = Database(settings().database_url.get_secret_value(), 2)


async def stop(context: dict[str, Any]) -> None:
    """Close the database."""
    await context["database"].close()


class WorkerSettings:
    """What `arq maplebridge_api.jobs.WorkerSettings` runs."""

    queue_name = "maplebridge:jobs"
    cron_jobs = (
        cron(cast(WorkerCoroutine, hand_out_runs), second=set(range(60)), timeout=20, max_tries=1),
        # What is not signed yet can be rewritten unseen: every five minutes, and when the worker starts.
        cron(
            cast(WorkerCoroutine, sign_heads),
            minute=set(range(0, 60, 5)),
            run_at_startup=True,
            timeout=240,
            max_tries=1,
        ),
    )
    on_startup = start
    on_shutdown = stop
    redis_settings = RedisSettings.from_dsn(settings().redis_url.get_secret_value())
    keep_result = 0
