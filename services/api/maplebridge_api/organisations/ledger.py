"""Organisations and posts as sheets hold them: what goes out, and what an import is compared with."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select

from ..grid.service import path_of
from ..platform.database import Statement, in_scope
from .queries import _GRID_ID, _HELD
from .tables import organisation, post


@dataclass(frozen=True)
class OrganisationLine:
    """An organisation."""

    id: UUID
    grid_path: str
    kind: str
    name: str
    parent_id: UUID | None
    parent: str | None
    uscc: str | None


@dataclass(frozen=True)
class PostLine:
    """A post, with what holds it."""

    id: UUID
    grid_path: str
    organisation_id: UUID | None
    organisation_kind: str | None
    organisation: str | None
    kind: str
    post: str
    seats: int


_parent = organisation.alias("parent")
ORGANISATION_LEDGER = Statement(
    select(
        organisation.c.id,
        path_of(organisation.c.street_id, organisation.c.grid_id).label("path"),
        organisation.c.kind,
        organisation.c.name,
        organisation.c.parent_id,
        _parent.c.name.label("parent"),
        organisation.c.uscc,
    )
    .select_from(
        organisation.outerjoin(
            _parent,
            and_(
                _parent.c.street_id == organisation.c.street_id,
                _parent.c.id == organisation.c.parent_id,
            ),
        )
    )
    .where(in_scope(organisation))
    .order_by("path", organisation.c.kind, organisation.c.name, organisation.c.id),
    OrganisationLine,
)
POST_LEDGER = Statement(
    select(
        post.c.id,
        path_of(post.c.street_id, _GRID_ID).label("path"),
        post.c.organisation_id,
        organisation.c.kind.label("organisation_kind"),
        organisation.c.name.label("organisation"),
        post.c.kind,
        post.c.name,
        post.c.seats,
    )
    .select_from(_HELD)
    .where(in_scope(post))
    .order_by("path", "organisation_kind", "organisation", post.c.kind, post.c.name, post.c.id),
    PostLine,
)
