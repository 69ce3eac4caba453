"""Routes of people."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import Right

from ..platform.bodies import Batch, BatchOut, Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import Tx, create, create_batch
from ..platform.routing import router
from . import queries, service
from .schemas import NewPerson, PersonOut

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


@routes.get("/people", responses=answers(Page[PersonOut]))
async def list_people(
    request: Request, caller: Reader, limit: Limit = 50, after: After = None
) -> Response:
    """List people. 人员列表"""
    return await queries.PEOPLE.page(request, caller, limit, after)


@routes.get("/people/{id:uuid}", responses=answers(PersonOut))
async def get_person(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a person. 人员详情"""
    return await get(request, caller, queries.PERSON_BY_ID, id=id)
