"""Reading the event log: a street's changes in the order in which they were committed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)

from maplebridge_domain.authority import Right

from .bodies import Page, StreetIdParameter
from .database import GATE, Database, Read, in_scope, json_object
from .identity import Caller, needs
from .openapi import answers
from .paging import Limit, json_answer
from .problems import NotFound
from .routing import router
from .tables import event

routes = router("events")


class EventOut(BaseModel):
    """A change, as a CloudEvent (CloudEvents 1.0, JSON); `sequence`, `actor`, `capacity` extend it."""

    specversion: str = "1.0"
    id: str = Field(description="The `sequence`: with `source` it names the event. 事件标识")
    source: str = Field(description="The street: `/streets/<id>`.")
    type: str
    subject: str
    time: AwareDatetime
    sequence: int = Field(description="Number in the street's log, without gaps. 街道内序号")
    actor: str
    capacity: UUID | None = Field(description="The appointment by which the actor acted.")
    data: dict[str, Any]


_SHOWN = json_object(
    specversion=literal_column("'1.0'"),
    id=cast(event.c.no, Text),
    source=literal_column("'/streets/'") + cast(event.c.street_id, Text),
    type=event.c.type,
    subject=event.c.subject,
    time=event.c.time,
    sequence=event.c.no,
    actor=event.c.actor,
    capacity=event.c.capacity,
    data=event.c.data,
)
_rows = (
    select(_SHOWN.label("item"), event.c.no)
    .where(
        GATE,
        in_scope(event),
        event.c.street_id == bindparam("street_id", type_=Integer),
        event.c.no > bindparam("after", type_=BigInteger),
    )
    .order_by(event.c.no)
    .limit(bindparam("limit", type_=Integer))
    .subquery("rows")
)
_page = select(
    func.coalesce(cast(func.json_agg(_rows.c.item), Text), "[]").label("items"),
    func.count().label("count"),
    func.max(_rows.c.no).label("last"),
)
EVENTS = Read(_page, lambda *row: row)


@routes.get("/events", responses=answers(Page[EventOut]))
async def list_events(
    request: Request,
    caller: Annotated[Caller, needs(Right.EVENTS_READ)],
    street_id: StreetIdParameter,
    limit: Limit = 100,
    after: Annotated[int, Query(ge=0, le=2**62, description="The last `sequence` seen.")] = 0,
) -> Response:
    """List a street's changes, oldest first; no change can be missed. 事件日志"""
    if street_id not in caller.scope:
        raise NotFound("query:street_id")
    database: Database = request.app.state.database
    found = await database.read(EVENTS, caller.scope, street_id=street_id, limit=limit, after=after)
    items, count, last = found or ("[]", 0, None)
    following = "null"
    if count == limit:
        following = f'"/v1/events?street_id={street_id}&limit={limit}&after={last}"'
    return json_answer(f'{{"items":{items},"next":{following}}}')
