"""Routes of organisations, posts and service contracts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from maplebridge_domain.authority import OfficeNotYoursToFill, Right
from maplebridge_domain.contract_end import ContractWithdrawn
from maplebridge_domain.grid import NotAQuarter
from maplebridge_domain.grid_attributes import PartyOrgNotOfLevel
from maplebridge_domain.hierarchy import (
    AlreadyDissolved,
    CompanyFixed,
    CreditCodeTaken,
    DualLeadershipNotHere,
    OrganisationDissolved,
    ParentElsewhere,
    StillRestedOn,
    WrongParent,
)
from maplebridge_domain.identifier import CreditCodeBodyWrong, CreditCodeWrong
from maplebridge_domain.organisation import NotAnEnterprise, OrganisationKind, QuarterAlreadyServed
from maplebridge_domain.period import EmptyPeriod
from maplebridge_domain.posts import (
    LeaderThereAlready,
    NoSuchPostHere,
    PlaceStillHeld,
    TooManyPlaces,
    WrongPlaceForPost,
)
from maplebridge_domain.service_contract import ContractDatesWrong
from maplebridge_domain.worktime import SHANGHAI, Timeliness

from ..platform.bodies import Batch, BatchOut, NamePart, Page
from ..platform.clock import clock
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.ordering import AfterNamed, PageMoved
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken
from ..platform.request import IfMatch, Tx, create, create_batch
from ..platform.routing import router
from . import amend, change_queries, dissolve, filing, queries, service
from .schemas import (
    ContractFiling,
    ContractHistoryOut,
    Dissolution,
    EndingContractOut,
    NewOrganisation,
    NewPost,
    NewServiceContract,
    OrganisationAmendment,
    OrganisationOut,
    PostAmendment,
    PostOut,
    ServiceContractOut,
)

routes = router("organisations")

Reader = Annotated[Caller, needs(Right.READ)]
Registrar = Annotated[Caller, needs(Right.ORGANISATIONS_WRITE)]
ORGANISATION_RULES = (
    *(WrongParent, ParentElsewhere, DualLeadershipNotHere, OrganisationDissolved),
    *(CreditCodeWrong, CreditCodeBodyWrong, CreditCodeTaken),
)
POST_RULES = (
    *(WrongPlaceForPost, NoSuchPostHere, TooManyPlaces, LeaderThereAlready),
    *(OrganisationDissolved, OfficeNotYoursToFill, IdTaken),
)
CONTRACT_RULES = (
    *(NotAQuarter, NotAnEnterprise, EmptyPeriod, QuarterAlreadyServed, ContractDatesWrong),
    *(OrganisationDissolved, IdTaken),
)


@routes.post(
    "/organisations",
    status_code=201,
    responses=created(OrganisationOut, *ORGANISATION_RULES, IdTaken),
)
async def create_organisation(body: NewOrganisation, caller: Registrar, tx: Tx) -> Response:
    """Enter an organisation. 新增组织"""
    return await create(tx, body, service.create_organisations, "organisations")


@routes.post(
    "/organisations/batch",
    status_code=201,
    responses=created(BatchOut, *ORGANISATION_RULES, IdTaken),
)
async def create_organisations(body: Batch[NewOrganisation], caller: Registrar, tx: Tx) -> Response:
    """Enter many organisations, all or none. 批量新增组织"""
    return await create_batch(tx, body, service.create_organisations)


@routes.get("/organisations", responses=answers(Page[OrganisationOut], PageMoved))
async def list_organisations(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: AfterNamed = None,
    kind: OrganisationKind | None = None,
    grid_id: UUID | None = None,
    parent_id: UUID | None = None,
    community_party_org_id: UUID | None = None,
    name: Annotated[
        NamePart | None,
        Query(description="At least two characters of the name. 名称中连续的至少两个字"),
    ] = None,
) -> Response:
    """List organisations by pinyin, by kind, grid, name, or whom they answer to. 组织列表（按拼音排序）"""
    return await queries.ORGANISATIONS.page(
        request,
        caller,
        limit,
        after,
        kind=kind,
        grid_id=grid_id,
        parent_id=parent_id,
        community_party_org_id=community_party_org_id,
        name=name,
    )


@routes.get("/organisations/{id:uuid}", responses=answers(OrganisationOut))
async def get_organisation(request: Request, caller: Reader, id: UUID) -> Response:
    """Get an organisation. 组织详情"""
    return await get(request, caller, queries.ORGANISATION_BY_ID, id=id)


@routes.patch(
    "/organisations/{id:uuid}",
    responses=answers(OrganisationOut, *ORGANISATION_RULES, CompanyFixed),
)
async def amend_organisation(
    id: UUID, body: OrganisationAmendment, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Change an organisation's name, code or parents; what is left out stays. 变更组织"""
    return await tx.changed(await amend.amend_organisation(tx, id, version, body), version)


