"""Routes of rubrics and runs."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.evaluation import (
    IncompleteResults,
    NeedsAPerson,
    NoticeRunning,
    OwnResult,
    PeriodNotOver,
    ResultTwice,
    RunClaimed,
    RunNotInState,
    RunNotOpen,
    RunState,
    ServedOutOfTime,
    SubjectNotOfThatKind,
)
from maplebridge_domain.period import EmptyPeriod
from maplebridge_domain.rubric_refusals import KindNotInRubric, RubricNotInForce, RubricRefused

from ..platform.bodies import Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, Tx, create
from ..platform.routing import router
from . import queries, service
from .schemas import (
    Claim,
    Confirmation,
    Failure,
    NewRubric,
    NewRun,
    Notice,
    NoticeOut,
    Publication,
    RubricOut,
    RunOut,
)
from .tables import RubricInForce

routes = router("evaluations")

Reader = Annotated[Caller, needs(Right.READ)]
Assessor = Annotated[Caller, needs(Right.RESULTS_READ)]
Evaluator = Annotated[Caller, needs(Right.RUNS_COMPUTE)]
RUN_RULES = (EmptyPeriod, PeriodNotOver, RubricNotInForce, KindNotInRubric, IdTaken)
RUBRIC_RULES = (*RubricRefused.__subclasses__(), RubricInForce, IdTaken)


@routes.post("/rubrics", status_code=201, responses=created(RubricOut, *RUBRIC_RULES))
async def create_rubric(
    body: NewRubric, caller: Annotated[Caller, needs(Right.RUBRICS_WRITE)], tx: Tx
) -> Response:
    """Enter a rubric. 新增评分细则"""
    return await create(tx, body, service.create_rubrics, "rubrics")


@routes.get("/rubrics", responses=answers(Page[RubricOut]))
async def list_rubrics(
    request: Request, caller: Reader, limit: Limit = 20, after: After = None
) -> Response:
    """List rubrics. 评分细则列表"""
    return await queries.RUBRICS.page(request, caller, limit, after)


@routes.get("/rubrics/{id:uuid}", responses=answers(RubricOut))
async def get_rubric(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a rubric. 评分细则详情"""
    return await get(request, caller, queries.RUBRIC_BY_ID, id=id)


@routes.post(
    "/evaluation-runs",
    status_code=201,
    responses=created(RunOut, *RUN_RULES),
)
async def request_run(
    body: NewRun, caller: Annotated[Caller, needs(Right.RUNS_REQUEST)], tx: Tx
) -> Response:
    """Request an evaluation run. 发起评价"""
    return await create(tx, body, service.request_runs, "evaluation-runs")


@routes.get("/evaluation-runs", responses=answers(Page[RunOut]))
async def list_runs(
    request: Request,
    caller: Assessor,
    limit: Limit = 50,
    after: After = None,
    state: RunState | None = None,
) -> Response:
    """List evaluation runs. 评价运行列表"""
    return await queries.RUNS.page(request, caller, limit, after, state=state)


@routes.get("/evaluation-runs/{id:uuid}", responses=answers(RunOut))
async def get_run(request: Request, caller: Assessor, id: UUID) -> Response:
    """Get an evaluation run. 评价运行详情"""
    return await get(request, caller, queries.RUN_BY_ID, id=id)


@routes.put("/evaluation-runs/{id:uuid}/claim", responses=answers(RunOut, RunClaimed, RunNotOpen))
async def claim_run(id: UUID, body: Claim, caller: Evaluator, tx: Tx) -> Response:
    """Take a run for some seconds, to compute it. 领取评价任务"""
    return await tx.answer(200, (await service.claim(tx, id, body)).text)


@routes.put(
    "/evaluation-runs/{id:uuid}/results",
    responses=answers(RunOut, RunNotOpen, IncompleteResults, ResultTwice, SubjectNotOfThatKind),
)
async def publish_results(
    request: Request, id: UUID, body: Publication, caller: Evaluator, tx: Tx
) -> Response:
    """Hand in all results of a run; once, however often it is repeated. 提交评价结果"""
    given = await request.body()
    text = given.decode(json.detect_encoding(given))
    return await tx.answer(200, (await service.publish(tx, id, body, text)).text)


@routes.put("/evaluation-runs/{id:uuid}/failure", responses=answers(RunOut, RunNotOpen))
async def put_failure(id: UUID, body: Failure, caller: Evaluator, tx: Tx) -> Response:
    """Enter that a run cannot be computed. 提交失败原因"""
    return await tx.answer(200, (await service.fail(tx, id, body)).text)


@routes.post(
    "/evaluation-runs/{id:uuid}/notice", responses=answers(RunOut, RunNotInState, ServedOutOfTime)
)
async def serve_notice(
    id: UUID,
    body: Notice,
    caller: Annotated[Caller, needs(Right.RESULTS_NOTIFY)],
    version: IfMatch,
    tx: Tx,
) -> Response:
    """Enter that the drafts were served; the notice period begins. 送达并公示"""
    return await tx.changed(await service.serve_notice(tx, id, version, body), version)


@routes.get("/evaluation-runs/{id:uuid}/notice", responses=answers(NoticeOut))
async def get_notice(request: Request, caller: Assessor, id: UUID) -> Response:
    """Get how the drafts were served; not for everybody, as it may name a recipient. 送达凭证"""
    return await get(request, caller, queries.NOTICE, id=id)


@routes.post(
    "/evaluation-runs/{id:uuid}/confirmation",
    responses=answers(RunOut, RunNotInState, NoticeRunning, NeedsAPerson, OwnResult),
)
async def confirm_run(
    id: UUID,
    body: Confirmation,
    caller: Annotated[Caller, needs(Right.RESULTS_CONFIRM)],
    version: IfMatch,
    tx: Tx,
) -> Response:
    """Make the results final: a named person's act after the notice period. 确认生效"""
    return await tx.changed(await service.confirm(tx, id, version), version)
