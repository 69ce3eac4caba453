"""What is read of appointments, and the statements of their writes."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Interval,
    Select,
    SmallInteger,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE

from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.period import Period

from ..grid.service import path_at
from ..organisations.service import ORGANISATION_ID, posts, standing_of_post, vacancies
from ..platform.database import (
    GATE,
    NO_END,
    Read,
    Statement,
    an_id,
    by_ids,
    in_scope,
    json_object,
    json_period,
)
from ..platform.ordering import by_name
from ..platform.paging import Pages, Single
from ..platform.request import Created
from ..platform.views import office_holder
from .tables import appointment


@dataclass(frozen=True)
class Appointment:
    """An appointment as the rules look at it."""

    id: UUID
    street_id: int
    person_id: UUID
    post_id: UUID
    during: Period
    version: int


AS_RULES_SEE = (
    appointment.c.street_id,
    appointment.c.person_id,
    appointment.c.post_id,
    appointment.c.during,
    appointment.c.version,
)


def as_rules_see(
    id_: UUID, street_id: int, person_id: UUID, post_id: UUID, during: Any, version: int
) -> Appointment:
    """Return the appointment that a row of `AS_RULES_SEE`, behind its id, tells of."""
    period = Period(during.lower, during.upper)
    return Appointment(id_, street_id, person_id, post_id, period, version)


#: Terms only: what was withdrawn before it began is no appointment to whoever builds on one.
APPOINTMENT = Statement(
    by_ids(appointment, *AS_RULES_SEE).where(appointment.c.during.is_not(None)), as_rules_see
)


#: By which step, on what, and what shows it.
BASIS = (
    appointment.c.step,
    appointment.c.rests_on,
    appointment.c.contract_id,
    cast(appointment.c.election, Text),
    appointment.c.no_interest_declared_on,
    cast(appointment.c.evidence, Text),
)


def read_basis(*row: Any) -> tuple[Any, ...]:
    """Return a row of `BASIS` with the vote and the files read."""
    step, rests_on, contract_id, election, declared_on, evidence = row
    read, files = json.loads(election or "null"), json.loads(evidence or "[]")
    return step, rests_on, contract_id, read, declared_on, files


APPOINTMENT_OUT = json_object(
    id=appointment.c.id,
    street_id=appointment.c.street_id,
    person_id=appointment.c.person_id,
    post_id=appointment.c.post_id,
    during=case((appointment.c.during.is_not(None), json_period(appointment.c.during))),
    end_reason=appointment.c.end_reason,
    step=appointment.c.step,
    rests_on=appointment.c.rests_on,
    contract_id=appointment.c.contract_id,
    election=appointment.c.election,
    no_interest_declared_on=appointment.c.no_interest_declared_on,
)

APPOINTMENT_BY_ID = Single(appointment, APPOINTMENT_OUT)
APPOINTMENTS = Pages(
    appointment,
    APPOINTMENT_OUT,
    {
        "person_id": appointment.c.person_id == bindparam("person_id", type_=Uuid),
        "post_id": appointment.c.post_id == bindparam("post_id", type_=Uuid),
        "rests_on": appointment.c.rests_on == bindparam("rests_on", type_=Uuid),
        "step": appointment.c.step == bindparam("step", type_=Integer),
        "at": appointment.c.during.contains(bindparam("at", type_=DateTime(timezone=True))),
    },
)

_named = and_(
    office_holder.c.street_id == appointment.c.street_id,
    office_holder.c.appointment_id == appointment.c.id,
)
#: Asked with `at`, always: an office that is over names nobody.
OFFICE_HOLDERS = Pages(
    appointment,
    json_object(
        id=appointment.c.id,
        street_id=appointment.c.street_id,
        person_id=appointment.c.person_id,
        name=office_holder.c.name,
        post_id=appointment.c.post_id,
        organisation_id=office_holder.c.organisation_id,
        grid_id=office_holder.c.grid_id,
        during=json_period(appointment.c.during),
    ),
    {
        "post_id": appointment.c.post_id == bindparam("post_id", type_=Uuid),
        "organisation_id": office_holder.c.organisation_id
        == bindparam("organisation_id", type_=Uuid),
    },
    source=appointment.join(office_holder, _named),
    only=appointment.c.during.contains(bindparam("at", type_=DateTime(timezone=True))),
    refer={"organisation_id": ORGANISATION_ID},
    order=by_name(office_holder, "appointment_id"),
)

_other = appointment.alias("other")
_successor = appointment.alias("successor")
_during = cast(bindparam("during", type_=Text), TSTZRANGE)
_street_id = bindparam("street_id", type_=Integer)
_post_id = bindparam("post_id", type_=Uuid)
_place: ColumnElement[int] = func.generate_series(
    1, bindparam("seats", type_=Integer)
).column_valued("place")
_taken = exists().where(
    appointment.c.street_id == _street_id,
    appointment.c.post_id == _post_id,
    appointment.c.seat == _place,
    appointment.c.during.overlaps(_during),
)
_NEW: dict[str, ColumnElement[Any]] = {
    "street_id": _street_id,
    "id": func.coalesce(bindparam("id", type_=Uuid), func.uuidv7()),
    "person_id": bindparam("person_id", type_=Uuid),
    "post_id": _post_id,
    "seat": _place,
    "during": _during,
    "step": bindparam("step", type_=SmallInteger),
    "rests_on": bindparam("rests_on", type_=Uuid),
    "contract_id": bindparam("contract_id", type_=Uuid),
    "election": bindparam("election", type_=JSONB),
    "no_interest_declared_on": bindparam("no_interest_declared_on", type_=Date),
    "evidence": bindparam("evidence", type_=JSONB),
}
#: Takes the lowest place of the post that is free in the whole term; no row comes back when none is.
#: The post is locked before; the key `appointment__post_taken` guarantees it whatever the code does.
APPOINT = Statement(
    insert(appointment)
    .from_select(list(_NEW), select(*_NEW.values()).where(~_taken).order_by(_place).limit(1))
    .returning(appointment.c.id, APPOINTMENT_OUT),
    Created,
)

_at = bindparam("at", type_=DateTime(timezone=True))
_id = bindparam("id", type_=Uuid)
_OF_STREET = appointment.c.street_id == _street_id
SHOW = Statement(
    select(appointment.c.id, APPOINTMENT_OUT).where(in_scope(appointment), appointment.c.id == _id),
    Created,
)


def _seated(street_id: ColumnElement[int], post_id: ColumnElement[UUID]) -> ColumnElement[int]:
    """Count who sits in a post at an instant."""
    named = (appointment.c.street_id == street_id, appointment.c.post_id == post_id)
    seated = select(func.count()).where(*named, appointment.c.during.contains(_at))
    return seated.correlate_except(appointment).scalar_subquery()


VACANT_POSTS = vacancies(_seated)
_zero: ColumnElement[int] = literal_column("0")
_days = func.make_interval(_zero, _zero, _zero, bindparam("within_days", type_=Integer))
#: Asked with both: terms that run at an instant and are over so many days later.
EXPIRING = Pages(
    appointment,
    APPOINTMENT_OUT,
    {
        "at": appointment.c.during.contains(_at),
        "within_days": func.upper(appointment.c.during) <= _at + cast(_days, Interval),
    },
)


def _holds(*steps: int) -> ColumnElement[bool]:
    """Say that a person holds a cross-appointment of each of the steps."""
    held = [func.bool_or(appointment.c.step == step) for step in steps]
    return and_(*held)


_holders = (
    select(
        *(_holds(step).label(f"step_{step}") for step in (1, 2, 3, 4, 5)),
        _holds(2, 3).label("steps_2_and_3"),
    )
    .where(
        GATE,
        in_scope(appointment),
        appointment.c.street_id == _street_id,
        appointment.c.during.contains(_at),
        appointment.c.step.is_not(None),
    )
    .group_by(appointment.c.person_id)
    .subquery("holders")
)
#: Persons are counted, each once a step, however many posts they hold by it.
SUMMARY = Read(
    select(
        json_object(
            at=cast(_at, DateTime(timezone=True)),
            **{c.name: func.count().filter(c) for c in _holders.c},
        ).label("item"),
        null().label("version"),
    )
    .select_from(_holders)
    .limit(1),
    lambda *row: row,
)


_offices = (
    select(
        json_object(
            id=appointment.c.id,
            during=json_period(appointment.c.during),
            post=standing_of_post(appointment.c.street_id, appointment.c.post_id),
        ).label("office")
    )
    .where(
        GATE,
        in_scope(appointment),
        appointment.c.person_id == bindparam("person_id", type_=Uuid),
        appointment.c.during.contains(_at),
    )
    .order_by(appointment.c.id)
    .limit(50)
    .subquery("offices")
)
#: A person's appointments in force: JSON text of `[{"id", "during", "post"}]`.
OFFICES = Read(
    select(func.coalesce(cast(func.json_agg(_offices.c.office), Text), "[]")).limit(1), str
)


@dataclass(frozen=True)
class Holder:
    """Who holds an appointment."""

    street_id: int
    person_id: UUID


OFFICE = Statement(
    select(appointment.c.street_id, appointment.c.person_id).where(
        in_scope(appointment), appointment.c.id == _id, appointment.c.during.contains(_at)
    ),
    Holder,
)


@dataclass(frozen=True)
class Held:
    """What office an appointment is to."""

    holder: OrganisationKind | None
    post: PostKind


def _held(standing: str) -> Held:
    post = json.loads(standing)
    holder = OrganisationKind(post["holder"]) if post["holder"] else None
    return Held(holder, PostKind(post["kind"]))


_until = func.upper(appointment.c.during)
#: The offices that a person holds or is to hold.
HELD = Statement(
    select(cast(standing_of_post(appointment.c.street_id, appointment.c.post_id), Text)).where(
        in_scope(appointment),
        appointment.c.person_id == bindparam("person_id", type_=Uuid),
        appointment.c.during.is_not(None),
        or_(_until.is_(None), _until > _at),
    ),
    _held,
)
OF_PERSON = Statement(
    select(appointment.c.id).where(
        in_scope(appointment), appointment.c.person_id == bindparam("person_id", type_=Uuid)
    ),
    an_id,
)


def last_term_end(
    street_id: ColumnElement[int], person_id: ColumnElement[UUID]
) -> ColumnElement[datetime]:
    """Write when a person's last term ended or ends (`NO_END`: it is open); null: they held no office."""
    until = func.coalesce(func.upper(appointment.c.during), NO_END)
    of_person = (
        appointment.c.street_id == street_id,
        appointment.c.person_id == person_id,
        appointment.c.during.is_not(None),
    )
    last = select(func.max(until)).where(*of_person)
    return last.correlate_except(appointment).scalar_subquery()


