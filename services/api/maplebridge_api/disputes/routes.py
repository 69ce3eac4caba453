"""Routes of disputes."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.dispute import (
    ActNotPossible,
    DisputeState,
    ReportedInTheFuture,
    SatisfactionWithClosureOnly,
    StepBeforeReport,
)
from maplebridge_domain.grid import NotAQuarter
from maplebridge_domain.person import NothingToStrike

from ..platform.bodies import Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, OnlyOnce, Tx, created_once
from ..platform.routing import router
from . import queries, service
from .schemas import DisputeOut, NewDispute, NewStep, Redaction

routes = router("disputes")

Reader = Annotated[Caller, needs(Right.DISPUTES_READ)]


@routes.post(
    "/disputes",
    status_code=201,
    responses=created(DisputeOut, NotAQuarter, ReportedInTheFuture, IdTaken),
)
async def report_dispute(
    request: Request,
    body: NewDispute,
    caller: Annotated[Caller, needs(Right.DISPUTES_REPORT)],
    once: OnlyOnce,
) -> Response:
    """Report a dispute. 上报纠纷"""
    made = await service.report(request.app.state.database, caller, once, body)
    return created_once(made, "disputes")


@routes.get("/disputes", responses=answers(Page[DisputeOut]))
async def list_disputes(
    request: Request,
    caller: Reader,
    limit: Limit = 20,
    after: After = None,
    quarter_id: UUID | None = None,
    state: DisputeState | None = None,
) -> Response:
    """List disputes, by quarter or state, newest first. 纠纷列表"""
    return await queries.DISPUTES.page(
        request, caller, limit, after, quarter_id=quarter_id, state=state
    )


@routes.get("/disputes/{id:uuid}", responses=answers(DisputeOut))
async def get_dispute(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a dispute. 纠纷详情"""
    return await get(request, caller, queries.DISPUTE_BY_ID, id=id)


@routes.post(
    "/disputes/{id:uuid}/steps",
    responses=answers(DisputeOut, ActNotPossible, SatisfactionWithClosureOnly, StepBeforeReport),
)
async def take_dispute_step(
    id: UUID,
    body: NewStep,
    caller: Annotated[Caller, needs(Right.DISPUTES_HANDLE)],
    version: IfMatch,
    tx: Tx,
) -> Response:
    """Take a dispute one step further: accept, mediate, agree, close, withdraw. 办理纠纷"""
    return await tx.changed(await service.take_step(tx, id, version, body), version)


@routes.post("/disputes/{id:uuid}/redaction", responses=answers(DisputeOut, NothingToStrike))
async def redact_dispute(
    id: UUID,
    body: Redaction,
    caller: Annotated[Caller, needs(Right.PEOPLE_ERASE)],
    version: IfMatch,
    tx: Tx,
) -> Response:
    """Strike words from a dispute's texts for good; what happened stays. 删去文字中的个人信息"""
    return await tx.changed(await service.redact(tx, id, version, body), version)
