"""What is read of records, results and statements, and the statements of their writes."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.authority import Right
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.meeting import SubjectKind

from ..organisations.service import name_of
from ..platform.database import (
    HI,
    LO,
    Statement,
    an_id,
    in_scope,
    insert_rows,
    json_object,
    recordset,
)
from ..platform.paging import Pages, Seen, Single
from ..platform.request import Created
from ..platform.views import own_subject, run_basis, subject
from .tables import evaluation_result, record

RECORD_OUT = json_object(
    id=record.c.id,
    street_id=record.c.street_id,
    subject_kind=record.c.subject_kind,
    subject_id=record.c.subject_id,
    kind=record.c.kind,
    class_=record.c["class"],
    code=record.c.code,
    title=record.c.title,
    basis=record.c.basis,
    occurred_on=record.c.occurred_on,
    valid_until=record.c.valid_until,
    entered_in_capacity=record.c.entered_in_capacity,
)
RESULT_OUT = json_object(
    id=evaluation_result.c.id,
    street_id=evaluation_result.c.street_id,
    run_id=evaluation_result.c.run_id,
    kind=evaluation_result.c.kind,
    subject_kind=evaluation_result.c.subject_kind,
    subject_id=evaluation_result.c.subject_id,
    score=evaluation_result.c.score,
    grade=evaluation_result.c.grade,
    explanation=evaluation_result.c.explanation,
    input_sha256=run_basis.c.input_sha256,
    rubric=json_object(
        id=run_basis.c.rubric_id,
        code=run_basis.c.rubric_code,
        edition=run_basis.c.rubric_edition,
        sha256=func.encode(run_basis.c.rubric_sha256, literal_column("'hex'")),
    ),
    engine_version=run_basis.c.engine_version,
)
_RESULT_AND_BASIS = evaluation_result.join(
    run_basis,
    and_(
        run_basis.c.street_id == evaluation_result.c.street_id,
        run_basis.c.run_id == evaluation_result.c.run_id,
    ),
)
_NAME = name_of(evaluation_result.c.street_id, evaluation_result.c.subject_id)
STATEMENT_OUT = json_object(
    id=evaluation_result.c.id,
    street_id=evaluation_result.c.street_id,
    run_id=evaluation_result.c.run_id,
    enterprise_id=evaluation_result.c.subject_id,
    enterprise_name=_NAME,
    score=evaluation_result.c.score,
    grade=evaluation_result.c.grade,
    statement=evaluation_result.c.statement,
)

ADD_RECORDS = Statement(insert_rows(record, record.c.id, RECORD_OUT), Created)


def _is_theirs(
    person_id: ColumnElement[UUID], capacity: ColumnElement[UUID]
) -> ColumnElement[bool]:
    """Say that a record is about an appointment of the reader's, or the organisation that they act for."""
    return exists(
        select(literal_column("1"))
        .select_from(own_subject)
        .where(
            own_subject.c.street_id == record.c.street_id,
            own_subject.c.subject_kind == record.c.subject_kind,
            own_subject.c.subject_id == record.c.subject_id,
            own_subject.c.person_id == person_id,
            or_(own_subject.c.capacity.is_(None), own_subject.c.capacity == capacity),
        )
        .correlate_except(own_subject)
    )


#: Nobody reads records by place: what is on record about a neighbour is the neighbour's.
_SEEN = Seen(Right.RECORDS_READ, own=_is_theirs)
RECORD_BY_ID = Single(record, RECORD_OUT, seen=_SEEN)
RECORDS = Pages(
    record,
    RECORD_OUT,
    {"subject_id": record.c.subject_id == bindparam("subject_id", type_=Uuid)},
    seen=_SEEN,
    refer={"subject_id": subject.c.subject_id},
)

