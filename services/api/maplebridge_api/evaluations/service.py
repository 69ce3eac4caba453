"""The verbs of rubrics and runs, and what other slices may ask of them."""

import json
from datetime import datetime, time, timedelta
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.evaluation import (
    IncompleteResults,
    NeedsAPerson,
    NoticeRunning,
    PeriodNotOver,
    ResultTwice,
    RunClaimed,
    RunNotInState,
    RunNotOpen,
    RunState,
    ServedOutOfTime,
)
from maplebridge_domain.period import EmptyPeriod, Period
from maplebridge_domain.rubric import read_rubric
from maplebridge_domain.rubric_check import check_run
from maplebridge_domain.worktime import SHANGHAI, deadline

from .. import ratings
from ..appointments.service import appointments_of
from ..platform.bodies import dump, range_text
from ..platform.clock import clock, wall
from ..platform.database import Transaction, as_rows
from ..platform.events import EventType, record
from ..platform.identity import Caller
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write, check_version
from ..settings import settings
from . import events, queries
from .queries import HandedOut, RubricRow, Run, asks_about
from .schemas import Claim, DaysIn, Failure, NewRubric, NewRun, Notice, Publication

__all__ = [
    "asks_about",
    "claim",
    "confirm",
    "create_rubrics",
    "fail",
    "hand_out",
    "publish",
    "request_runs",
    "rubrics_of",
    "serve_notice",
]

#: A run that was handed out and not claimed is handed out again after this long.
HAND_OUT_AGAIN_AFTER = timedelta(seconds=15)
ATTEMPTS_MAX = 5
GIVEN_UP = json.dumps(
    {
        "code": "attempts_exhausted",
        "detail": "Every worker that computed this run was lost with it.",
    }
)


