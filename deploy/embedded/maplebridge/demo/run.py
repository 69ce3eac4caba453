"""The demo from beginning to end."""

from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from maplebridge.demo.department import fetch_keys, pull_statements, verified
from maplebridge.demo.month import (
    MONDAY_AFTER,
    after_notice,
    confirm,
    confirmed_by,
    evaluate,
    listed,
    serve_notice,
    set_clock,
)
from maplebridge.demo.page import write_page
from maplebridge.demo.report import Confirmation, Report, ratings
from maplebridge.demo.show import show
from maplebridge.demo.stages import Stages
from maplebridge.folder import DataFolder
from maplebridge.sample import SEED
from maplebridge.sample.client import ok, signed_in
from maplebridge.sample.send import CLIENT, send_showing
from maplebridge.sample.world import World, build
from maplebridge.supervisor import alone
from maplebridge.system import MapleBridge, running
from maplebridge.trouble import Trouble
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.rubric import read_rubric

Json = Mapping[str, Any]


async def demonstrate(data: Path, console: Console) -> None:
    """Run the demo in `data/demo`, begun anew; leave `demo.json` and `demo.html` in `data`.

    Raises:
        Trouble: a stage failed; says which, and why.
    """
    stages = Stages(console)
    folder = data / "demo"
    await _begin_anew(folder)
    async with AsyncExitStack() as stack:
        with stages("start", "Start PostgreSQL, Valkey, the API, its jobs and the evaluator"):
            system = await stack.enter_async_context(running(data=folder, sandbox=True))
        world = build(SEED)
        report = await _a_streets_month(stages, console, system, world, data)
    report.write(data / "demo.json")
    write_page(report, world, data / "demo.html")
    show(console, report, data / "demo.html", folder)


async def _begin_anew(folder: Path) -> None:
    """Delete what the last demo left, also one that was killed."""
    old = DataFolder.at(folder)
    if old.secrets.exists():
        async with alone(old, lambda line: None):
            pass
        old.delete()


async def _a_streets_month(
    stages: Stages, console: Console, system: MapleBridge, world: World, data: Path
) -> Report:
    async with (
        _client(system, CLIENT) as street,
        _client(system, CLIENT, act_as=world.secretary_id) as secretary,
        _client(system, "department") as department,
    ):
        await _load(stages, console, street, world, data)
        with stages("run", "Evaluate October 2026"):
            run = await evaluate(street, world)
        with stages("publish", "Serve notice, let it pass, confirm as the street's secretary"):
            run = await serve_notice(secretary, run["id"])
            await set_clock(street, after_notice(run))
            run = await confirm(secretary, run["id"])
            confirmed = await confirmed_by(street, run)
        with stages("verify", "Pull the statements as the department and verify them offline"):
            statements = await pull_statements(department, run["id"])
            good = verified(statements, await fetch_keys(department))
            _check_all(statements, good, world)
        return await _report(stages, secretary, world, run["id"], good, confirmed)


async def _load(
    stages: Stages, console: Console, street: httpx.AsyncClient, world: World, data: Path
) -> None:
    with stages(
        "sample", "Import the sample street 天桥街街道 from its spreadsheets, load its month"
    ):
        await set_clock(street, MONDAY_AFTER)
        await send_showing(console, street, world, data)


def _check_all(statements: list[Json], good: list[Json], world: World) -> None:
    enterprises = sum(o["kind"] == "property_enterprise" for o in world.organisations)
    if not len(statements) == len(good) == enterprises:
        raise Trouble(
            f"{enterprises} enterprises, but {len(statements)} statements, "
            f"of which {len(good)} could be verified."
        )


async def _report(
    stages: Stages,
    secretary: httpx.AsyncClient,
    world: World,
    run_id: str,
    good: list[Json],
    confirmed: Confirmation,
) -> Report:
    with stages("report", "Read the explanations and count"):
        results = [r async for r in listed(secretary, "/v1/evaluation-results", run_id=run_id)]
        totals = ok(await secretary.get(f"/v1/grids/{world.street['grid_id']}/totals")).json()
    explained = {result["subject_id"]: result["explanation"] for result in results}
    scored = Counter(result["kind"] for result in results if result["score"] is not None)
    return Report(
        households=totals["households"],
        residents=totals["residents"],
        ratings=ratings(good, explained, read_rubric(world.rubric["rubric"])),
        member_scores=scored[ResultKind.MEMBER_SCORE],
        unit_assessments=scored[ResultKind.UNIT_ASSESSMENT],
        verified=len(good),
        confirmed=confirmed,
        timings=stages.timings,
    )


def _client(
    system: MapleBridge, name: str, act_as: str | None = None
) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    return signed_in(system.url, name, system.secrets.client_secrets[name], act_as)
