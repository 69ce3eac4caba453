"""What is read of disputes, and the statements of their writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.authority import Right
from maplebridge_domain.dispute import OVER, DisputeState

from ..grid.service import heir_of, path_of, quarter_of, standing
from ..organisations.service import serving_enterprise
from ..platform.database import (
    LO,
    NO_END,
    Statement,
    an_id,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
    provisional,
)
from ..platform.hot import HotWrite
from ..platform.paging import Pages, Seen, Single
from ..platform.request import Created
from . import events
from .tables import dispute, dispute_step


def _out(of: Any) -> ColumnElement[Any]:
    """Show a dispute, from the table or from a draft of it."""
    return json_object(
        id=of.c.id,
        street_id=of.c.street_id,
        quarter_id=of.c.quarter_id,
        grid_id=of.c.grid_id,
        enterprise_id=of.c.enterprise_id,
        category=of.c.category,
        title=of.c.title,
        summary=of.c.summary,
        state=of.c.state,
        reported_at=of.c.reported_at,
        due_at=of.c.due_at,
        due_provisional=provisional(of.c.due_at),
        agreed_at=of.c.get("agreed_at", null()),
        closed_at=of.c.get("closed_at", null()),
        satisfaction=of.c.get("satisfaction", null()),
    )


DISPUTE_OUT = _out(dispute)
_quarter_id: ColumnElement[Any] = bindparam("quarter_id", type_=Uuid)


def _quarter(given: frozenset[str] = frozenset()) -> ColumnElement[str]:
    """Write the path of a case's quarter, for all cases at once where a list is by quarter."""
    if "quarter_id" in given:
        return path_of(LO, _quarter_id)
    return path_of(dispute.c.street_id, dispute.c.quarter_id)


def _below(given: frozenset[str] = frozenset()) -> ColumnElement[str]:
    """Write the path of the lane or unit that a case names, if that is one of its quarter's; else null.

    So who stands for a unit sees its cases, and who stands for the quarter sees them all.
    """
    grid = path_of(dispute.c.street_id, dispute.c.grid_id)
    return case((func.starts_with(grid, _quarter(given) + literal_column("'/'")), grid))


SEEN = Seen(
    Right.DISPUTES_READ,
    _quarter,
    part=_below,
    own=lambda person_id, capacity: (
        and_(  # what was reported in another capacity is not seen in this
            dispute.c.reporter_id == person_id,
            dispute.c.reported_in_capacity.is_not_distinct_from(capacity),
        )
    ),
)
DISPUTE_BY_ID = Single(dispute, DISPUTE_OUT, seen=SEEN)
DISPUTES = Pages(
    dispute,
    DISPUTE_OUT,
    {
        "quarter_id": dispute.c.quarter_id == _quarter_id,
        "state": dispute.c.state == bindparam("state", type_=Text),
    },
    seen=SEEN,
)


@dataclass(frozen=True)
class Reported:
    """What reporting gave: where, and what was written."""

    street_id: int | None
    level: str
    path: str
    id: UUID | None
    text: str | None
    written: UUID | None


def _draft(about: CTE) -> Select[Any]:
    """Draft a dispute of a quarter, with the enterprise that served it that day."""
    given = about.c
    return select(
        given.street_id,
        given.quarter_id,
        given.grid_id,
        serving_enterprise(given.street_id, given.quarter_id, given.reported_at).label(
            "enterprise_id"
        ),
        given.reporter_id,
        given.capacity.label("reported_in_capacity"),
        given.category,
        given.title,
        given.summary,
        literal_column(f"'{DisputeState.REPORTED}'").label("state"),
        given.reported_at,
        given.due_at,
        given.reported_at.label("last_step_at"),
    ).where(given.level == literal_column("'quarter'"))


REPORT = HotWrite(
    dispute,
    "disputes",
    events.REPORTED,
    Reported,
    given={
        "quarter_id": Uuid(),
        "grid_id": Uuid(),
        "reporter_id": Uuid(),
        "category": Text(),
        "title": Text(),
        "summary": Text(),
        "reported_at": DateTime(timezone=True),
        "due_at": DateTime(timezone=True),
    },
    look=lambda given: standing(given.quarter_id),
    draft=_draft,
    shown=_out,
)


@dataclass(frozen=True)
class Dispute:
    """A dispute as the rules look at it."""

    id: UUID
    street_id: int
    path: str
    state: DisputeState
    last_step_at: datetime
    version: int


DISPUTE_TO_CHANGE = Statement(
    by_ids(
        dispute,
        dispute.c.street_id,
        func.coalesce(_below(), _quarter()),
        dispute.c.state,
        dispute.c.last_step_at,
        dispute.c.version,
    ).with_for_update(of=dispute),
    lambda id_, street_id, path, state, last_step_at, version: Dispute(
        id_, street_id, path, DisputeState(state), last_step_at, version
    ),
)

_state = bindparam("state", type_=Text)
_at = bindparam("at", type_=DateTime(timezone=True))
TAKE_STEP = Statement(
    update(dispute)
    .where(in_scope(dispute), dispute.c.id == bindparam("id", type_=Uuid))
    .values(
        state=_state,
        last_step_at=_at,
        agreed_at=case((_state == literal_column("'agreed'"), _at), else_=dispute.c.agreed_at),
        closed_at=case((_state == literal_column("'closed'"), _at), else_=dispute.c.closed_at),
        satisfaction=func.coalesce(
            bindparam("satisfaction", type_=Integer), dispute.c.satisfaction
        ),
        version=dispute.c.version + literal_column("1"),
    )
    .returning(dispute.c.id, DISPUTE_OUT),
    Created,
)
_id = bindparam("id", type_=Uuid)


