"""Tables of rubrics and runs."""

from sqlalchemy import CheckConstraint, Column, Date, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_domain.evaluation import ResultKind, RunState, ServiceMethod
from maplebridge_domain.problem import Kind, Problem

from ..platform.schema import (
    Names,
    capacity,
    during,
    free,
    in_street,
    instant,
    integer,
    one_of,
    reference,
    some_of,
    street_table,
    text,
    version,
    without_overlaps,
)


class RubricInForce(Problem):
    """One rubric is in force in a street at a time."""

    kind = Kind.CONFLICT
    zh = "该期间已有生效的评分细则，请调整有效期。"
    en = "Another rubric is in force in that time; change the period of validity."
    pointer = "/rubric/valid"


rubric = street_table(
    "rubric",
    text("code"),
    text("edition"),
    text("document"),  # canonical JSON: what the digest is taken over
    Column("sha256", LargeBinary, nullable=False),
    Column("form", JSONB, nullable=False),  # subject kind -> indicators that a ballot may mark
    during(),
    in_street("rubric"),
    without_overlaps("rubric", unless=RubricInForce),
)

evaluation_run = street_table(
    "evaluation_run",
    Column("period_from", Date, nullable=False),
    Column("period_until", Date, nullable=False),  # exclusive
    *some_of("evaluation_run", "kinds", ResultKind),
    *reference("evaluation_run", "rubric_id", "rubric"),
    *one_of("evaluation_run", "state", RunState),
    text("requested_by", names=Names.ACTOR),
    capacity("requested_in_capacity"),
    instant("requested_at"),
    # Real time, not business time: who computes it, until when, and how often it was handed out.
    integer("attempt", default=0),
    instant("handed_out_at", null=True),
    text("worker", null=True),
    instant("lease_until", null=True),
    text("input_sha256", null=True),
    text("engine_version", null=True),
    Column("failure", JSONB),
    instant("drafted_at", null=True),
    *one_of("evaluation_run", "service_method", ServiceMethod, null=True),
    free(text("service_evidence", null=True)),
    instant("served_at", null=True),
    instant("notice_until", null=True),
    instant("confirmed_at", null=True),
    capacity("confirmed_in_capacity"),
    version(),
    CheckConstraint("period_from < period_until", name="evaluation_run__period"),
    CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="evaluation_run__failed"),
    CheckConstraint(
        "num_nonnulls(drafted_at, input_sha256, engine_version)"
        " = CASE WHEN state IN ('queued', 'computing', 'failed') THEN 0 ELSE 3 END",
        name="evaluation_run__drafted",
    ),
    CheckConstraint(
        "state = 'superseded'"
        " OR num_nonnulls(service_method, service_evidence, served_at, notice_until)"
        " = CASE WHEN state IN ('under_notice', 'final') THEN 4 ELSE 0 END",
        name="evaluation_run__served",
    ),
    CheckConstraint(
        "state = 'superseded' OR num_nonnulls(confirmed_at, confirmed_in_capacity)"
        " = CASE state WHEN 'final' THEN 2 ELSE 0 END",
        name="evaluation_run__confirmed",
    ),
    # The job worker looks for what is still to be computed, over all streets.
    Index(
        "evaluation_run__to_compute",
        "street_id",
        "id",
        postgresql_where="state IN ('queued', 'computing')",
    ),
)
