"""What rules ask besides what a request names: what persons hold, when they died, when committees sit."""

from sqlalchemy import ColumnElement, Uuid, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.appointment import EndReason
from maplebridge_domain.cross_appointment import STEPS
from maplebridge_domain.period import Period

from ..platform.database import Statement, in_scope
from ..platform.views import committee_sitting
from .queries import AS_RULES_SEE, Appointment, as_rules_see
from .tables import appointment

_of_persons = appointment.c.person_id == func.any(bindparam("person_ids", type_=ARRAY(Uuid())))


def _held_by(which: ColumnElement[bool]) -> Statement[Appointment]:
    """Select what persons hold, or held, of some kind."""
    return Statement(
        select(appointment.c.id, *AS_RULES_SEE).where(
            in_scope(appointment), _of_persons, which, appointment.c.during.is_not(None)
        ),
        as_rules_see,
    )


#: What persons hold on the strength of nothing else.
HELD_OF_THEIR_OWN = _held_by(appointment.c.step.is_(None))
#: What persons hold by a step that asks that they have no interest.
HELD_WITHOUT_INTEREST = _held_by(
    appointment.c.step.in_(
        [literal_column(str(step.number)) for step in STEPS.values() if step.needs_no_interest]
    )
)
#: When committees sit, each by its organisation's id.
SITTINGS = Statement(
    select(committee_sitting.c.organisation_id, committee_sitting.c.during).where(
        in_scope(committee_sitting),
        committee_sitting.c.organisation_id
        == func.any(bindparam("organisation_ids", type_=ARRAY(Uuid()))),
    ),
    lambda id_, during: (id_, Period(during.lower, during.upper)),
)

#: When persons died, of those whose office ended by that.
DEATHS = Statement(
    select(appointment.c.person_id, func.min(func.upper(appointment.c.during)))
    .where(
        in_scope(appointment),
        _of_persons,
        appointment.c.end_reason == literal_column(f"'{EndReason.DEATH}'"),
        appointment.c.during.is_not(None),
    )
    .group_by(appointment.c.person_id),
    lambda id_, died_at: (id_, died_at),
)
