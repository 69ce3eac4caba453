"""Reading the event log: each street's changes in the order in which they were committed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from maplebridge_domain.authority import Right
from maplebridge_domain.problem import Kind, Problem

from . import paging
from .bodies import Page, StreetIdParameter
from .database import GATE, Database, Read, Scope, in_scope, json_object
from .identity import Caller, needs
from .openapi import answers
from .paging import Limit, Pages, json_answer
from .problems import NotFound
from .routing import router
from .tables import event, event_head, signed_head
from .vector import PATTERN, STREETS_MAX, read_vector, write_vector

routes = router("events")


class CursorInvalid(Problem):
    """A cursor comes from a page of this list: for one street its number, else what was given there."""

    kind = Kind.INVALID
    zh = "游标无效，请使用上一页返回的 cursor 或 next。"
    en = "This is no cursor of this list; use `cursor` or `next` of the last page."
    pointer = "query:after"


@dataclass(eq=False)
class TooManyStreets(Problem):
    """The events of very many streets are read street by street: a cursor has to fit into a URL."""

    kind = Kind.RULE
    zh = "街道过多，一次最多读取{most}个街道的事件，请用 street_id 逐个街道读取。"
    en = "Events are read of {most} streets at most; give a street_id."
    pointer = "query:street_id"

    most: int = STREETS_MAX


class EventOut(BaseModel):
    """A change, as a CloudEvent (CloudEvents 1.0.2, JSON); `sequence`, `actor`, `capacity` extend it."""

    specversion: str = "1.0"
    id: str = Field(description="Number in the street's log, without gaps. 街道内序号")
    source: str = Field(description="The street: `/streets/<id>`; with `id` it names the event.")
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: str = "application/json"
    sequence: str = Field(
        description="The same number with leading zeros: texts in this order are events in theirs.",
        examples=["0000000000000000042"],
    )
    actor: str = Field(description="`persons/<id>` or `clients/<id>`. 操作者")
    capacity: UUID | None = Field(description="The appointment by which the actor acted.")
    data: dict[str, Any]


class EventPage(Page[EventOut]):
    """One page of events, each street's in order; between streets no order is promised."""

    cursor: str = Field(description="Where this page ends, also an empty one: ask on with `after`.")


#: As many digits as the largest number has.
_SEQUENCE_DIGITS = 19
_SHOWN = json_object(
    specversion=literal_column("'1.0'"),
    id=cast(event.c.no, Text),
    source=literal_column("'/streets/'") + cast(event.c.street_id, Text),
    type=event.c.type,
    subject=event.c.subject,
    time=event.c.time,
    datacontenttype=literal_column("'application/json'"),
    sequence=func.lpad(cast(event.c.no, Text), literal_column(str(_SEQUENCE_DIGITS)), "0"),
    actor=event.c.actor,
    capacity=event.c.capacity,
    data=event.c.data,
)
_LIMIT: ColumnElement[int] = bindparam("limit", type_=Integer)


def _of_one_street() -> Read[Any]:
    """Read a street's events behind a number."""
    rows = (
        select(_SHOWN.label("item"), event.c.no)
        .where(
            GATE,
            in_scope(event),
            event.c.street_id == bindparam("street_id", type_=Integer),
            event.c.no > bindparam("after", type_=BigInteger),
        )
        .order_by(event.c.no)
        .limit(_LIMIT)
        .subquery("rows")
    )
    page = select(
        func.coalesce(cast(func.json_agg(rows.c.item), Text), "[]").label("items"),
        func.count().label("count"),
        func.max(rows.c.no).label("last"),
    )
    return Read(page, lambda *row: row)


@dataclass(frozen=True)
class Several:
    """A page over several streets: its items, and how far it has come in each."""

    items: str | None
    streets: Sequence[int] | None
    numbers: Sequence[int] | None
    more: bool | None


def _of_several_streets() -> Read[Several]:
    """Read the events behind a vector: a fair share of the page for each street that has news.

    Numbers have no gaps and a head moves with its last event, so a head tells what is there. The street
    that waits for most comes first: none is kept waiting by others that always have news.
    """
    vector = (
        func.unnest(
            bindparam("streets", type_=ARRAY(Integer)),
            bindparam("numbers", type_=ARRAY(BigInteger)),
        )
        .table_valued(column("street_id", Integer), column("no", BigInteger))
        .render_derived("vector")
    )
    seen = func.coalesce(vector.c.no, literal_column("0"))
    heads = (
        select(event_head.c.street_id, seen.label("seen"), event_head.c.last_no)
        .add_columns((event_head.c.last_no - seen).label("news"))
        .select_from(event_head.outerjoin(vector, vector.c.street_id == event_head.c.street_id))
        .where(GATE, in_scope(event_head))
        .limit(STREETS_MAX + 1)
        .subquery("heads")
    )
    place = func.row_number().over(order_by=(heads.c.news.desc(), heads.c.street_id))
    with_news = func.count().filter(heads.c.news > literal_column("0")).over()
    served = func.greatest(literal_column("1"), func.least(_LIMIT, with_news), type_=BigInteger)
    share = _LIMIT // served
    wanted = case(
        (place > _LIMIT, literal_column("0")),
        else_=func.greatest(literal_column("0"), func.least(heads.c.news, share)),
    )
    shares = select(*heads.c, wanted.label("wanted")).subquery("shares")
    found = (
        select(
            func.string_agg(
                cast(_SHOWN, Text), aggregate_order_by(literal_column("','"), event.c.no)
            ).label("texts")
        )
        .where(
            GATE,
            event.c.street_id == shares.c.street_id,
            event.c.no > shares.c.seen,
            event.c.no <= shares.c.seen + shares.c.wanted,
        )
        .lateral("events")
    )
    by_street = shares.c.street_id
    page = select(
        func.string_agg(found.c.texts, aggregate_order_by(literal_column("','"), by_street)),
        func.array_agg(aggregate_order_by(by_street, by_street), type_=ARRAY(Integer)),
        func.array_agg(
            aggregate_order_by(shares.c.seen + shares.c.wanted, by_street),
            type_=ARRAY(BigInteger),
        ),
        func.bool_or(shares.c.news > shares.c.wanted),
    ).select_from(shares.outerjoin(found, true()))
    return Read(page, Several)


