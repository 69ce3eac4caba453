"""What is read of rubrics and runs, and the statements of their writes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from maplebridge_domain.evaluation import ResultKind, RunState
from maplebridge_domain.period import Period

from ..appointments.service import holder_of
from ..platform.database import (
    Statement,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
    provisional,
)
from ..platform.paging import Pages, Single
from ..platform.request import Created
from .tables import evaluation_run, rubric


@dataclass(frozen=True)
class RubricRow:
    """A rubric as the rules look at it."""

    id: UUID
    street_id: int
    during: Period
    document: str
    sha256: bytes


def _rubric(id_: UUID, street_id: int, during: Any, document: str, sha256: bytes) -> RubricRow:
    return RubricRow(id_, street_id, Period(during.lower, during.upper), document, sha256)


_RUBRIC = (rubric.c.street_id, rubric.c.during, rubric.c.document, rubric.c.sha256)
RUBRIC = Statement(by_ids(rubric, *_RUBRIC), _rubric)
RUBRICS_IN_SCOPE = Statement(
    select(rubric.c.id, *_RUBRIC).where(in_scope(rubric)).order_by(rubric.c.street_id), _rubric
)
RUBRIC_OUT = json_object(
    id=rubric.c.id,
    street_id=rubric.c.street_id,
    code=rubric.c.code,
    edition=rubric.c.edition,
    sha256=func.encode(rubric.c.sha256, literal_column("'hex'")),
    rubric=cast(rubric.c.document, JSON),
)
ADD_RUBRIC = Statement(insert_rows(rubric, rubric.c.id, RUBRIC_OUT), Created)
RUBRIC_BY_ID = Single(rubric, RUBRIC_OUT)
RUBRICS = Pages(rubric, RUBRIC_OUT)


def asks_about(
    street_id: ColumnElement[int],
    rubric_id: ColumnElement[UUID],
    subject_kind: ColumnElement[str],
    indicators: ColumnElement[list[str]],
) -> Select[tuple[bool]]:
    """Write whether a rubric asks about every one of a ballot's indicators, to be joined: `asked`."""
    asked = func.coalesce(rubric.c.form.op("->")(subject_kind), literal_column("'[]'::jsonb"))
    return (
        select(asked.op("?&", is_comparison=True)(indicators).label("asked"))
        .where(rubric.c.street_id == street_id, rubric.c.id == rubric_id)
        .correlate_except(rubric)
    )


@dataclass(frozen=True)
class Run:
    """A run as the rules look at it."""

    id: UUID
    street_id: int
    state: RunState
    kinds: list[ResultKind]
    period_from: date
    period_until: date
    rubric_id: UUID
    worker: str | None
    lease_until: datetime | None
    input_sha256: str | None
    engine_version: str | None
    drafted_at: datetime | None
    notice_until: datetime | None
    version: int


def _run(id_: UUID, street_id: int, state: str, kinds: list[str], *more: Any) -> Run:
    return Run(id_, street_id, RunState(state), [ResultKind(kind) for kind in kinds], *more)


RUN_TO_CHANGE = Statement(
    by_ids(
        evaluation_run,
        evaluation_run.c.street_id,
        evaluation_run.c.state,
        evaluation_run.c.kinds,
        evaluation_run.c.period_from,
        evaluation_run.c.period_until,
        evaluation_run.c.rubric_id,
        evaluation_run.c.worker,
        evaluation_run.c.lease_until,
        evaluation_run.c.input_sha256,
        evaluation_run.c.engine_version,
        evaluation_run.c.drafted_at,
        evaluation_run.c.notice_until,
        evaluation_run.c.version,
    ).with_for_update(),
    _run,
)
RUN_OUT = json_object(
    id=evaluation_run.c.id,
    street_id=evaluation_run.c.street_id,
    period=json_object(from_=evaluation_run.c.period_from, until=evaluation_run.c.period_until),
    kinds=func.array_to_json(evaluation_run.c.kinds),
    rubric_id=evaluation_run.c.rubric_id,
    state=evaluation_run.c.state,
    requested_at=evaluation_run.c.requested_at,
    requested_in_capacity=evaluation_run.c.requested_in_capacity,
    attempt=evaluation_run.c.attempt,
    input_sha256=evaluation_run.c.input_sha256,
    engine_version=evaluation_run.c.engine_version,
    failure=evaluation_run.c.failure,
    drafted_at=evaluation_run.c.drafted_at,
    service_method=evaluation_run.c.service_method,
    served_at=evaluation_run.c.served_at,
    notice_until=evaluation_run.c.notice_until,
    notice_provisional=provisional(evaluation_run.c.notice_until),
    confirmed_at=evaluation_run.c.confirmed_at,
    confirmed_by=case(
        (
            evaluation_run.c.confirmed_in_capacity.is_not(None),
            json_object(
                capacity=evaluation_run.c.confirmed_in_capacity,
                person_id=holder_of(
                    evaluation_run.c.street_id, evaluation_run.c.confirmed_in_capacity
                ).scalar_subquery(),
            ),
        )
    ),
)
ADD_RUN = Statement(insert_rows(evaluation_run, evaluation_run.c.id, RUN_OUT), Created)
RUN_BY_ID = Single(evaluation_run, RUN_OUT)
NOTICE = Single(
    evaluation_run,
    json_object(
        method=evaluation_run.c.service_method,
        evidence=evaluation_run.c.service_evidence,
        served_at=evaluation_run.c.served_at,
        notice_until=evaluation_run.c.notice_until,
    ),
    only=evaluation_run.c.served_at.is_not(None),
)
RUNS = Pages(
    evaluation_run,
    RUN_OUT,
    {"state": evaluation_run.c.state == bindparam("state", type_=Text)},
)