async def create_rubrics(write: Write, rubrics: Items[NewRubric]) -> list[Created]:
    """Enter a rubric; reading its body has checked its rules.

    Raises:
        NotFound, RubricInForce.
    """

    def row(new: NewRubric) -> dict[str, object]:
        if new.street_id not in write.tx.scope:
            raise NotFound("/street_id")
        write.caller.must(Right.RUBRICS_WRITE, on=str(new.street_id))
        valid = new.rubric.valid
        until = _midnight(valid.until) if valid.until else None
        return {
            "id": new.id,
            "street_id": new.street_id,
            "code": new.rubric.code,
            "edition": str(new.rubric.version),
            "document": new.rubric.canonical_json(),
            "sha256": f"\\x{new.rubric.sha256()}",
            "form": new.rubric.ballot_form(),
            "during": range_text(Period(_midnight(valid.from_), until)),
        }

    made = await write.tx.all(queries.ADD_RUBRIC, rows=as_rows(rubrics.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.RUBRIC_CREATED, "rubrics", ids, rubrics)
    return made


async def rubrics_of(tx: Transaction) -> list[RubricRow]:
    """Return all rubrics of the caller's range."""
    return await tx.all(queries.RUBRICS_IN_SCOPE)


async def request_runs(write: Write, runs: Items[NewRun]) -> list[Created]:
    """Request a run over a period that is over. Its row is the request: the job worker finds it.

    Raises:
        NotFound, EmptyPeriod, PeriodNotOver, RubricNotInForce, KindNotInRubric.
    """
    rubrics = await runs.named(write.tx, queries.RUBRIC, "rubric_id")

    def row(run: NewRun) -> dict[str, object]:
        if rubrics[run.rubric_id].street_id != run.street_id:
            raise NotFound("/rubric_id")
        write.caller.must(Right.RUNS_REQUEST, on=str(run.street_id))
        _check_period(run.period, write.now)
        rubric = read_rubric(json.loads(rubrics[run.rubric_id].document))
        check_run(rubric, run.kinds, run.period.from_, run.period.until)
        return dump(
            run,
            period_from=run.period.from_,
            period_until=run.period.until,
            kinds=sorted(set(run.kinds)),
            state=RunState.QUEUED,
            requested_by=write.caller.actor,
            requested_in_capacity=write.caller.capacity,
            requested_at=write.now,
        )

    made = await write.tx.all(queries.ADD_RUN, rows=as_rows(runs.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.REQUESTED, "evaluation-runs", ids, runs)
    return made


def _check_period(period: DaysIn, now: datetime) -> None:
    if period.until <= period.from_:
        problem = EmptyPeriod()
        problem.pointer = "/period"
        raise problem
    if _midnight(period.until) > now:
        raise PeriodNotOver(period.until)


async def hand_out(tx: Transaction) -> list[HandedOut]:
    """Mark and return the runs that are to be put in the queue now, of all the streets in scope.

    A run that took `ATTEMPTS_MAX` workers with it is given up, so that it cannot take all that follow.
    """
    now = wall()
    given_up = await tx.all(queries.GIVE_UP, wall=now, attempts=ATTEMPTS_MAX, failure=GIVEN_UP)
    for run in given_up:
        await record(
            tx,
            Caller("jobs", tx.scope, {}),
            events.FAILED,
            street_id=run.street_id,
            subject=f"evaluation-runs/{run.id}",
            at=clock.now(),
            code="attempts_exhausted",
        )
    return await tx.all(queries.HAND_OUT, wall=now, again_before=now - HAND_OUT_AGAIN_AFTER)


async def claim(write: Write, id: UUID, body: Claim) -> Created:
    """Let a worker compute a run until its lease passes.

    Raises:
        NotFound, RunClaimed, RunNotOpen.
    """
    run = await write.tx.visible(queries.RUN_TO_CHANGE, id)
    now = wall()
    if run.state not in (RunState.QUEUED, RunState.COMPUTING):
        raise RunNotOpen(run.state)
    if run.lease_until and run.lease_until > now and run.worker != body.worker:
        raise RunClaimed()
    lease_until = now + timedelta(seconds=body.lease_seconds)
    shown = await write.tx.one(queries.CLAIM, id=id, worker=body.worker, lease_until=lease_until)
    await _tell(write, events.CLAIMED, run)
    return shown


async def publish(write: Write, id: UUID, body: Publication, text: str) -> Created:
    """Take in all results of a run; the same results again change nothing.

    `text` is what `body` was read from.

    Raises:
        NotFound, RunNotOpen, IncompleteResults, ResultTwice, SubjectNotOfThatKind.
    """
    run = await write.tx.visible(queries.RUN_TO_CHANGE, id)
    if run.state not in (RunState.QUEUED, RunState.COMPUTING):
        if (run.input_sha256, run.engine_version) == (body.input_sha256, body.engine_version):
            return await write.tx.one(queries.SHOW_RUN, id=id)
        raise RunNotOpen(run.state)
    if len({(result.kind, result.subject_id) for result in body.results}) < len(body.results):
        raise ResultTwice()
    strange = {result.kind for result in body.results} - set(run.kinds)
    if strange:
        raise IncompleteResults(", ".join(sorted(strange)))

    await ratings.service.store_results(write.tx, run.street_id, id, text, body.results)
    shown = await write.tx.one(
        queries.DRAFT,
        id=id,
        at=write.now,
        input_sha256=body.input_sha256,
        engine_version=body.engine_version,
    )
    await _tell(write, events.DRAFTED, run, results=len(body.results))
    return shown


async def fail(write: Write, id: UUID, body: Failure) -> Created:
    """Enter that a run cannot be computed; it is not tried again.

    Raises:
        NotFound, RunNotOpen.
    """
    run = await write.tx.visible(queries.RUN_TO_CHANGE, id)
    if run.state is RunState.FAILED:
        return await write.tx.one(queries.SHOW_RUN, id=id)
    if run.state not in (RunState.QUEUED, RunState.COMPUTING):
        raise RunNotOpen(run.state)
    shown = await write.tx.one(queries.FAIL, id=id, failure=body.model_dump_json())
    await _tell(write, events.FAILED, run, code=body.code)
    return shown


async def serve_notice(write: Write, id: UUID, version: int, body: Notice) -> Created:
    """Enter that the drafts were served; from then the notice period runs.

    Raises:
        NotFound, RightMissing, Stale, RunNotInState, ServedOutOfTime.
    """
    run = await _in_state(write, id, version, RunState.DRAFTED, Right.RESULTS_NOTIFY)
    served_at = body.served_at or write.now
    if not (run.drafted_at or write.now) <= served_at <= write.now:
        raise ServedOutOfTime()
    notice = deadline("notice_of_results", served_at.astimezone(SHANGHAI).date())
    shown = await write.tx.one(
        queries.SERVE,
        id=id,
        at=served_at,
        method=body.method,
        evidence=body.evidence,
        notice_until=notice.until(served_at),
    )
    await _tell(write, events.UNDER_NOTICE, run)
    return shown


async def confirm(write: Write, id: UUID, version: int) -> Created:
    """Make a run's results final and sign the ratings: a named person's act, after the notice.

    Raises:
        NotFound, RightMissing, NeedsAPerson, OwnResult, Stale, RunNotInState, NoticeRunning.
    """
    run = await _in_state(write, id, version, RunState.UNDER_NOTICE, Right.RESULTS_CONFIRM)
    if write.caller.person_id is None:
        raise NeedsAPerson()
    held = await appointments_of(write.tx, write.caller.person_id)
    await ratings.service.must_not_be_subject(write.tx, id, held)
    if run.notice_until is None or write.now < run.notice_until:
        last = run.notice_until or write.now
        raise NoticeRunning((last - timedelta(seconds=1)).astimezone(SHANGHAI).date())

    shown = await write.tx.one(
        queries.FINALISE, id=id, at=write.now, capacity=write.caller.capacity
    )
    await ratings.service.sign_ratings(write.tx, id, await _common_statement(write, run))
    await _tell(write, events.FINAL, run)
    return shown


async def _common_statement(write: Write, run: Run) -> dict[str, object]:
    """Return what every rating statement of a run says."""
    rubric = await write.tx.visible(queries.RUBRIC, run.rubric_id)
    document = json.loads(rubric.document)
    return {
        "kind": "credit_rating",
        "street_id": run.street_id,
        "run_id": str(run.id),
        "period": {"from": str(run.period_from), "until": str(run.period_until)},
        "rubric": {
            "code": document["code"],
            "version": document["version"],
            "sha256": rubric.sha256.hex(),
        },
        "input_sha256": run.input_sha256,
        "engine_version": run.engine_version,
        "confirmed_at": write.now.astimezone(SHANGHAI).isoformat(),
        "confirmed_in_capacity": str(write.caller.capacity),
        # Henan 物业服务企业信用管理实施办法（试行）: a street rates only if the county entrusts it.
        "entrusted_by_county": settings().entrusted_by_county,
    }


async def _in_state(write: Write, id: UUID, version: int, needed: RunState, right: Right) -> Run:
    run = await write.tx.visible(queries.RUN_TO_CHANGE, id)
    write.caller.must(right, on=str(run.street_id))
    check_version(run.version, version)
    if run.state is not needed:
        raise RunNotInState(run.state, needed)
    return run


async def _tell(write: Write, kind: EventType, run: Run, **data: object) -> None:
    subject = f"evaluation-runs/{run.id}"
    await write.record(kind, street_id=run.street_id, subject=subject, **data)


def _midnight(day: object) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)  # type: ignore[arg-type]
