"""Routes of appointments and the five steps of cross-appointment."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from maplebridge_domain.appointment import (
    AlreadyHoldsPost,
    AppointmentEnded,
    NoContractInForce,
    OutlastsItsSource,
    PostTaken,
    SourceNotInForce,
)
from maplebridge_domain.authority import OfficeNotYoursToFill, OwnOffice, Right
from maplebridge_domain.cross_appointment import (
    ElectionDatesWrong,
    ElectionMissing,
    InterestNotExcluded,
    NotAPartyMember,
    WrongPlaceForStep,
    WrongSourcePost,
    WrongTargetPost,
)
from maplebridge_domain.hierarchy import OrganisationDissolved
from maplebridge_domain.period import EmptyPeriod
from maplebridge_domain.person import PersonErased, PersonMerged

from ..platform.authority import Authority
from ..platform.bodies import Batch, BatchOut, Instant, Page, StreetIdParameter
from ..platform.clock import clock
from ..platform.identity import Caller, needs
from ..platform.openapi import answers, created
from ..platform.paging import After, Limit, get
from ..platform.problems import IdTaken, NotFound
from ..platform.request import IfMatch, Tx, create, create_batch
from ..platform.routing import router
from . import queries, service
from .schemas import (
    AppointmentOut,
    Capacities,
    End,
    NewAppointment,
    NewCrossAppointment,
    OfficeHolderOut,
    Summary,
)

routes = router("appointments")

Reader = Annotated[Caller, needs(Right.READ)]
Registrar = Annotated[Caller, needs(Right.APPOINTMENTS_WRITE)]
RULES = (
    *(EmptyPeriod, PersonMerged, PersonErased, PostTaken, AlreadyHoldsPost, IdTaken),
    *(OfficeNotYoursToFill, OwnOffice, OrganisationDissolved),
)
CROSS_RULES = (
    *RULES,
    WrongSourcePost,
    WrongTargetPost,
    WrongPlaceForStep,
    OutlastsItsSource,
    NoContractInForce,
    SourceNotInForce,
    NotAPartyMember,
    ElectionMissing,
    ElectionDatesWrong,
    InterestNotExcluded,
)


@routes.post("/appointments", status_code=201, responses=created(AppointmentOut, *RULES))
async def create_appointment(body: NewAppointment, caller: Registrar, tx: Tx) -> Response:
    """Appoint a person to a post. 任职"""
    return await create(tx, body, service.appoint, "appointments")


@routes.post("/appointments/batch", status_code=201, responses=created(BatchOut, *RULES))
async def create_appointments(body: Batch[NewAppointment], caller: Registrar, tx: Tx) -> Response:
    """Appoint many persons, all or none. 批量任职"""
    return await create_batch(tx, body, service.appoint)


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
) -> Response:
    """List appointments, by person, post, source or step. 任职列表"""
    filters = {"person_id": person_id, "post_id": post_id, "rests_on": rests_on, "step": step}
    return await queries.APPOINTMENTS.page(request, caller, limit, after, **filters)


@routes.get("/appointments/{id:uuid}", responses=answers(AppointmentOut))
async def get_appointment(request: Request, caller: Reader, id: UUID) -> Response:
    """Get an appointment. 任职详情"""
    return await get(request, caller, queries.APPOINTMENT_BY_ID, id=id)


@routes.get("/office-holders", responses=answers(Page[OfficeHolderOut]))
async def list_office_holders(
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    after: After = None,
    post_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> Response:
    """List who holds a public office now, by name, by post or organisation. 在任人员公示"""
    filters = {"post_id": post_id, "organisation_id": organisation_id}
    return await queries.OFFICE_HOLDERS.page(
        request, caller, limit, after, {"at": clock.now()}, **filters
    )


@routes.post(
    "/appointments/{id:uuid}/end",
    responses=answers(AppointmentOut, AppointmentEnded, SourceNotInForce, OfficeNotYoursToFill),
)
async def end_appointment(
    id: UUID, body: End, caller: Registrar, version: IfMatch, tx: Tx
) -> Response:
    """End an appointment and what rests on it. 结束任职"""
    ended = await service.end(tx, id, version, body)
    return await tx.answer(200, ended.text, version=version + 1)


@routes.post(
    "/cross-appointments", status_code=201, responses=created(AppointmentOut, *CROSS_RULES)
)
async def create_cross_appointment(
    body: NewCrossAppointment, caller: Registrar, tx: Tx
) -> Response:
    """Appoint to a second post on the strength of the first. 交叉任职"""
    return await create(tx, body, service.cross_appoint, "appointments")


@routes.post(
    "/cross-appointments/batch", status_code=201, responses=created(BatchOut, *CROSS_RULES)
)
async def create_cross_appointments(
    body: Batch[NewCrossAppointment], caller: Registrar, tx: Tx
) -> Response:
    """Make many cross-appointments, all or none. 批量交叉任职"""
    return await create_batch(tx, body, service.cross_appoint)


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
