"""Routes about all that is kept of a person."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import Response

from maplebridge_domain.authority import OfficeNotYoursToFill, OwnOffice, Right
from maplebridge_domain.committee import ElectedTwice
from maplebridge_domain.person import (
    BothHoldPost,
    CaseStillOpen,
    MergedWithItself,
    PersonErased,
    PersonMerged,
    StillInOffice,
)
from maplebridge_domain.purpose import PurposeNotInForce

from ..people.service import PersonOut
from ..platform.identity import Caller, needs
from ..platform.openapi import answers
from ..platform.paging import json_answer
from ..platform.request import IfMatch, Tx, Unkept
from ..platform.routing import router
from . import service
from .schemas import Erased, Erasure, Export, Merger

routes = router("privacy")


@routes.get("/people/{id:uuid}/export", responses=answers(Export, PersonMerged, PurposeNotInForce))
async def export_person(
    id: UUID, caller: Annotated[Caller, needs(Right.READ)], tx: Unkept
) -> Response:
    """Hand out all that is kept of a person, to them or with the right to unmask. 导出个人信息"""
    return json_answer(Export(**await service.export(tx, id)).model_dump_json())


@routes.post(
    "/people/{id:uuid}/erase",
    responses=answers(Erased, PersonMerged, PersonErased, StillInOffice, CaseStillOpen),
)
async def erase_person(
    id: UUID,
    body: Erasure,
    caller: Annotated[Caller, needs(Right.PEOPLE_ERASE)],
    version: IfMatch,
    tx: Tx,
) -> Response:
    """Erase a person's name and phone for good; the record stays whole. 删除个人信息"""
    left, mentioned = await service.erase(tx, id, version, body)
    text = f'{{"person":{left.text},{json.dumps(mentioned, default=str)[1:]}'
    return await tx.answer(200, text, version=version + 1)


@routes.post(
    "/people/{id:uuid}/merge",
    responses=answers(
        PersonOut,
        *(PersonMerged, PersonErased, MergedWithItself, BothHoldPost, ElectedTwice),
        *(OfficeNotYoursToFill, OwnOffice),
    ),
)
async def merge_person(
    id: UUID,
    body: Merger,
    caller: Annotated[Caller, needs(Right.PEOPLE_WRITE)],
    version: IfMatch,
    tx: Tx,
) -> Response:
    """Merge an entry into another one of the same person. 合并重复人员"""
    left, left_version = await service.merge(tx, id, version, body)
    return await tx.answer(200, left.text, version=left_version)
