"""Routes of appointments and the five steps of cross-appointment."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response

from maplebridge_domain.appointment import (
    AppointmentEnded,
    AppointmentWithdrawn,
    DeathInTheFuture,
    DependantDoesNotFit,
    SourceNotInForce,
    TermBegun,
)
from maplebridge_domain.authority import OfficeNotYoursToFill, Right
from maplebridge_domain.contract_end import ContractBegun, ContractNotInForce, ContractWithdrawn

from ..organisations.service import ServiceContractOut
from ..platform.authority import Authority
from ..platform.bodies import Batch, BatchOut, Instant, Page, StreetIdParameter
from ..platform.clock import clock
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.ordering import AfterNamed, PageMoved
from ..platform.paging import After, Limit, get
from ..platform.problems import NotFound, language_of
from ..platform.request import IfMatch, Tx, Unkept, create, create_batch
from ..platform.routing import router
from . import queries, service, term_queries
from .appoint import appoint
from .check import check_in_force
from .correct import correct
from .cross_appoint import cross_appoint
from .end import end, end_contract, withdraw, withdraw_contract
from .refusals import CROSS_RULES, RULES
from .schemas import (
    AppointmentOut,
    Capacities,
    ContractEnd,
    Correction,
    End,
    HistoryOut,
    NewAppointment,
    NewCrossAppointment,
    OfficeHolderOut,
    Summary,
    VacantPostOut,
    ViolationOut,
    Violations,
    Withdrawal,
)

routes = router("appointments")

Reader = Annotated[Caller, needs(Right.READ)]
Registrar = Annotated[Caller, needs(Right.APPOINTMENTS_WRITE)]


@routes.post("/appointments", status_code=201, responses=created(AppointmentOut, *RULES))
async def create_appointment(body: NewAppointment, caller: Registrar, tx: Tx) -> Response:
    """Appoint a person to a post; who supervises an enterprise takes none of its own. 任职"""
    return await create(tx, body, appoint, "appointments")


@routes.post("/appointments/batch", status_code=201, responses=created(BatchOut, *RULES))
async def create_appointments(body: Batch[NewAppointment], caller: Registrar, tx: Tx) -> Response:
    """Appoint many persons, all or none. 批量任职"""
    return await create_batch(tx, body, appoint)


@routes.get("/appointments", responses=answers(Page[AppointmentOut]))
async def list_appointments(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    person_id: UUID | None = None,
    post_id: UUID | None = None,
    rests_on: UUID | None = None,
    step: Annotated[int | None, Query(ge=1, le=5)] = None,
    at: Annotated[Instant | None, Query(description="In force then. 当时在任")] = None,
) -> Response:
    """List appointments, by person, post, source or step; as of an instant, or all. 任职列表"""
    named = {"person_id": person_id, "post_id": post_id, "rests_on": rests_on}
    filters = named | {"step": step, "at": at}
    return await queries.APPOINTMENTS.page(request, caller, limit, after, **filters)


@routes.get("/appointments/expiring", responses=answers(Page[AppointmentOut]))
async def list_expiring_appointments(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    within_days: Annotated[int, Query(ge=1, le=1830)] = 90,
    at: Instant | None = None,
) -> Response:
    """List terms in force that are over within some days. 即将届满的任职"""
    filters = {"at": at or clock.now(), "within_days": within_days}
    return await queries.EXPIRING.page(request, caller, limit, after, **filters)


@routes.get("/posts/vacant", responses=answers(Page[VacantPostOut]))
async def list_vacant_posts(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    organisation_id: UUID | None = None,
    at: Instant | None = None,
) -> Response:
    """List posts with places that nobody holds at an instant. 空缺岗位"""
    filters = {"organisation_id": organisation_id, "at": at or clock.now()}
    return await queries.VACANT_POSTS.page(request, caller, limit, after, **filters)


@routes.get("/appointments/{id:uuid}", responses=answers(AppointmentOut))
async def get_appointment(request: Request, caller: Reader, id: UUID) -> Response:
    """Get an appointment. 任职详情"""
    return await get(request, caller, queries.APPOINTMENT_BY_ID, id=id)


@routes.get("/office-holders", responses=answers(Page[OfficeHolderOut], PageMoved))
async def list_office_holders(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: AfterNamed = None,
    post_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> Response:
    """List who holds a public office now, in pinyin order; of a post, of an organisation. 在任人员公示"""
    filters = {"post_id": post_id, "organisation_id": organisation_id}
    return await queries.OFFICE_HOLDERS.page(
        request, caller, limit, after, {"at": clock.now()}, **filters
    )


@routes.get("/appointments/{id:uuid}/history", responses=answers(HistoryOut))
async def get_appointment_history(
    request: Request, caller: Annotated[Caller, needs(Right.PEOPLE_READ)], id: UUID
) -> Response:
    """Read what an appointment said before it was ended, withdrawn or corrected. 任职变更历史"""
    return await get(request, caller, term_queries.HISTORY, id=id)


ENDING = (AppointmentWithdrawn, SourceNotInForce, OfficeNotYoursToFill)


@routes.post(
    "/appointments/{id:uuid}/end",
    responses=answers(AppointmentOut, AppointmentEnded, DeathInTheFuture, *ENDING),
)
async def end_appointment(
    id: UUID, body: End, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """End an appointment and what rests on it; who dies leaves every office. 结束任职"""
    return await tx.changed(await end(tx, id, version, body), version)


@routes.post(
    "/appointments/{id:uuid}/withdrawal", responses=answers(AppointmentOut, TermBegun, *ENDING)
)
async def withdraw_appointment(
    id: UUID, body: Withdrawal, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Withdraw an appointment that has not begun, and what was to rest on it. 到任前撤回"""
    return await tx.changed(await withdraw(tx, id, version, body), version)


