"""Routes of imports and exports."""

from contextlib import closing
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain import importing, sheet_evidence, spreadsheet
from maplebridge_domain.authority import OfficeNotYoursToFill, OwnOffice, Right
from maplebridge_domain.importing import (
    ExportNeedsPurpose,
    ImportNotInState,
    ImportRestedOn,
    ImportState,
    NoSuchCopy,
    UnsupportedFile,
)
from maplebridge_domain.person import PersonErased, PersonMerged
from maplebridge_domain.problem import Problem
from maplebridge_domain.purpose import PurposeNotInForce
from maplebridge_domain.shape import Shape
from maplebridge_domain.spreadsheet import FileNotReadable

from ..platform.bodies import Page, StreetIdParameter
from ..platform.identity import Caller, needs
from ..platform.limits import UPLOAD_BYTES_MAX
from ..platform.openapi import answers, file_answers, told
from ..platform.paging import After, Limit, get
from ..platform.problems import BodyTooLarge
from ..platform.request import IfMatch, Tx, Unkept, unkept_in, write_once
from ..platform.routing import router
from ..platform.uploads import Uploaded
from . import queries, service
from .schemas import FaultsOut, Format, ImportOut, NewExport
from .writing import template

routes = router("imports")

Importer = Annotated[Caller, needs(Right.IMPORTS_WRITE)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
#: What a cell, a row or a whole file is refused for, beside what the verbs of its things refuse.
FAULTS = tuple(
    problem
    for problem in Problem.known.values()
    if problem.__module__ in (spreadsheet.__name__, sheet_evidence.__name__, importing.__name__)
    and problem
    not in (ExportNeedsPurpose, ImportNotInState, ImportRestedOn, NoSuchCopy, UnsupportedFile)
)
_FILE = {
    "schema": {"type": "string", "format": "binary", "maxLength": UPLOAD_BYTES_MAX["/v1/imports"]}
}
_UPLOAD: dict[str, Any] = {"requestBody": {"required": True, "content": {XLSX: _FILE, CSV: _FILE}}}


@routes.get("/import-templates", responses=file_answers(XLSX), response_class=Response)
async def get_import_template(caller: Importer, shape: Shape) -> Response:
    """Get an empty sheet with headings and drop-downs. 下载导入模板"""
    return _file(template(shape), XLSX, f"{shape}.xlsx")


@routes.post(
    "/imports",
    status_code=202,
    responses=answers(ImportOut, UnsupportedFile, FileNotReadable, BodyTooLarge, status=202),
    openapi_extra=_UPLOAD,
)
async def request_import(
    request: Request,
    caller: Importer,
    upload: Uploaded,
    street_id: StreetIdParameter,
    shape: Shape,
) -> Response:
    """Hand in a spreadsheet, XLSX or CSV; it is checked as a whole and then entered, all or nothing. 导入"""
    database = request.app.state.database
    with closing(upload):
        async with write_once(database, caller, upload.once) as write:
            made = await service.request_import(write, upload, street_id, shape)
            return await write.answer(202, made.text, f"/v1/imports/{made.id}", version=1)


@routes.get("/imports", responses=answers(Page[ImportOut]))
async def list_imports(
    request: Request,
    caller: Importer,
    limit: Limit = 20,
    after: After = None,
    shape: Shape | None = None,
    state: ImportState | None = None,
) -> Response:
    """List imports, newest first. 导入列表"""
    return await queries.IMPORTS.page(request, caller, limit, after, shape=shape, state=state)


@routes.get("/imports/{id:uuid}", responses=answers(ImportOut))
async def get_import(request: Request, caller: Importer, id: UUID) -> Response:
    """Get an import: how far it is, and what came of it. 导入进度"""
    return await get(request, caller, queries.IMPORT_BY_ID, id=id)


@routes.get("/imports/{id:uuid}/faults", responses=told(FaultsOut, *FAULTS))
async def get_import_faults(request: Request, caller: Importer, id: UUID) -> Response:
    """Get what is to be mended: each wrong cell, by sheet, row and column. 错误清单"""
    return await get(request, caller, queries.FAULTS, id=id)


@routes.get(
    "/imports/{id:uuid}/copy", responses=file_answers(XLSX, NoSuchCopy), response_class=Response
)
async def get_import_copy(caller: Importer, id: UUID, tx: Unkept) -> Response:
    """Get the file that was refused, its wrong cells marked; for seven days, recorded. 下载标注副本

    What names people goes back to who handed it in, and to nobody else. 含人员信息的仅限上传人本人下载
    """
    return _file(await service.marked_copy(tx, id), XLSX, f"{id}.xlsx")


@routes.post(
    "/imports/{id:uuid}/undo",
    responses=answers(ImportOut, ImportNotInState, ImportRestedOn, OfficeNotYoursToFill, OwnOffice),
)
async def undo_import(id: UUID, caller: Importer, version: IfMatch, tx: Tx) -> Response:
    """Take back all that an import entered, while nothing rests on it. 撤销导入"""
    return await tx.changed(await service.undo(tx, id, version), version)


@routes.post(
    "/exports",
    responses=file_answers(
        XLSX, ExportNeedsPurpose, PurposeNotInForce, PersonMerged, PersonErased, also=CSV
    ),
    response_class=Response,
)
async def export_ledger(request: Request, body: NewExport, caller: Importer) -> Response:
    """Write a street's ledger as a spreadsheet; recorded, and people's names each by themselves. 导出"""
    async with unkept_in(request.app.state.database, caller, body.street_id) as write:
        written = await service.export(write, body)
    media_type = XLSX if body.format is Format.XLSX else CSV
    return _file(written, media_type, f"{body.shape}.{body.format}")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=media_type)
