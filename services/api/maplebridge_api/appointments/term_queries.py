"""The statements that end, withdraw and correct terms; each keeps what was said before."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    SmallInteger,
    Text,
    Uuid,
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
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, aggregate_order_by

from maplebridge_domain.appointment import AppointmentWithdrawn, EndReason
from maplebridge_domain.period import Period

from ..platform.database import (
    Statement,
    an_id,
    by_ids,
    json_object,
    json_period,
)
from ..platform.paging import Single
from ..platform.request import Created
from ..platform.views import place_held
from .queries import APPOINTMENT_OUT, BASIS, read_basis
from .tables import appointment, appointment_history


@dataclass(frozen=True)
class Term:
    """An appointment as its changes look at it."""

    id: UUID
    street_id: int
    person_id: UUID
    post_id: UUID
    planned: Period | None  # none: withdrawn
    step: int | None
    rests_on: UUID | None
    contract_id: UUID | None
    election: dict[str, Any] | None
    no_interest_declared_on: date | None
    evidence: list[dict[str, Any]]
    version: int
    seat: int

    @property
    def during(self) -> Period:
        """The term itself.

        Raises:
            AppointmentWithdrawn.
        """
        if self.planned is None:
            raise AppointmentWithdrawn()
        return self.planned

    def body(self) -> dict[str, Any]:
        """Return a cross-appointment as it would be entered.

        Raises:
            AppointmentWithdrawn.
        """
        return {
            "step": self.step,
            "source_id": self.rests_on,
            "post_id": self.post_id,
            "during": {"from": self.during.start, "until": self.during.until},
            "contract_id": self.contract_id,
            "election": self.election,
            "no_interest_declared_on": self.no_interest_declared_on,
            "evidence": self.evidence,
        }


def _term(
    id_: UUID, street_id: int, person_id: UUID, post_id: UUID, during: Any, *more: Any
) -> Term:
    planned = Period(during.lower, during.upper) if during else None
    named = (id_, street_id, person_id, post_id, planned)
    return Term(*named, *read_basis(*more[:6]), *more[6:])


_TERM = (
    appointment.c.street_id,
    appointment.c.person_id,
    appointment.c.post_id,
    appointment.c.during,
    *BASIS,
    appointment.c.version,
    appointment.c.seat,
)
TERM_TO_CHANGE = Statement(by_ids(appointment, *_TERM).with_for_update(), _term)

_street_id = bindparam("street_id", type_=Integer)
_id = bindparam("id", type_=Uuid)
_at = bindparam("at", type_=DateTime(timezone=True))
_OF_STREET = appointment.c.street_id == _street_id
_until = func.upper(appointment.c.during)
#: Runs at an instant, or is to begin after it.
_RUNS_ON = (appointment.c.during.is_not(None), or_(_until.is_(None), _until > _at))
#: What a person still holds, or is to hold, after an instant; locked in order.
STILL_HELD = Statement(
    select(appointment.c.id, *_TERM)
    .where(_OF_STREET, appointment.c.person_id == bindparam("person_id", type_=Uuid), *_RUNS_ON)
    .order_by(appointment.c.id)
    .with_for_update(),
    _term,
)
#: What rests on a service contract after an instant; locked in order.
ON_CONTRACT = Statement(
    select(appointment.c.id)
    .where(_OF_STREET, appointment.c.contract_id == bindparam("contract_id", type_=Uuid), *_RUNS_ON)
    .order_by(appointment.c.id)
    .with_for_update(),
    an_id,
)

_before = bindparam("until", type_=DateTime(timezone=True))
#: What is held in an organisation's posts after an instant, and is not to begin at or after another;
#: locked in order.
IN_ORGANISATION = Statement(
    select(appointment.c.id)
    .where(
        _OF_STREET,
        appointment.c.id.in_(
            select(place_held.c.appointment_id).where(
                place_held.c.street_id == _street_id,
                place_held.c.organisation_id == bindparam("organisation_id", type_=Uuid),
            )
        ),
        or_(_before.is_(None), func.lower(appointment.c.during) < _before),
        *_RUNS_ON,
    )
    .order_by(appointment.c.id)
    .with_for_update(),
    an_id,
)

_KEPT = ("during", "end_reason", "election", "no_interest_declared_on", "evidence")
_NONE: ColumnElement[Any] = literal_column("'[]'::jsonb")


def _keep(change: ColumnElement[str], *where: ColumnElement[bool]) -> CTE:
    """Write what appointments say before a change into their history."""
    note = bindparam("note", type_=Text)
    now = bindparam("now", type_=DateTime(timezone=True))
    before = select(
        appointment.c.street_id,
        appointment.c.id,
        change,
        now,
        note,
        *(appointment.c[name] for name in _KEPT),
    ).where(*where)
    columns = ("street_id", "appointment_id", "change", "changed_at", "note", *_KEPT)
    return (
        insert(appointment_history)
        .from_select(columns, before)
        .returning(appointment_history.c.id)
        .cte("kept")
    )


_ids = bindparam("ids", type_=ARRAY(Uuid()))
_named = appointment.c.id == func.any(_ids)
_resting = select(appointment.c.id).where(_OF_STREET, _named).cte("resting", recursive=True)
_resting = _resting.union_all(
    select(appointment.c.id).where(_OF_STREET, appointment.c.rests_on == _resting.c.id)
)
_ending = (_OF_STREET, appointment.c.id.in_(select(_resting.c.id)), *_RUNS_ON)
_begun = func.lower(appointment.c.during) < _at
_change: ColumnElement[str] = case(
    (_begun, literal_column("'ended'")), else_=literal_column("'withdrawn'")
)


@dataclass(frozen=True)
class Ended:
    """An appointment that was ended, or withdrawn because it had not begun."""

    id: UUID
    withdrawn: bool


#: Ends appointments and all that rests on them, however far: a director by step 2 may be a supervisor
#: by step 5. What has not begun by then is withdrawn. One statement, because a term that outlasts its
#: source is refused at the end of each; one street, because a distributed database follows a chain
#: within one only.
END = Statement(
    update(appointment)
    .where(*_ending)
    .values(
        during=case((_begun, func.tstzrange(func.lower(appointment.c.during), _at)), else_=null()),
        end_reason=case(
            (_named, bindparam("reason", type_=Text)),
            else_=literal_column(f"'{EndReason.SOURCE_ENDED}'"),
        ),
        version=appointment.c.version + literal_column("1"),
    )
    .add_cte(_keep(_change, *_ending))
    .returning(appointment.c.id, appointment.c.during.is_(None)),
    Ended,
)


#: Appointments in force at an instant, so many after one of them.
IN_FORCE = Statement(
    select(appointment.c.id, *_TERM)
    .where(
        _OF_STREET,
        appointment.c.during.contains(_at),
        appointment.c.id > bindparam("after", type_=Uuid),
    )
    .order_by(appointment.c.id)
    .limit(bindparam("limit", type_=Integer)),
    _term,
)


@dataclass(frozen=True)
class Dependant:
    """A cross-appointment and its term."""

    id: UUID
    during: Period


#: What rests on an appointment directly; what rests on that in turn lies within it.
DEPENDANTS = Statement(
    select(appointment.c.id, appointment.c.during)
    .where(_OF_STREET, appointment.c.rests_on == _id, appointment.c.during.is_not(None))
    .order_by(appointment.c.id),
    lambda id_, during: Dependant(id_, Period(during.lower, during.upper)),
)

_other = appointment.alias("other")
_during = cast(bindparam("during", type_=Text), TSTZRANGE)
_place: ColumnElement[int] = func.generate_series(
    1, bindparam("seats", type_=SmallInteger)
).column_valued("place")
_taken = exists().where(
    _other.c.street_id == _street_id,
    _other.c.post_id == bindparam("post_id", type_=Uuid),
    _other.c.seat == _place,
    _other.c.id != _id,
    _other.c.during.overlaps(_during),
)
_free = (
    select(cast(_place, SmallInteger).label("seat"))
    .where(~_taken)
    .order_by(_place)
    .limit(1)
    .subquery("free")
)
_put_off = func.upper_inf(_during) | (func.upper(_during) > func.upper(appointment.c.during))
#: Gives a term other dates, and the lowest place that is free in them; no row comes back when none is.
CORRECT = Statement(
    update(appointment)
    .where(_OF_STREET, appointment.c.id == _id)
    .values(
        seat=_free.c.seat,
        during=_during,
        # An end that is put off was none.
        end_reason=case((_put_off, null()), else_=appointment.c.end_reason),
        election=bindparam("election", type_=JSONB),
        no_interest_declared_on=bindparam("no_interest_declared_on", type_=Date),
        evidence=bindparam("evidence", type_=JSONB),
        version=appointment.c.version + literal_column("1"),
    )
    .add_cte(_keep(literal_column("'corrected'"), _OF_STREET, appointment.c.id == _id))
    .returning(appointment.c.id, APPOINTMENT_OUT),
    Created,
)

_VERSION_OUT = json_object(
    change=appointment_history.c.change,
    changed_at=appointment_history.c.changed_at,
    note=appointment_history.c.note,
    during=json_period(appointment_history.c.during),
    end_reason=appointment_history.c.end_reason,
    election=appointment_history.c.election,
    no_interest_declared_on=appointment_history.c.no_interest_declared_on,
    evidence=func.coalesce(appointment_history.c.evidence, _NONE),
)
_versions = (
    select(_VERSION_OUT.label("version"), appointment_history.c.id)
    .where(
        appointment_history.c.street_id == appointment.c.street_id,
        appointment_history.c.appointment_id == appointment.c.id,
    )
    .order_by(appointment_history.c.id.desc())
    .limit(200)
    .correlate(appointment)
    .subquery("versions")
)
HISTORY = Single(
    appointment,
    json_object(
        evidence=func.coalesce(appointment.c.evidence, _NONE),
        items=func.coalesce(
            select(
                func.json_agg(aggregate_order_by(_versions.c.version, _versions.c.id.desc()))
            ).scalar_subquery(),
            literal_column("'[]'::json"),
        ),
    ),
)
