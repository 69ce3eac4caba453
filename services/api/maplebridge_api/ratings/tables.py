"""Tables of credit records and of results."""

from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, Uuid

from maplebridge_domain.evaluation import ResultKind, ResultTwice, SubjectNotOfThatKind
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.record import ClassMissing, RecordClass, RecordKind

from ..platform.schema import (
    Names,
    capacity,
    free,
    in_street,
    instant,
    integer,
    one_of,
    reference,
    street_table,
    text,
    unique,
    version,
)

record = street_table(
    "record",
    *one_of("record", "subject_kind", SubjectKind),
    Column("subject_id", Uuid, nullable=False, info={"names": Names.APPOINTMENT}),
    *one_of("record", "kind", RecordKind),
    *one_of("record", "class", RecordClass, null=True),
    text("code"),
    free(text("title")),
    free(text("basis")),
    Column("occurred_on", Date, nullable=False),
    Column("valid_until", Date),  # exclusive; null: until it is repaired
    instant("repaired_at", null=True),
    capacity("entered_in_capacity"),
    version(),
    CheckConstraint(
        "(kind = 'commendation') = (class IS NULL)", name=f"record__{ClassMissing.code}"
    ),
    in_street("record"),
    Index("record__subject_id", "street_id", "subject_id"),
)

evaluation_result = street_table(
    "evaluation_result",
    *reference("evaluation_result", "run_id", "evaluation_run"),
    *one_of("evaluation_result", "kind", ResultKind),
    *one_of("evaluation_result", "subject_kind", SubjectKind),
    Column("subject_id", Uuid, nullable=False, info={"names": Names.APPOINTMENT}),
    integer("score", null=True),  # hundredths; null: unrated
    text("grade"),
    Column("explanation", JSON, nullable=False),
    text("statement", null=True),  # compact JWS, once final
    CheckConstraint("score BETWEEN 0 AND 1000000", name="evaluation_result__score"),
    CheckConstraint(
        "(kind, subject_kind) IN (('member_score', 'appointment'),"
        " ('unit_assessment', 'organisation'), ('credit_rating', 'enterprise'))",
        name=f"evaluation_result__{SubjectNotOfThatKind.code}",
    ),
    unique("evaluation_result", "run_id", "kind", "subject_id", unless=ResultTwice),
)
