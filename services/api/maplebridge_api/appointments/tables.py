"""The table of appointments; the database guarantees places, terms and sources."""

from sqlalchemy import CheckConstraint, Column, Date, Index, SmallInteger, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_domain.appointment import AlreadyHoldsPost, PostTaken, SourceNotInForce
from maplebridge_domain.hierarchy import OrganisationDissolved

from ..platform.schema import (
    TemporalUnique,
    during,
    reference,
    street_table,
    version,
    within,
    without_overlaps,
)

appointment = street_table(
    "appointment",
    *reference("appointment", "person_id", "person"),
    *reference("appointment", "post_id", "post"),
    Column("seat", SmallInteger, nullable=False),  # which of the post's places
    during(),
    Column("step", SmallInteger),  # set together with rests_on: a cross-appointment
    Column("rests_on", Uuid),
    Column("contract_id", Uuid),
    Column("election", JSONB),
    Column("no_interest_declared_on", Date),
    version(),
    CheckConstraint("(step IS NULL) = (rests_on IS NULL)", name="appointment__step_rests"),
    CheckConstraint("step BETWEEN 1 AND 5", name="appointment__step"),
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