#: Posts that two entries hold at one time: as one person they would sit there twice.
BOTH_HOLD = Statement(
    select(appointment.c.post_id)
    .select_from(
        appointment.join(
            _other,
            and_(
                _other.c.street_id == appointment.c.street_id,
                _other.c.post_id == appointment.c.post_id,
                _other.c.during.overlaps(appointment.c.during),
            ),
        )
    )
    .where(
        in_scope(appointment),
        appointment.c.person_id == bindparam("one", type_=Uuid),
        _other.c.person_id == bindparam("other", type_=Uuid),
    )
    .order_by(appointment.c.post_id)
    .limit(1),
    an_id,
)


def holder_of(street_id: ColumnElement[int], id_: ColumnElement[UUID]) -> Select[tuple[UUID]]:
    """Write who holds an appointment, to be joined or asked in another slice's statement: `person_id`."""
    named = (appointment.c.street_id == street_id, appointment.c.id == id_)
    return select(appointment.c.person_id).where(*named).correlate_except(appointment)


def held_posts(at: ColumnElement[datetime]) -> Select[Any]:
    """Select which posts somebody holds at an instant, and where, for another slice: `kind`, `path`."""
    place = posts().subquery("place")
    held = and_(place.c.street_id == appointment.c.street_id, place.c.id == appointment.c.post_id)
    return (
        select(place.c.kind, path_at(place.c.street_id, place.c.grid_id, at).label("path"))
        .select_from(appointment.join(place, held))
        .where(in_scope(appointment), appointment.c.during.contains(at))
    )


def shares_post(
    street_id: ColumnElement[int], one: ColumnElement[UUID], other: ColumnElement[UUID]
) -> ColumnElement[bool]:
    """Say that two appointments are to one post: what the office has to do goes from one to the other."""
    same = and_(
        _successor.c.street_id == appointment.c.street_id,
        _successor.c.post_id == appointment.c.post_id,
    )
    return exists(
        select(literal_column("1"))
        .select_from(appointment.join(_successor, same))
        .where(
            appointment.c.street_id == street_id,
            appointment.c.id == one,
            _successor.c.id == other,
        )
        .correlate_except(appointment, _successor)
    )
