"""Routes of organisations, posts and service contracts."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import OfficeNotYoursToFill, Right
from maplebridge_domain.grid import NotAQuarter
from maplebridge_domain.organisation import (
    NotAnEnterprise,
    OrganisationKind,
    QuarterAlreadyServed,
    WrongParent,
    WrongPlaceForPost,
)
from maplebridge_domain.period import EmptyPeriod

from ..platform.bodies import Batch, BatchOut, Page
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import Tx, create, create_batch
from ..platform.routing import router
from . import queries, service
from .schemas import (
    NewOrganisation,
    NewPost,
    NewServiceContract,
    OrganisationOut,
    PostOut,
    ServiceContractOut,
)

routes = router("organisations")

Reader = Annotated[Caller, needs(Right.READ)]
Registrar = Annotated[Caller, needs(Right.ORGANISATIONS_WRITE)]
POST_RULES = (WrongPlaceForPost, OfficeNotYoursToFill, IdTaken)
CONTRACT_RULES = (NotAQuarter, NotAnEnterprise, EmptyPeriod, QuarterAlreadyServed, IdTaken)


@routes.post(
    "/organisations", status_code=201, responses=created(OrganisationOut, WrongParent, IdTaken)
)
async def create_organisation(body: NewOrganisation, caller: Registrar, tx: Tx) -> Response:
    """Enter an organisation. 新增组织"""
    return await create(tx, body, service.create_organisations, "organisations")


@routes.post(
    "/organisations/batch", status_code=201, responses=created(BatchOut, WrongParent, IdTaken)
)
async def create_organisations(body: Batch[NewOrganisation], caller: Registrar, tx: Tx) -> Response:
    """Enter many organisations, all or none. 批量新增组织"""
    return await create_batch(tx, body, service.create_organisations)


@routes.get("/organisations", responses=answers(Page[OrganisationOut]))
async def list_organisations(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    kind: OrganisationKind | None = None,
    grid_id: UUID | None = None,
) -> Response:
    """List organisations, by kind or grid. 组织列表"""
    return await queries.ORGANISATIONS.page(
        request, caller, limit, after, kind=kind, grid_id=grid_id
    )


@routes.get("/organisations/{id:uuid}", responses=answers(OrganisationOut))
async def get_organisation(request: Request, caller: Reader, id: UUID) -> Response:
    """Get an organisation. 组织详情"""
    return await get(request, caller, queries.ORGANISATION_BY_ID, id=id)


@routes.post("/posts", status_code=201, responses=created(PostOut, *POST_RULES))
async def create_post(body: NewPost, caller: Registrar, tx: Tx) -> Response:
    """Enter a post. 新增岗位"""
    return await create(tx, body, service.create_posts, "posts")


@routes.post("/posts/batch", status_code=201, responses=created(BatchOut, *POST_RULES))
async def create_posts(body: Batch[NewPost], caller: Registrar, tx: Tx) -> Response:
    """Enter many posts, all or none. 批量新增岗位"""
    return await create_batch(tx, body, service.create_posts)


@routes.get("/posts", responses=answers(Page[PostOut]))
async def list_posts(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    organisation_id: UUID | None = None,
) -> Response:
    """List posts, by organisation. 岗位列表"""
    return await queries.POSTS.page(request, caller, limit, after, organisation_id=organisation_id)


@routes.get("/posts/{id:uuid}", responses=answers(PostOut))
async def get_post(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a post. 岗位详情"""
    return await get(request, caller, queries.POST_BY_ID, id=id)


@routes.post(
    "/service-contracts", status_code=201, responses=created(ServiceContractOut, *CONTRACT_RULES)
)
async def create_service_contract(body: NewServiceContract, caller: Registrar, tx: Tx) -> Response:
    """Enter a service contract. 新增物业服务合同"""
    return await create(tx, body, service.create_contracts, "service-contracts")


@routes.post(
    "/service-contracts/batch", status_code=201, responses=created(BatchOut, *CONTRACT_RULES)
)
async def create_service_contracts(
    body: Batch[NewServiceContract], caller: Registrar, tx: Tx
) -> Response:
    """Enter many service contracts, all or none. 批量新增物业服务合同"""
    return await create_batch(tx, body, service.create_contracts)


@routes.get("/service-contracts", responses=answers(Page[ServiceContractOut]))
async def list_service_contracts(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    quarter_id: UUID | None = None,
    enterprise_id: UUID | None = None,
) -> Response:
    """List service contracts, by quarter or enterprise. 物业服务合同列表"""
    return await queries.CONTRACTS.page(
        request, caller, limit, after, quarter_id=quarter_id, enterprise_id=enterprise_id
    )


@routes.get("/service-contracts/{id:uuid}", responses=answers(ServiceContractOut))
async def get_service_contract(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a service contract. 物业服务合同详情"""
    return await get(request, caller, queries.CONTRACT_BY_ID, id=id)
