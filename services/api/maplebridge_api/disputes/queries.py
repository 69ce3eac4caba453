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
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    update,
)

from maplebridge_domain.authority import Right
from maplebridge_domain.dispute import DisputeState

from ..grid.service import path_of, standing
from ..organisations.service import serving_enterprise
from ..platform.database import (
    LO,
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
SEEN = Seen(
    Right.DISPUTES_READ,
    lambda given: (
        path_of(LO, _quarter_id)
        if "quarter_id" in given
        else path_of(dispute.c.street_id, dispute.c.quarter_id)
    ),
    own=lambda person_id, _: dispute.c.reporter_id == person_id,
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
        path_of(dispute.c.street_id, dispute.c.quarter_id),
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
ADD_STEP = Statement(insert_rows(dispute_step, dispute_step.c.id), an_id)
