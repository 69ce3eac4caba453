"""What is read of disputes, and the statements of their writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
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

from ..grid.service import STANDING_BY_ID, path_of
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
from ..platform.hot import HotWrite, behind_gate
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

    street_id: int
    grid_id: UUID
    level: str
    path: str
    id: UUID | None
    text: str | None
    written: UUID | None


_place = behind_gate(STANDING_BY_ID, "place")
_reported_at = bindparam("reported_at", type_=DateTime(timezone=True))
_draft = (
    select(
        _place.c.street_id,
        bindparam("id", type_=Uuid).label("id"),
        _place.c.grid_id.label("quarter_id"),
        bindparam("grid_id", type_=Uuid).label("grid_id"),
        serving_enterprise(_place.c.street_id, _place.c.grid_id, _reported_at).label(
            "enterprise_id"
        ),
        bindparam("reporter_id", type_=Uuid).label("reporter_id"),
        bindparam("category", type_=Text).label("category"),
        bindparam("title", type_=Text).label("title"),
        bindparam("summary", type_=Text).label("summary"),
        literal_column(f"'{DisputeState.REPORTED}'").label("state"),
        _reported_at.label("reported_at"),
        bindparam("due_at", type_=DateTime(timezone=True)).label("due_at"),
        _reported_at.label("last_step_at"),
    )
    .where(_place.c.level == literal_column("'quarter'"))
    .cte("draft")
)
REPORT = HotWrite(_place, _draft, dispute, _out(_draft), events.REPORTED, "disputes", row=Reported)


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
