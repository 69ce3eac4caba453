"""The table of credit records."""

from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.record import RecordClass, RecordKind
from sqlalchemy import Column, Date, Index, Uuid

from ..platform.schema import in_street, instant, one_of, street_table, text, version

record = street_table(
    "record",
    *one_of("record", "subject_kind", SubjectKind),
    Column("subject_id", Uuid, nullable=False),
    *one_of("record", "kind", RecordKind),
    *one_of("record", "class", RecordClass, null=True),
    text("code"),
    text("title"),
    text("basis"),
    Column("occurred_on", Date, nullable=False),
    Column("valid_until", Date),  # exclusive; null: until it is repaired
    instant("repaired_at", null=True),
    version(),
    in_street("record"),
    Index("record__subject_id", "street_id", "subject_id"),
)
