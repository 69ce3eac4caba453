"""What one job does: claim a run, read its feed, score it, hand in the results."""

import asyncio
import traceback
from contextlib import suppress
from typing import Any
from uuid import UUID

import adbc_driver_manager
import structlog

from maplebridge_domain.problem import Problem

from .feed import Database, RubricChanged, read_feed
from .publishing import NotOurs, Publisher, Refused, Unreachable
from .scoring import Scored, score

JOB_SECONDS_MAX = 20
JOBS_AT_ONCE = 3
#: Longer than a job may take: a job that lives never loses its lease.
LEASE_SECONDS = 25

log = structlog.get_logger()


async def evaluate(ctx: dict[str, Any], street_id: int, run_id: str) -> None:
    """Compute one run and publish its results; a run that is taken or done is left alone."""
    run, publisher = UUID(run_id), ctx["publisher"]
    logger = log.bind(run_id=run_id, street_id=street_id)
    try:
        await publisher.claim(run, ctx["name"], LEASE_SECONDS)
        scored = await asyncio.to_thread(compute, ctx["database"], street_id, run)
        await publisher.publish(run, scored.body)
        logger.info("run published", input_sha256=scored.input_sha256)
    except NotOurs as reason:
        logger.info("run left alone", reason=str(reason))
    except (Unreachable, adbc_driver_manager.OperationalError) as error:
        # The lease passes and the API hands the run out again.
        logger.warning("run put off", reason=type(error).__name__)
    except Exception as error:
        # No message and no variables: either might hold a row of the feed.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        logger.error("run failed", error=type(error).__name__, where=f"{frame.name}:{frame.lineno}")
        await _report(publisher, run, error)


def compute(database: Database, street_id: int, run_id: UUID) -> Scored:
    """Read a run's feed and score it. Blocks.

    Raises:
        What `read_feed` raises.
    """
    return score(read_feed(database, street_id, run_id))


async def _report(publisher: Publisher, run: UUID, error: Exception) -> None:
    with suppress(NotOurs, Refused, Unreachable):
        await publisher.fail(run, *_failure(error))


def _failure(error: Exception) -> tuple[str, str]:
    """Name a failure by code and sentence; a message of the database might quote a row."""
    match error:
        case Problem():
            return error.code, error.detail("en")
        case RubricChanged():
            return "rubric_changed", str(error)
        case Refused():
            return "results_refused", str(error)
        case LookupError():
            return "run_not_in_feed", type(error).__name__
        case _:
            return "computation_failed", type(error).__name__