_id = bindparam("id", type_=Uuid)
_at = bindparam("at", type_=DateTime(timezone=True))


def _change(**values: Any) -> Statement[Created]:
    """Write the change of a run from one state to the next."""
    return Statement(
        update(evaluation_run)
        .where(in_scope(evaluation_run), evaluation_run.c.id == _id)
        .values(version=evaluation_run.c.version + literal_column("1"), **values)
        .returning(evaluation_run.c.id, RUN_OUT),
        Created,
    )


CLAIM = _change(
    state=RunState.COMPUTING,
    worker=bindparam("worker", type_=Text),
    lease_until=bindparam("lease_until", type_=DateTime(timezone=True)),
    attempt=evaluation_run.c.attempt + literal_column("1"),
)
DRAFT = _change(
    state=RunState.DRAFTED,
    drafted_at=_at,
    input_sha256=bindparam("input_sha256", type_=Text),
    engine_version=bindparam("engine_version", type_=Text),
    lease_until=None,
)
FAIL = _change(state=RunState.FAILED, failure=bindparam("failure", type_=JSONB), lease_until=None)
SERVE = _change(
    state=RunState.UNDER_NOTICE,
    service_method=bindparam("method", type_=Text),
    service_evidence=bindparam("evidence", type_=Text),
    served_at=_at,
    notice_until=bindparam("notice_until", type_=DateTime(timezone=True)),
)
FINALISE = _change(
    state=RunState.FINAL, confirmed_at=_at, confirmed_in_capacity=bindparam("capacity", type_=Uuid)
)
SHOW_RUN = Statement(
    select(evaluation_run.c.id, RUN_OUT).where(
        in_scope(evaluation_run), evaluation_run.c.id == _id
    ),
    Created,
)


@dataclass(frozen=True)
class HandedOut:
    """A run that is to be computed, or is given up."""

    street_id: int
    id: UUID


_wall = bindparam("wall", type_=DateTime(timezone=True))
_again_before = bindparam("again_before", type_=DateTime(timezone=True))
GIVE_UP = Statement(
    update(evaluation_run)
    .where(
        in_scope(evaluation_run),
        evaluation_run.c.state == literal_column("'computing'"),
        evaluation_run.c.lease_until < _wall,
        evaluation_run.c.attempt >= bindparam("attempts", type_=Integer),
    )
    .values(
        state=literal_column("'failed'"),
        failure=bindparam("failure", type_=JSONB),
        version=evaluation_run.c.version + literal_column("1"),
    )
    .returning(evaluation_run.c.street_id, evaluation_run.c.id),
    HandedOut,
)
#: What is still to be computed, and was not handed out just now: the queue may have lost it, or a
#: worker may have died with it.
HAND_OUT = Statement(
    update(evaluation_run)
    .where(
        in_scope(evaluation_run),
        or_(
            evaluation_run.c.state == literal_column("'queued'"),
            and_(
                evaluation_run.c.state == literal_column("'computing'"),
                evaluation_run.c.lease_until < _wall,
            ),
        ),
        func.coalesce(evaluation_run.c.handed_out_at < _again_before, literal_column("true")),
    )
    .values(handed_out_at=_wall)
    .returning(evaluation_run.c.street_id, evaluation_run.c.id),
    HandedOut,
)
