"""The arq worker: one job computes one run of one street.

The queue is only a hint. A job claims its run from the API, which gives it to one worker at a time
and hands it out again when the lease has passed; results are written all at once. So a worker may
be killed anywhere: nothing is half done, and another job does the run again.

Run it with `arq maplebridge_evaluator.worker.WorkerSettings`.
"""

import os
import socket
from typing import Any, ClassVar

import httpx
from arq.connections import RedisSettings
from arq.worker import func

from .feed import Database
from .job import JOB_SECONDS_MAX, JOBS_AT_ONCE, evaluate
from .publishing import Publisher
from .settings import Settings

QUEUE = "maplebridge:evaluations"


async def start(ctx: dict[str, Any]) -> None:
    """Open what all jobs of this process share."""
    settings = Settings()
    ctx["database"] = Database(settings.database_url.get_secret_value())
    ctx["name"] = f"{socket.gethostname()}:{os.getpid()}"
    http = httpx.AsyncClient(base_url=settings.api_url, timeout=10)
    ctx["publisher"] = Publisher(
        http, settings.client_id, settings.client_secret.get_secret_value()
    )


async def stop(ctx: dict[str, Any]) -> None:
    """Close it."""
    await ctx["publisher"].http.aclose()
    ctx["database"].close()


class WorkerSettings:
    """What arq reads: one queue, one function, few jobs at a time, and no results kept."""

    queue_name = QUEUE
    functions: ClassVar = [func(evaluate, keep_result=0, timeout=JOB_SECONDS_MAX, max_tries=3)]
    on_startup = start
    on_shutdown = stop
    max_jobs = JOBS_AT_ONCE
    poll_delay = 0.1
    redis_settings: ClassVar[RedisSettings] = Settings().redis()
