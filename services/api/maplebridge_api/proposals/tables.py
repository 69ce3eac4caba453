"""The table of proposals: apart from appointments, whose temporal keys hold for real ones only."""

from sqlalchemy import CheckConstraint, Column, Date, Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_domain.proposal import OwnProposal, ProposalState

from ..platform.schema import (
    Names,
    capacity,
    during,
    free,
    instant,
    one_of,
    reference,
    street_table,
    text,
    version,
)

appointment_proposal = street_table(
    "appointment_proposal",
    *reference("appointment_proposal", "person_id", "person"),
    *reference("appointment_proposal", "post_id", "post"),
    during(),
    Column("step", SmallInteger),  # set together with rests_on: of a cross-appointment
    *reference("appointment_proposal", "rests_on", "appointment", null=True),
    *reference("appointment_proposal", "contract_id", "service_contract", null=True),
    Column("election", JSONB),
    Column("no_interest_declared_on", Date),
    free(Column("evidence", JSONB, nullable=False)),  # [{"name", "sha256", "dated_on", "number"}]
    *one_of("appointment_proposal", "state", ProposalState),
    instant("proposed_at"),
    text("proposer", names=Names.ACTOR),
    capacity("proposed_in_capacity"),
    instant("decided_at", null=True),
    text("decider", null=True, names=Names.ACTOR),
    capacity("decided_in_capacity"),
    free(text("reason", null=True)),
    *reference("appointment_proposal", "appointment_id", "appointment", null=True),
    version(),
    CheckConstraint("(step IS NULL) = (rests_on IS NULL)", name="appointment_proposal__step_rests"),
    CheckConstraint("step BETWEEN 1 AND 5", name="appointment_proposal__step"),
    CheckConstraint(
        "num_nonnulls(decided_at, decider) = CASE state WHEN 'proposed' THEN 0 ELSE 2 END",
        name="appointment_proposal__decided",
    ),
    CheckConstraint(
        "(state = 'approved') = (appointment_id IS NOT NULL)", name="appointment_proposal__approved"
    ),
    CheckConstraint(
        "CASE WHEN reason IS NULL THEN state <> 'rejected'"
        " ELSE state IN ('rejected', 'withdrawn') END",
        name="appointment_proposal__rejected",
    ),
    # Decided by another than who proposed, taken back by nobody else.
    CheckConstraint(
        "(state = 'withdrawn') = (decider = proposer)",
        name=f"appointment_proposal__{OwnProposal.code}",
    ),
    Index("appointment_proposal__post_id", "street_id", "post_id"),
    Index("appointment_proposal__person_id", "street_id", "person_id"),
)
