"""Tables of rubrics, runs and results."""

from maplebridge_domain.evaluation import ResultKind, RunState, ServiceMethod
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.problem import Kind, Problem
from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ..platform.schema import (
    during,
    in_street,
    instant,
    integer,
    one_of,
    reference,
    street_table,
    text,
    unique,
    version,
    without_overlaps,
)


class RubricInForce(Problem):
    """One rubric is in force in a street at a time."""

    kind = Kind.CONFLICT
    zh = "该期间已有生效的评分细则，请调整有效期。"
    en = "Another rubric is in force in that time; change the period of validity."
    pointer = "/rubric/valid"


class ResultTwice(Problem):
    """A run holds one result of a kind for a subject."""

    kind = Kind.CONFLICT
    zh = "同一对象在一次运行中只能有一个同类结果。"
    en = "A subject has one result of a kind in a run."
    pointer = "/results"


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
    Column("kinds", ARRAY(Text), nullable=False),
    *reference("evaluation_run", "rubric_id", "rubric"),
    *one_of("evaluation_run", "state", RunState),
    text("requested_by"),
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
    text("service_evidence", null=True),
    instant("served_at", null=True),
    instant("notice_until", null=True),
    instant("confirmed_at", null=True),
    Column("confirmed_by", Uuid),  # the appointment in whose capacity it was confirmed
    version(),
    CheckConstraint("period_from < period_until", name="evaluation_run__period"),
    # The job worker looks for what is still to be computed, over all streets.
    Index(
        "evaluation_run__to_compute",
        "street_id",
        "id",
        postgresql_where="state IN ('queued', 'computing')",
    ),
)

evaluation_result = street_table(
    "evaluation_result",
    *reference("evaluation_result", "run_id", "evaluation_run"),
    *one_of("evaluation_result", "kind", ResultKind),
    *one_of("evaluation_result", "subject_kind", SubjectKind),
    Column("subject_id", Uuid, nullable=False),
    integer("score", null=True),  # hundredths; null: unrated
    text("grade"),
    Column("explanation", JSON, nullable=False),
    text("statement", null=True),  # compact JWS, once final
    unique("evaluation_result", "run_id", "kind", "subject_id", unless=ResultTwice),
)