@routes.post(
    "/appointments/{id:uuid}/correction",
    responses=answers(AppointmentOut, AppointmentWithdrawn, DependantDoesNotFit, *CROSS_RULES),
)
async def correct_appointment(
    id: UUID, body: Correction, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """Correct dates that were entered wrongly; what was said before is kept. 更正任职日期"""
    return await tx.changed(await correct(tx, id, version, body), version)


ENDING_CONTRACT = (ContractWithdrawn, SourceNotInForce)
Contractor = Annotated[Caller, needs(Right.ORGANISATIONS_WRITE)]


@routes.post(
    "/service-contracts/{id:uuid}/end",
    responses=answers(ServiceContractOut, ContractNotInForce, *ENDING_CONTRACT),
)
async def end_service_contract(
    id: UUID, body: ContractEnd, caller: Contractor, version: IfMatch, tx: Tx
) -> Response:
    """End a service contract early, with the appointments that rest on it. 提前终止物业服务合同"""
    return await tx.changed(await end_contract(tx, id, version, body), version)


@routes.post(
    "/service-contracts/{id:uuid}/withdrawal",
    responses=answers(ServiceContractOut, ContractBegun, *ENDING_CONTRACT),
)
async def withdraw_service_contract(
    id: UUID, body: Withdrawal, caller: Contractor, version: IfMatch, tx: Tx
) -> Response:
    """Withdraw a contract that has not begun, and what was to rest on it. 撤回物业服务合同"""
    return await tx.changed(await withdraw_contract(tx, id, version, body), version)


@routes.post(
    "/cross-appointments", status_code=201, responses=created(AppointmentOut, *CROSS_RULES)
)
async def create_cross_appointment(
    body: NewCrossAppointment, caller: Registrar, tx: Tx
) -> Response:
    """Appoint to a second post on the strength of the first. 交叉任职"""
    return await create(tx, body, cross_appoint, "appointments")


@routes.post(
    "/cross-appointments/batch", status_code=201, responses=created(BatchOut, *CROSS_RULES)
)
async def create_cross_appointments(
    body: Batch[NewCrossAppointment], caller: Registrar, tx: Tx
) -> Response:
    """Make many cross-appointments, all or none. 批量交叉任职"""
    return await create_batch(tx, body, cross_appoint)


@routes.get("/capacities", responses=answers(Capacities))
async def list_capacities(request: Request, caller: Reader) -> Capacities:
    """List the appointments by which the caller can act. 我的任职身份"""
    authority: Authority = request.app.state.authority
    return await service.capacities(authority, request.app.state.database, caller)


@routes.get("/cross-appointments/summary", responses=answers(Summary))
async def summarise_cross_appointments(
    request: Request, caller: Reader, street_id: StreetIdParameter, at: Instant | None = None
) -> Response:
    """Count cross-appointments in force in a street at an instant. 交叉任职统计"""
    if street_id not in caller.scope:
        raise NotFound("query:street_id")
    return await get(request, caller, queries.SUMMARY, street_id=street_id, at=at or clock.now())


@routes.get("/appointments/violations", responses=answers(Violations))
async def check_appointments(
    request: Request,
    caller: Annotated[Caller, needs(Right.PEOPLE_READ)],
    read: Unkept,
    street_id: StreetIdParameter,
    at: Instant | None = None,
    limit: Limit = 200,
    after: UUID | None = None,
) -> Violations:
    """Hold all appointments in force against the rules as things stand: a page of findings. 任职核对"""
    if street_id not in caller.scope:
        raise NotFound("query:street_id")
    then = at or clock.now()
    checked = await check_in_force(read, street_id, then, limit, after)
    query = {"street_id": street_id, "at": then, "limit": limit, "after": checked.after}
    return Violations(
        at=then,
        checked=len(checked.terms),
        violations=[
            ViolationOut(
                appointment_id=term.id,
                person_id=term.person_id,
                post_id=term.post_id,
                step=term.step,
                code=problem.code,
                detail=problem.detail(language_of(request)),
            )
            for term, problem in checked.faults
        ],
        next=f"{request.url.path}?{urlencode(query)}" if checked.after else None,
    )
