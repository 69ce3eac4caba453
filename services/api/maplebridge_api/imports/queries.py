"""What is read of imports, and the statements of their writes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from maplebridge_domain.importing import ImportState
from maplebridge_domain.shape import Shape

from ..platform.database import Statement, an_id, by_ids, in_scope, json_object
from ..platform.paging import Pages, Single
from ..platform.request import Created
from .tables import import_made, import_part, import_run

IMPORT_OUT = json_object(
    id=import_run.c.id,
    street_id=import_run.c.street_id,
    shape=import_run.c.shape,
    state=import_run.c.state,
    requested_at=import_run.c.requested_at,
    ended_at=import_run.c.ended_at,
    rows_read=import_run.c.rows_read,
    rows_made=import_run.c.rows_made,
    rows_kept=import_run.c.rows_kept,
    faults_count=import_run.c.faults_count,
    notes=import_run.c.notes,
)
IMPORT_BY_ID = Single(import_run, IMPORT_OUT)
IMPORTS = Pages(
    import_run,
    IMPORT_OUT,
    {
        "shape": import_run.c.shape == bindparam("shape", type_=Text),
        "state": import_run.c.state == bindparam("state", type_=Text),
    },
)
_faults = func.coalesce(import_run.c.faults, literal_column("'[]'::jsonb"))
FAULTS = Single(
    import_run,
    json_object(
        count=import_run.c.faults_count,
        untold=import_run.c.faults_count - func.jsonb_array_length(_faults),
        items=_faults,
    ),
)


@dataclass(frozen=True)
class Import:
    """An import as the rules look at it."""

    id: UUID
    street_id: int
    shape: Shape
    state: ImportState
    requested_by: str
    version: int


_id = bindparam("id", type_=Uuid)
_street_id = bindparam("street_id", type_=Integer)
_NEXT = import_run.c.version + literal_column("1")
_THIS = (in_scope(import_run), import_run.c.id == _id)


def _import(id_: UUID, street_id: int, shape: str, state: str, *rest: Any) -> Import:
    return Import(id_, street_id, Shape(shape), ImportState(state), *rest)


_IMPORT = by_ids(
    import_run,
    import_run.c.street_id,
    import_run.c.shape,
    import_run.c.state,
    import_run.c.requested_by,
    import_run.c.version,
)
IMPORT = Statement(_IMPORT, _import)
TO_CHANGE = Statement(_IMPORT.with_for_update(), _import)
SHOW = Statement(select(import_run.c.id, IMPORT_OUT).where(*_THIS), Created)
REQUEST = Statement(
    insert(import_run)
    .values(
        street_id=_street_id,
        id=_id,
        shape=bindparam("shape", type_=Text),
        state=literal_column("'queued'"),
        requested_by=bindparam("requested_by", type_=Text),
        capacity=bindparam("capacity", type_=Uuid),
        caller=bindparam("caller", type_=JSONB),
        requested_at=bindparam("at", type_=DateTime(timezone=True)),
    )
    .returning(import_run.c.id, IMPORT_OUT),
    Created,
)
ADD_PART = Statement(
    insert(import_part)
    .values(
        street_id=_street_id,
        import_id=_id,
        kind=bindparam("kind", type_=Text),
        no=bindparam("no", type_=Integer),
        sealed=bindparam("sealed", type_=LargeBinary),
    )
    .returning(import_part.c.import_id),
    an_id,
)
_PART = (
    in_scope(import_part),
    import_part.c.import_id == _id,
    import_part.c.kind == bindparam("kind", type_=Text),
)
PART = Statement(
    select(import_part.c.sealed).where(*_PART, import_part.c.no == bindparam("no", type_=Integer)),
    bytes,
)
DROP_PARTS = Statement(delete(import_part).where(*_PART).returning(import_part.c.import_id), an_id)


@dataclass(frozen=True)
class Begun:
    """An import that is to be worked on: by whose rights, and the how manieth time."""

    id: UUID
    street_id: int
    shape: Shape
    caller: str
    capacity: UUID | None
    attempt: int


_first_part = and_(
    import_part.c.street_id == import_run.c.street_id,
    import_part.c.import_id == import_run.c.id,
    import_part.c.kind == literal_column("'upload'"),
    import_part.c.no == literal_column("0"),
)
_older = import_run.alias("older")
_OPEN = ("queued", "working")


def _open(table: Any) -> Any:
    return table.c.state.in_([literal_column(f"'{state}'") for state in _OPEN])


#: Whoever works on an import holds its file's first part until the end: a worker that dies lets it go.
#: One street's imports wait for each other, so that what one enters the next one finds.
BEGIN = Statement(
    update(import_run)
    .where(
        in_scope(import_run),
        tuple_(import_run.c.street_id, import_run.c.id).in_(
            select(import_run.c.street_id, import_run.c.id)
            .select_from(import_run.join(import_part, _first_part))
            .where(
                in_scope(import_run),
                _open(import_run),
                ~exists().where(
                    _older.c.street_id == import_run.c.street_id,
                    _older.c.id < import_run.c.id,
                    _open(_older),
                ),
            )
            .order_by(import_run.c.requested_at)
            .limit(literal_column("1"))
            .with_for_update(of=import_part, skip_locked=True)
        ),
    )
    .values(
        state=literal_column("'working'"),
        attempt=import_run.c.attempt + literal_column("1"),
        version=_NEXT,
    )
    .returning(
        import_run.c.id,
        import_run.c.street_id,
        import_run.c.shape,
        import_run.c.caller.cast(Text),
        import_run.c.capacity,
        import_run.c.attempt,
    ),
    lambda id_, street_id, shape, *rest: Begun(id_, street_id, Shape(shape), *rest),
)
HOLD = Statement(
    select(import_part.c.import_id)
    .where(*_PART, import_part.c.no == literal_column("0"))
    .with_for_update(skip_locked=True),
    an_id,
)
SET_PROGRESS = Statement(
    update(import_run)
    .where(*_THIS, _open(import_run))
    .values(rows_read=bindparam("rows_read", type_=Integer), version=_NEXT)
    .returning(import_run.c.id),
    an_id,
)
END = Statement(
    update(import_run)
    .where(*_THIS)
    .values(
        state=bindparam("state", type_=Text),
        rows_read=bindparam("rows_read", type_=Integer),
        rows_made=bindparam("rows_made", type_=Integer),
        rows_kept=bindparam("rows_kept", type_=Integer),
        faults_count=bindparam("faults_count", type_=Integer),
        faults=bindparam("faults", type_=JSONB),
        notes=bindparam("notes", type_=JSONB),
        ended_at=bindparam("at", type_=DateTime(timezone=True)),
        version=_NEXT,
    )
    .returning(import_run.c.id, IMPORT_OUT),
    Created,
)
REMEMBER_MADE = Statement(
    insert(import_made)
    .values(
        street_id=_street_id,
        import_id=_id,
        no=bindparam("no", type_=Integer),
        kind=bindparam("kind", type_=Text),
        ids=bindparam("ids", type_=ARRAY(Uuid())),
    )
    .returning(import_made.c.import_id),
    an_id,
)
APPOINTMENTS_MADE = Statement(
    select(func.unnest(import_made.c.ids)).where(
        in_scope(import_made),
        import_made.c.import_id == _id,
        import_made.c.kind == literal_column("'appointment'"),
    ),
    an_id,
)
UNDO = Statement(select(func.mb_undo_import(_street_id, _id)), int)
SET_UNDONE = Statement(
    update(import_run)
    .where(*_THIS)
    .values(state=literal_column("'undone'"), version=_NEXT)
    .returning(import_run.c.id, IMPORT_OUT),
    Created,
)
#: Rows are looked up one by one in tables that may have been empty when a statement was planned.
BY_INDEX = Statement(select(func.set_config("enable_seqscan", "off", literal_column("true"))), str)
PRUNE_COPIES = Statement(
    delete(import_part)
    .where(
        in_scope(import_part),
        tuple_(import_part.c.street_id, import_part.c.import_id).in_(
            select(import_run.c.street_id, import_run.c.id)
            .where(
                in_scope(import_run),
                import_run.c.ended_at < bindparam("before", type_=DateTime(timezone=True)),
                exists()
                .where(
                    import_part.c.street_id == import_run.c.street_id,
                    import_part.c.import_id == import_run.c.id,
                )
                .correlate(import_run),
            )
            .limit(bindparam("limit", type_=Integer))
        ),
    )
    .returning(import_part.c.import_id),
    an_id,
)
#: The upload itself stays while somebody works on it.
DROP_COPIES = Statement(
    delete(import_part)
    .where(
        in_scope(import_part),
        import_part.c.street_id == bindparam("street_id", type_=Integer),
        import_part.c.kind == literal_column("'copy'"),
        import_part.c.import_id.in_(
            select(import_run.c.id).where(
                in_scope(import_run),
                import_run.c.street_id == import_part.c.street_id,
                import_run.c.shape == func.any(bindparam("shapes", type_=ARRAY(Text))),
            )
        ),
    )
    .returning(import_part.c.import_id),
    an_id,
)
