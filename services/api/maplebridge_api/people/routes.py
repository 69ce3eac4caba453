"""Routes of people."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import Right
from maplebridge_domain.person import PersonErased, PersonMerged
from maplebridge_domain.purpose import PurposeNotInForce

from ..platform.bodies import Batch, BatchOut, Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.ordering import AfterNamed, PageMoved
from ..platform.paging import Limit, get, json_answer
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, Tx, Unkept, create, create_batch
from ..platform.routing import router
from . import find, queries, service
from .schemas import (
    Correction,
    Found,
    LookUp,
    NewPerson,
    PersonOut,
    Search,
    SearchOut,
    Unmasked,
    Unmasking,
)

routes = router("people")

Reader = Annotated[Caller, needs(Right.PEOPLE_READ)]
Registrar = Annotated[Caller, needs(Right.PEOPLE_WRITE)]


@routes.post("/people", status_code=201, responses=created(PersonOut, IdTaken))
async def create_person(body: NewPerson, caller: Registrar, tx: Tx) -> Response:
    """Enter a person. 新增人员"""
    return await create(tx, body, service.create_people, "people")


@routes.post("/people/batch", status_code=201, responses=created(BatchOut, IdTaken))
async def create_people(body: Batch[NewPerson], caller: Registrar, tx: Tx) -> Response:
    """Enter many people, all or none. 批量新增人员"""
    return await create_batch(tx, body, service.create_people)


@routes.post("/people/lookup", responses=answers(Found))
async def look_up_people(body: LookUp, caller: Registrar, tx: Unkept) -> Response:
    """Find who has a phone number, before entering somebody twice; recorded. 按电话查找人员"""
    found = await find.look_up(tx, body)
    return json_answer(f'{{"items":[{",".join(one.text for one in found)}]}}')


@routes.post("/people/search", responses=answers(SearchOut, PageMoved))
async def search_people(
    body: Search, caller: Annotated[Caller, needs(Right.PEOPLE_SEARCH)], tx: Unkept
) -> Response:
    """Find people by a part of the name, masked, by pinyin; recorded. 按姓名查找人员（脱敏）"""
    found, after = await find.search(tx, body)
    items = ",".join(one.text for one in found)
    return json_answer(f'{{"items":[{items}],"after":{json.dumps(after)}}}')


@routes.get("/people", responses=answers(Page[PersonOut], PageMoved))
async def list_people(
    request: Request, caller: Reader, limit: Limit = 50, after: AfterNamed = None
) -> Response:
    """List people by pinyin, masked. 人员列表（按拼音排序，脱敏）"""
    return await queries.PEOPLE.page(request, caller, limit, after)


@routes.get("/people/{id:uuid}", responses=answers(PersonOut, PersonMerged))
async def get_person(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a person, masked. 人员详情（脱敏）"""
    return await get(request, caller, queries.PERSON_BY_ID, id=id)


@routes.post(
    "/people/{id:uuid}/correction", responses=answers(PersonOut, PersonMerged, PersonErased)
)
async def correct_person(
    id: UUID, body: Correction, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Put right what is kept of a person. 更正人员信息"""
    return await tx.changed(await service.correct(tx, id, version, body), version)


@routes.post(
    "/people/{id:uuid}/unmask",
    responses=answers(Unmasked, PersonMerged, PersonErased, PurposeNotInForce),
)
async def unmask_person(
    id: UUID,
    body: Unmasking,
    caller: Annotated[Caller, needs(Right.PEOPLE_UNMASK)],
    tx: Unkept,
) -> Response:
    """Show a name and phone in full, for a purpose; recorded. 查看完整姓名与电话"""
    told = await service.unmask(tx, id, body)
    return json_answer(told.model_dump_json())
