from typing import Any, NoReturn

import adbc_driver_manager
import pytest
from structlog.testing import capture_logs

from maplebridge_evaluator.job import JOB_SECONDS_MAX, LEASE_SECONDS, evaluate
from maplebridge_evaluator.publishing import Publisher

from .feeds import STREET
from .stand_in import RUN, StandIn


class BrokenDatabase:
    """A database whose feed cannot be read."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def snapshot(self, street_id: int) -> NoReturn:
        raise self.error


async def run(api: StandIn, error: Exception) -> list[dict[str, Any]]:
    """Do the job on a broken database, and return what was logged."""
    context = {
        "publisher": Publisher(api.client(), "evaluator", "secret"),
        "database": BrokenDatabase(error),
        "name": "worker",
    }
    with capture_logs() as logged:
        await evaluate(context, STREET, str(RUN))
    return [dict(line) for line in logged]


async def test_a_failed_computation_is_told_by_code_and_without_personal_data() -> None:
    api = StandIn()
    logged = await run(api, ValueError("王建国 13800000000"))
    assert api.acts == ["claim", "failure"]
    assert api.seen[1][1] == {"code": "computation_failed", "detail": "ValueError"}
    assert "王" not in str(logged)
    assert logged[0]["run_id"] == str(RUN)
    assert logged[0]["street_id"] == STREET


async def test_a_run_is_put_off_when_the_database_is_away() -> None:
    api = StandIn()
    away = adbc_driver_manager.OperationalError(
        "no", status_code=adbc_driver_manager.AdbcStatusCode.IO
    )
    logged = await run(api, away)
    assert api.acts == ["claim"]
    assert logged[0]["event"] == "run put off"


async def test_a_run_that_is_taken_is_left_alone_and_its_feed_not_read() -> None:
    api = StandIn({"claim": [409]}, code="run_claimed")
    logged = await run(api, AssertionError("the feed was read"))
    assert api.acts == ["claim"]
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("run left alone", "run_claimed")
    ]


async def test_a_failure_that_cannot_be_told_ends_the_job_quietly() -> None:
    await run(StandIn({"failure": [409]}), ValueError())


@pytest.mark.parametrize("street_and_run", [(STREET, "not a run")])
async def test_a_job_about_no_run_at_all_is_a_mistake_of_the_queue(
    street_and_run: tuple[int, str],
) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        await evaluate({}, *street_and_run)


def test_a_job_ends_before_its_lease_does() -> None:
    assert JOB_SECONDS_MAX < LEASE_SECONDS
