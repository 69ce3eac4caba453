"""The table of appointments; the database guarantees places, terms and sources."""

from sqlalchemy import CheckConstraint, Column, Date, Index, SmallInteger, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_domain.appointment import (
    AlreadyHoldsPost,
    Change,
    EndReason,
    PostTaken,
    SourceNotInForce,
)
from maplebridge_domain.hierarchy import OrganisationDissolved

from ..platform.schema import (
    TemporalUnique,
    during,
    free,
    instant,
    one_of,
    reference,
    street_table,
    text,
    version,
    within,
    without_overlaps,
)

appointment = street_table(
    "appointment",
    *reference("appointment", "person_id", "person"),
    *reference("appointment", "post_id", "post"),
    Column("seat", SmallInteger, nullable=False),  # which of the post's places
    during(null=True),  # null: withdrawn before it began, so that the place is free
    *one_of("appointment", "end_reason", EndReason, null=True),
    Column("step", SmallInteger),  # set together with rests_on: a cross-appointment
    Column("rests_on", Uuid),
    Column("contract_id", Uuid),
    Column("election", JSONB),
    Column("no_interest_declared_on", Date),
    free(Column("evidence", JSONB)),  # [{"name", "sha256", "dated_on", "number"}]; null: none
    version(),
    CheckConstraint("(step IS NULL) = (rests_on IS NULL)", name="appointment__step_rests"),
    CheckConstraint("step BETWEEN 1 AND 5", name="appointment__step"),
    CheckConstraint(
        "CASE WHEN during IS NULL THEN end_reason IS NOT NULL"
        " ELSE end_reason IS DISTINCT FROM 'withdrawn' END",
        name="appointment__withdrawn",
    ),
    CheckConstraint(
        "end_reason IS NULL OR during IS NULL OR NOT upper_inf(during)", name="appointment__ended"
    ),
    TemporalUnique("street_id", "id", "during", name="appointment__during"),
    without_overlaps("appointment", "post_id", "seat", unless=PostTaken),
    without_overlaps("appointment", "post_id", "person_id", unless=AlreadyHoldsPost),
    within("appointment", "rests_on", "appointment", unless=SourceNotInForce, field="source_id"),
    within(
        "appointment",
        "contract_id",
        "service_contract",
        unless=SourceNotInForce,
        field="contract_id",
    ),
    within("appointment", "post_id", "post", unless=OrganisationDissolved, field="post_id"),
    Index("appointment__person_id", "street_id", "person_id"),
    Index("appointment__rests_on", "street_id", "rests_on"),
    Index("appointment__contract_id", "street_id", "contract_id"),
)

#: What an appointment said before it was ended, withdrawn or corrected: nothing of it is lost.
appointment_history = street_table(
    "appointment_history",
    *reference("appointment_history", "appointment_id", "appointment"),
    *one_of("appointment_history", "change", Change),
    instant("changed_at"),
    free(text("note", null=True)),
    during(),
    *one_of("appointment_history", "end_reason", EndReason, null=True),
    Column("election", JSONB),
    Column("no_interest_declared_on", Date),
    free(Column("evidence", JSONB)),
    Index("appointment_history__appointment_id", "street_id", "appointment_id"),
)