EVENT = Read(
    select(_SHOWN.label("item"), literal_column("1").label("version"))  # it never changes
    .where(
        GATE,
        in_scope(event),
        event.c.street_id == bindparam("street_id", type_=Integer),
        event.c.no == bindparam("number", type_=BigInteger),
    )
    .limit(1),
    lambda *row: row,
)
OF_ONE_STREET = _of_one_street()
OF_SEVERAL_STREETS = _of_several_streets()

After = Annotated[
    str | None,
    Query(
        pattern=rf"^([0-9]{{1,{_SEQUENCE_DIGITS}}}|{PATTERN})$",
        description="The `cursor` of the last page; of one street also the last event's `id`. 游标",
    ),
]


@routes.get("/events", responses=answers(EventPage, CursorInvalid, TooManyStreets))
async def list_events(
    request: Request,
    caller: Annotated[Caller, needs(Right.EVENTS_READ)],
    street_id: StreetIdParameter | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """List changes, each street's oldest first; no change can be missed. 事件日志"""
    if street_id is not None and street_id not in caller.scope:
        raise NotFound("query:street_id")
    database: Database = request.app.state.database
    if street_id is None and caller.scope.lo == caller.scope.hi:
        street_id = caller.scope.lo
    if street_id is not None:
        return await _one_street(database, caller.scope, street_id, limit, after)
    return await _several_streets(database, caller.scope, limit, after)


async def _one_street(
    database: Database, scope: Scope, street_id: int, limit: int, after: str | None
) -> Response:
    seen = _vector(after).get(street_id, 0) if _is_vector(after) else int(after or 0)
    found = await database.read(OF_ONE_STREET, scope, street_id=street_id, limit=limit, after=seen)
    items, count, last = found or ("[]", 0, None)
    cursor = str(seen if last is None else last)
    query = {"street_id": street_id, "limit": limit, "after": cursor}
    return _page(items, cursor, query if count == limit else None)


async def _several_streets(
    database: Database, scope: Scope, limit: int, after: str | None
) -> Response:
    if after is not None and not _is_vector(after):
        raise CursorInvalid()
    seen = _vector(after)
    values = {"streets": list(seen), "numbers": list(seen.values())}
    page = await database.read(OF_SEVERAL_STREETS, scope, limit=limit, **values)
    assert page is not None
    streets, numbers = page.streets or (), page.numbers or ()
    if len(streets) > STREETS_MAX:
        raise TooManyStreets()
    cursor = write_vector(dict(zip(streets, numbers, strict=True)))
    query = {"limit": limit, "after": cursor}
    return _page(f"[{page.items or ''}]", cursor, query if page.more else None)


def _page(items: str, cursor: str, next_query: Mapping[str, Any] | None) -> Response:
    following = f'"/v1/events?{urlencode(next_query)}"' if next_query else "null"
    return json_answer(f'{{"items":{items},"next":{following},"cursor":"{cursor}"}}')


def _is_vector(after: str | None) -> bool:
    return after is not None and after.startswith("v")


def _vector(after: str | None) -> dict[int, int]:
    """Read a cursor over several streets.

    Raises:
        CursorInvalid.
    """
    try:
        return read_vector(after) if after else {}
    except ValueError as error:
        raise CursorInvalid() from error


@routes.get("/events/{street_id}/{number}", responses=answers(EventOut))
async def get_event(
    request: Request,
    caller: Annotated[Caller, needs(Right.EVENTS_READ)],
    street_id: Annotated[int, Path(ge=0, le=999_999_999)],
    number: Annotated[int, Path(ge=0, le=2**62, description="Its number in the street's log.")],
) -> Response:
    """Get a change by its number in the street's log. 事件详情"""
    return await paging.get(request, caller, EVENT, street_id=street_id, number=number)


class EventHeadOut(BaseModel):
    """A signed head: a JSON Web Signature by the statement key, to be kept and compared."""

    id: UUID
    street_id: int
    number: int = Field(description="The last event that it covers. 覆盖至第几号事件")
    at: AwareDatetime
    head: str = Field(
        description="Compact JWS (`typ` maplebridge-event-head+jws) over `street_id`, `from`, `number`,"
        " `hash` (of the last row), `hashes` (of all rows, joined, base64url), `unsealed`, `at`."
    )


HEADS = Pages(
    signed_head,
    json_object(
        id=signed_head.c.id,
        street_id=signed_head.c.street_id,
        number=signed_head.c.no,
        at=signed_head.c.at,
        head=signed_head.c.jws,
    ),
    {"street_id": signed_head.c.street_id == bindparam("street_id", type_=Integer)},
)


@routes.get("/event-heads", responses=answers(Page[EventHeadOut]))
async def list_event_heads(
    request: Request,
    caller: Annotated[Caller, needs(Right.EVENTS_READ)],
    street_id: StreetIdParameter | None = None,
    limit: Limit = 20,
    after: paging.After = None,
) -> Response:
    """List signed heads of the event log, newest first. 事件日志签名链头"""
    if street_id is not None and street_id not in caller.scope:
        raise NotFound("query:street_id")
    return await HEADS.page(request, caller, limit, after, street_id=street_id)
