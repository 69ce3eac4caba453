"""Tables of disputes and of the steps they took."""

from sqlalchemy import CheckConstraint, Index

from maplebridge_domain.dispute import Act, DisputeState

from ..platform.schema import (
    Names,
    capacity,
    instant,
    integer,
    one_of,
    reference,
    street_table,
    text,
    version,
)

dispute = street_table(
    "dispute",
    *reference("dispute", "quarter_id", "grid"),
    *reference("dispute", "grid_id", "grid", null=True),
    *reference("dispute", "enterprise_id", "organisation", null=True),
    # Who reported, and in what capacity: told to no reader of the case, only in the export of a person.
    *reference("dispute", "reporter_id", "person", null=True),
    capacity("reported_in_capacity"),
    text("category"),
    text("title"),
    text("summary"),
    *one_of("dispute", "state", DisputeState),
    instant("reported_at"),
    instant("due_at"),
    instant("last_step_at"),
    instant("agreed_at", null=True),
    instant("closed_at", null=True),
    integer("satisfaction", null=True),
    instant("text_erased_at", null=True),  # title, summary and notes are gone; the case is kept
    version(),
    CheckConstraint("satisfaction BETWEEN 0 AND 100", name="dispute__satisfaction"),
    CheckConstraint(
        "(state IN ('agreed', 'closed')) = (agreed_at IS NOT NULL)", name="dispute__agreed"
    ),
    CheckConstraint(
        "num_nonnulls(closed_at, satisfaction) = CASE state WHEN 'closed' THEN 2 ELSE 0 END",
        name="dispute__closed",
    ),
    # The list of a quarter, newest first: ids are uuidv7.
    Index("dispute__quarter_id", "street_id", "quarter_id", "id"),
)

dispute_step = street_table(
    "dispute_step",
    *reference("dispute_step", "dispute_id", "dispute"),
    *one_of("dispute_step", "act", Act),
    instant("at"),
    text("note", null=True),
    text("actor", names=Names.ACTOR),
    capacity(),
    Index("dispute_step__dispute_id", "street_id", "dispute_id"),
)
