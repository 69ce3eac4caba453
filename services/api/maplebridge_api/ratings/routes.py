"""Routes of credit records, results and signed statements."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.record import ClassMissing, RecordInTheFuture

from ..platform.bodies import Batch, BatchOut, Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import Tx, create, create_batch
from ..platform.routing import router
from . import queries, service
from .schemas import NewRecord, RecordOut, ResultOut, StatementOut

routes = router("ratings")

Registrar = Annotated[Caller, needs(Right.RECORDS_WRITE)]
RecordReader = Annotated[Caller, needs(Right.RECORDS_READ)]
Assessor = Annotated[Caller, needs(Right.RESULTS_READ)]
Department = Annotated[Caller, needs(Right.STATEMENTS_READ)]


_REFUSALS = (ClassMissing, RecordInTheFuture, IdTaken)


@routes.post("/records", status_code=201, responses=created(RecordOut, *_REFUSALS))
async def create_record(body: NewRecord, caller: Registrar, tx: Tx) -> Response:
    """Enter a credit record. 新增信用记录"""
    return await create(tx, body, service.create_records, "records")


@routes.post("/records/batch", status_code=201, responses=created(BatchOut, *_REFUSALS))
async def create_records(body: Batch[NewRecord], caller: Registrar, tx: Tx) -> Response:
    """Enter many credit records, all or none. 批量新增信用记录"""
    return await create_batch(tx, body, service.create_records)


@routes.get("/records", responses=answers(Page[RecordOut]))
async def list_records(
    request: Request,
    caller: RecordReader,
    limit: Limit = 50,
    after: After = None,
    subject_id: UUID | None = None,
) -> Response:
    """List credit records, by subject; who is no office of the street's sees their own. 信用记录列表"""
    return await queries.RECORDS.page(request, caller, limit, after, subject_id=subject_id)


@routes.get("/records/{id:uuid}", responses=answers(RecordOut))
async def get_record(request: Request, caller: RecordReader, id: UUID) -> Response:
    """Get a credit record. 信用记录详情"""
    return await get(request, caller, queries.RECORD_BY_ID, id=id)


@routes.get("/evaluation-results", responses=answers(Page[ResultOut]))
async def list_results(
    request: Request,
    caller: Assessor,
    limit: Limit = 50,
    after: After = None,
    run_id: UUID | None = None,
    kind: ResultKind | None = None,
    subject_id: UUID | None = None,
) -> Response:
    """List results with their explanations, by run, kind or subject. 评价结果列表"""
    filters = {"run_id": run_id, "kind": kind, "subject_id": subject_id}
    return await queries.RESULTS.page(request, caller, limit, after, **filters)


@routes.get("/evaluation-results/{id:uuid}", responses=answers(ResultOut))
async def get_result(request: Request, caller: Assessor, id: UUID) -> Response:
    """Get a result with its whole explanation. 评价结果详情"""
    return await get(request, caller, queries.RESULT_BY_ID, id=id)


@routes.get("/rating-statements", responses=answers(Page[StatementOut]))
async def list_rating_statements(
    request: Request,
    caller: Department,
    limit: Limit = 50,
    after: After = None,
    run_id: UUID | None = None,
) -> Response:
    """List final credit ratings as signed statements, for the department. 信用评级文书"""
    return await queries.STATEMENTS.page(request, caller, limit, after, run_id=run_id)


@routes.get("/rating-statements/{id:uuid}", responses=answers(StatementOut))
async def get_rating_statement(request: Request, caller: Department, id: UUID) -> Response:
    """Get a final credit rating as a signed statement. 信用评级文书详情"""
    return await get(request, caller, queries.STATEMENT_BY_ID, id=id)
