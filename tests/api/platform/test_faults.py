"""What is logged of a fault: where it happened and its kind, never its text, nor what the frames held."""

from typing import Any

import httpx
import pytest

from maplebridge_api import jobs
from maplebridge_api.main import create_app
from maplebridge_api.platform.routing import router

NAME = "欧阳晓枫"


async def stumbles(context: dict[str, Any]) -> None:
    """Fail as a mistake in our code would, with somebody's name at hand and in the error's text."""
    somebody = {"name": NAME, **context}
    raise ValueError(f"no such {somebody}")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


async def test_a_fault_is_answered_and_nothing_of_it_is_left_to_the_server(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The server would log the error with its text: so it must not even come there."""
    app = create_app()
    routes = router("test")

    @routes.get("/stumble")
    async def stumble() -> None:
        await stumbles({})

    app.router.routes.extend(routes.routes)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        answer = await http.get("/v1/stumble")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert NAME not in answer.text
    said = told(capsys)
    assert "ValueError" in said
    assert "in stumbles" in said
    assert NAME not in said


async def test_a_job_that_fails_leaves_nothing_to_the_queues_worker(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await jobs.quietly(stumbles)({})
    said = told(capsys)
    assert "job_failed" in said
    assert "stumbles" in said
    assert "ValueError" in said
    assert NAME not in said


def test_every_job_fails_quietly() -> None:
    assert all(hasattr(job.coroutine, "__wrapped__") for job in jobs.WorkerSettings.cron_jobs)
