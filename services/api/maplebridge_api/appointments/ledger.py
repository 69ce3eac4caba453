"""Appointments as sheets hold them; a cross-appointment rests on more than a sheet says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from maplebridge_domain.period import Period

from ..platform.database import Statement, in_scope
from ..platform.views import place_held
from .tables import appointment


@dataclass(frozen=True)
class AppointmentLine:
    """A person in a post."""

    id: UUID
    post_id: UUID
    person_id: UUID
    start: datetime
    until: datetime | None


APPOINTMENT_LEDGER = Statement(
    select(
        appointment.c.id,
        appointment.c.post_id,
        appointment.c.person_id,
        func.lower(appointment.c.during),
        func.upper(appointment.c.during),
    )
    .where(in_scope(appointment), appointment.c.step.is_(None), appointment.c.during.is_not(None))
    .order_by(func.lower(appointment.c.during), appointment.c.id),
    AppointmentLine,
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