@dataclass(frozen=True)
class Note:
    """What was noted at a step of a case."""

    id: UUID
    text: str


@dataclass(frozen=True)
class Texts:
    """What a case says in words."""

    title: str
    summary: str


TEXTS = Statement(
    select(dispute.c.title, dispute.c.summary).where(in_scope(dispute), dispute.c.id == _id), Texts
)
NOTES = Statement(
    select(dispute_step.c.id, dispute_step.c.note).where(
        in_scope(dispute_step), dispute_step.c.dispute_id == _id, dispute_step.c.note.is_not(None)
    ),
    Note,
)
SET_TEXTS = Statement(
    update(dispute)
    .where(in_scope(dispute), dispute.c.id == _id)
    .values(
        title=bindparam("title", type_=Text),
        summary=bindparam("summary", type_=Text),
        version=dispute.c.version + literal_column("1"),
    )
    .returning(dispute.c.id, DISPUTE_OUT),
    Created,
)
SET_NOTE = Statement(
    update(dispute_step)
    .where(in_scope(dispute_step), dispute_step.c.id == _id)
    .values(note=bindparam("note", type_=Text))
    .returning(dispute_step.c.id),
    an_id,
)
_over = dispute.c.state.in_(literal_column(f"'{state}'") for state in OVER)


@dataclass(frozen=True)
class Due:
    """A case whose texts were kept long enough."""

    street_id: int
    id: UUID


#: Of one street at a time, the first that has some; what somebody works on is left for the next time.
TEXTS_DUE = Statement(
    select(dispute.c.street_id, dispute.c.id)
    .where(
        in_scope(dispute),
        _over,
        dispute.c.last_step_at < bindparam("before", type_=DateTime(timezone=True)),
        dispute.c.text_erased_at.is_(None),
    )
    .order_by(dispute.c.street_id, dispute.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True),
    Due,
)
_ids = bindparam("ids", type_=ARRAY(Uuid()))
ERASE_TEXTS = Statement(
    update(dispute)
    .where(in_scope(dispute), dispute.c.id == func.any(_ids))
    .values(
        title=bindparam("words", type_=Text),
        summary=bindparam("words", type_=Text),
        text_erased_at=bindparam("at", type_=DateTime(timezone=True)),
        version=dispute.c.version + literal_column("1"),
    )
    .returning(dispute.c.id, DISPUTE_OUT),
    Created,
)
ERASE_NOTES = Statement(
    update(dispute_step)
    .where(in_scope(dispute_step), dispute_step.c.dispute_id == func.any(_ids))
    .values(note=null())
    .returning(dispute_step.c.id),
    an_id,
)
#: Open cases of some grids.
_OPEN_IN = (
    in_scope(dispute),
    ~_over,
    or_(dispute.c.quarter_id == func.any(_ids), dispute.c.grid_id == func.any(_ids)),
)
OPEN_IN = Statement(select(dispute.c.id).where(*_OPEN_IN).limit(literal_column("1")), an_id)
_heir_id = heir_of(dispute.c.street_id, dispute.c.grid_id)
_new_quarter_id = func.coalesce(
    quarter_of(dispute.c.street_id, func.coalesce(dispute.c.grid_id, dispute.c.quarter_id)),
    dispute.c.quarter_id,
)
#: Lets open cases follow grids that stand elsewhere than before, or were merged.
FOLLOW_GRIDS = Statement(
    update(dispute)
    .where(
        *_OPEN_IN,
        or_(
            dispute.c.quarter_id != _new_quarter_id,
            dispute.c.grid_id.is_distinct_from(_heir_id),
        ),
    )
    .values(
        quarter_id=_new_quarter_id,
        grid_id=_heir_id,
        version=dispute.c.version + literal_column("1"),
    )
    .returning(dispute.c.id),
    an_id,
)
_words = (
    func.unnest(bindparam("words", type_=ARRAY(Text)))
    .table_valued("word", name="words")
    .render_derived()
)


def _says_one(text: ColumnElement[str]) -> ColumnElement[bool]:
    one: ColumnElement[int] = literal_column("1")
    said = select(one).where(func.strpos(text, _words.c.word) > literal_column("0"))
    return exists(said.correlate_except(_words))


#: Cases that say one of some words: a name that somebody wants to be gone.
MENTIONING = Statement(
    select(dispute.c.id)
    .where(
        in_scope(dispute),
        dispute.c.street_id == bindparam("street_id", type_=Integer),
        or_(
            _says_one(dispute.c.title),
            _says_one(dispute.c.summary),
            exists(
                select(literal_column("1"))
                .select_from(dispute_step)
                .where(
                    dispute_step.c.street_id == dispute.c.street_id,
                    dispute_step.c.dispute_id == dispute.c.id,
                    _says_one(dispute_step.c.note),
                )
                .correlate(dispute)
            ),
        ),
    )
    .order_by(dispute.c.id),
    an_id,
)


def last_case_end(
    street_id: ColumnElement[int], person_id: ColumnElement[UUID]
) -> ColumnElement[datetime]:
    """Write when the last case that a person reported was over (`NO_END`: one is open); null: none."""
    end = case((_over, dispute.c.last_step_at), else_=NO_END)
    reported = (dispute.c.street_id == street_id, dispute.c.reporter_id == person_id)
    return select(func.max(end)).where(*reported).correlate_except(dispute).scalar_subquery()


ADD_STEP = Statement(insert_rows(dispute_step, dispute_step.c.id), an_id)
