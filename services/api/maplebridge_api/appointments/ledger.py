"""Appointments as sheets hold them, those by the five steps with what they rest on and what shows them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from maplebridge_domain.period import Period

from ..platform.database import Statement, in_scope
from ..platform.views import place_held
from .queries import BASIS, read_basis
from .tables import appointment


@dataclass(frozen=True)
class AppointmentLine:
    """A person in a post; by which step, on what, shown by what."""

    id: UUID
    post_id: UUID
    person_id: UUID
    start: datetime
    until: datetime | None
    step: int | None
    rests_on: UUID | None
    contract_id: UUID | None
    election: dict[str, Any] | None
    no_interest_declared_on: date | None
    evidence: list[dict[str, Any]]


def _line(
    id_: UUID, post_id: UUID, person_id: UUID, start: datetime, until: datetime | None, *basis: Any
) -> AppointmentLine:
    return AppointmentLine(id_, post_id, person_id, start, until, *read_basis(*basis))


APPOINTMENT_LEDGER = Statement(
    select(
        appointment.c.id,
        appointment.c.post_id,
        appointment.c.person_id,
        func.lower(appointment.c.during),
        func.upper(appointment.c.during),
        *BASIS,
    )
    .where(in_scope(appointment), appointment.c.during.is_not(None))
    .order_by(func.lower(appointment.c.during), appointment.c.id),
    _line,
)
#: Every place that is held or to be held, by whichever appointment: what an import may not take again.
PLACE_LEDGER = Statement(
    select(
        place_held.c.post_id,
        place_held.c.seat,
        func.lower(place_held.c.during),
        func.upper(place_held.c.during),
    ).where(in_scope(place_held)),
    lambda post_id, seat, start, until: (post_id, seat, Period(start, until)),
)