_OF_RUN = evaluation_result.c.run_id == bindparam("run_id", type_=Uuid)
RESULT_BY_ID = Single(evaluation_result, RESULT_OUT, _RESULT_AND_BASIS)
RESULTS = Pages(
    evaluation_result,
    RESULT_OUT,
    {
        "run_id": _OF_RUN,
        "kind": evaluation_result.c.kind == bindparam("kind", type_=Text),
        "subject_id": evaluation_result.c.subject_id == bindparam("subject_id", type_=Uuid),
    },
    _RESULT_AND_BASIS,
    refer={"subject_id": subject.c.subject_id},
)
#: Only what is final is signed, so what is signed is what may leave.
_SIGNED = evaluation_result.c.statement.is_not(None)
STATEMENT_BY_ID = Single(evaluation_result, STATEMENT_OUT, only=_SIGNED)
STATEMENTS = Pages(
    evaluation_result,
    STATEMENT_OUT,
    {"run_id": _OF_RUN},
    only=_SIGNED,
)

_run_id = bindparam("run_id", type_=Uuid)
_published = (
    func.json_to_recordset(
        cast(bindparam("body", type_=Text), JSON).op("->")(literal_column("'results'"))
    )
    .table_valued(
        column("kind", Text),
        column("subject_kind", Text),
        column("subject_id", Uuid),
        column("score", Integer),
        column("grade", Text),
        column("explanation", JSON),
        name="published",
    )
    .render_derived(with_types=True)
)
#: A result's id follows from run, kind and subject: an RFC 9562 version 8 UUID over their MD5.
_digest = func.md5(
    func.concat(
        _run_id,
        literal_column("'/'"),
        _published.c.kind,
        literal_column("'/'"),
        _published.c.subject_id,
    )
)
_result_id = cast(
    func.overlay(
        func.overlay(_digest.op("placing")(literal_column("'8' from 13"))).op("placing")(
            literal_column("'8' from 17")
        )
    ),
    Uuid,
)
_RESULT = {
    "street_id": bindparam("street_id", type_=Integer),
    "id": _result_id,
    "run_id": _run_id,
    **{column.name: column for column in _published.c},
}
_written = (
    insert(evaluation_result)
    .from_select(list(_RESULT), select(*_RESULT.values()))
    .returning(
        evaluation_result.c.street_id,
        evaluation_result.c.kind,
        evaluation_result.c.subject_kind,
        evaluation_result.c.subject_id,
    )
    .cte("written")
)
#: Takes the request's own text: half a megabyte is not read into Python and written out again. Its rows
#: are kinds and ids of subjects that the run's street does not have.
ADD_RESULTS = Statement(
    select(_written.c.kind, _written.c.subject_id)
    .select_from(
        _written.outerjoin(
            subject,
            and_(
                subject.c.street_id == _written.c.street_id,
                subject.c.subject_kind == _written.c.subject_kind,
                subject.c.subject_id == _written.c.subject_id,
            ),
        )
    )
    .where(subject.c.subject_id.is_(None)),
    lambda kind, id_: (ResultKind(kind), id_),
)


@dataclass(frozen=True)
class Subject:
    """What a record can be about."""

    street_id: int
    subject_kind: SubjectKind
    subject_id: UUID


SUBJECTS = Statement(
    select(subject.c.street_id, subject.c.subject_kind, subject.c.subject_id).where(
        subject.c.street_id.between(LO, HI),
        subject.c.subject_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    ),
    lambda street_id, kind, id_: Subject(street_id, SubjectKind(kind), id_),
)
#: Is one of these appointments a subject of the run?
AMONG_SUBJECTS = Statement(
    select(evaluation_result.c.subject_id)
    .where(
        in_scope(evaluation_result),
        _OF_RUN,
        evaluation_result.c.subject_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    )
    .limit(1),
    an_id,
)


@dataclass(frozen=True)
class Rating:
    """A credit rating to be signed."""

    id: UUID
    enterprise_id: UUID
    enterprise: str
    score: int | None
    grade: str


RATINGS = Statement(
    select(
        evaluation_result.c.id,
        evaluation_result.c.subject_id,
        _NAME,
        evaluation_result.c.score,
        evaluation_result.c.grade,
    )
    .where(in_scope(evaluation_result), _OF_RUN, evaluation_result.c.kind == "credit_rating")
    .order_by(evaluation_result.c.subject_id),
    Rating,
)
_signed = recordset({"id": Uuid(), "statement": Text()})
SIGN = Statement(
    update(evaluation_result)
    .where(in_scope(evaluation_result), evaluation_result.c.id == _signed.c.id)
    .values(statement=_signed.c.statement),
    str,
)