@routes.post(
    "/organisations/{id:uuid}/dissolution",
    responses=answers(
        OrganisationOut, AlreadyDissolved, StillRestedOn, OrganisationDissolved, PartyOrgNotOfLevel
    ),
)
async def dissolve_organisation(
    id: UUID, body: Dissolution, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Dissolve an organisation on which nothing rests any more; its posts end with it. 撤销组织"""
    return await tx.changed(await dissolve.dissolve(tx, id, version, body), version)


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


@routes.patch(
    "/posts/{id:uuid}",
    responses=answers(PostOut, TooManyPlaces, PlaceStillHeld, OfficeNotYoursToFill),
)
async def amend_post(
    id: UUID, body: PostAmendment, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Change a post's name or the number of its places. 变更岗位"""
    return await tx.changed(await amend.amend_post(tx, id, version, body), version)


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
    filing: Timeliness | None = None,
) -> Response:
    """List service contracts, by quarter, enterprise, or how their filing stands. 物业服务合同列表

    Those of a quarter are also those that ran on when it took in the quarter of theirs.
    """
    filters = {"quarter_id": quarter_id, "enterprise_id": enterprise_id, "filing": filing}
    return await queries.CONTRACTS.page(
        request, caller, limit, after, {"today": _today()}, **filters
    )


@routes.get("/service-contracts/ending", responses=answers(Page[EndingContractOut]))
async def list_ending_service_contracts(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    within_days: Annotated[
        int, Query(ge=0, le=120, description="How many days from today on. 今后多少天之内")
    ] = 30,
) -> Response:
    """List contracts of which a notice before the end is due soon. 临近续聘、解聘通知期限的合同"""
    near = filing.near(_today(), within_days, caller.scope)
    return await queries.CONTRACTS_ENDING.page(
        request, caller, limit, after, near, within_days=within_days
    )


@routes.get("/service-contracts/{id:uuid}", responses=answers(ServiceContractOut))
async def get_service_contract(request: Request, caller: Reader, id: UUID) -> Response:
    """Get a service contract. 物业服务合同详情"""
    return await get(request, caller, queries.CONTRACT_BY_ID, id=id)


@routes.get("/service-contracts/{id:uuid}/history", responses=answers(ContractHistoryOut))
async def get_service_contract_history(request: Request, caller: Reader, id: UUID) -> Response:
    """Read why a contract ended early or was withdrawn, who entered it, and by what document. 合同变更历史"""
    return await get(request, caller, change_queries.CONTRACT_HISTORY, id=id)


@routes.post(
    "/service-contracts/{id:uuid}/filing",
    responses=answers(ServiceContractOut, ContractDatesWrong, ContractWithdrawn),
)
async def file_service_contract(
    id: UUID, body: ContractFiling, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Enter that a contract was filed with county and street, in time or late. 物业服务合同备案"""
    return await tx.changed(await filing.file_contract(tx, id, version, body), version)


def _today() -> date:
    return clock.now().astimezone(SHANGHAI).date()
