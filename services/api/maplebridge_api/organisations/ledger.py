"""Organisations and posts as sheets hold them: what goes out, and what an import is compared with."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, func, select

from ..grid.service import path_of
from ..platform.database import Statement, in_scope
from .queries import GRID_OF_POST, HELD
from .tables import organisation, post, service_contract


@dataclass(frozen=True)
class OrganisationLine:
    """An organisation that is not dissolved."""

    id: UUID
    grid_path: str
    kind: str
    name: str
    parent_id: UUID | None
    parent: str | None
    community_party_org: str | None
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


@dataclass(frozen=True)
class ContractLine:
    """A service contract of an enterprise that is not dissolved."""

    id: UUID
    grid_path: str
    enterprise: str
    enterprise_path: str
    start: datetime
    until: datetime | None
    signed_on: date | None
    filed_on: date | None
    enterprise_id: UUID


_parent, _community = organisation.alias("parent"), organisation.alias("community")
ORGANISATION_LEDGER = Statement(
    select(
        organisation.c.id,
        path_of(organisation.c.street_id, organisation.c.grid_id).label("path"),
        organisation.c.kind,
        organisation.c.name,
        organisation.c.parent_id,
        _parent.c.name.label("parent"),
        _community.c.name.label("community"),
        organisation.c.uscc,
    )
    .select_from(
        organisation.outerjoin(
            _parent,
            and_(
                _parent.c.street_id == organisation.c.street_id,
                _parent.c.id == organisation.c.parent_id,
            ),
        ).outerjoin(
            _community,
            and_(
                _community.c.street_id == organisation.c.street_id,
                _community.c.id == organisation.c.community_party_org_id,
            ),
        )
    )
    .where(in_scope(organisation), func.upper_inf(organisation.c.during))
    .order_by("path", organisation.c.kind, organisation.c.name, organisation.c.id),
    OrganisationLine,
)
POST_LEDGER = Statement(
    select(
        post.c.id,
        path_of(post.c.street_id, GRID_OF_POST).label("path"),
        post.c.organisation_id,
        organisation.c.kind.label("organisation_kind"),
        organisation.c.name.label("organisation"),
        post.c.kind,
        post.c.name,
        post.c.seats,
    )
    .select_from(HELD)
    .where(in_scope(post), func.upper_inf(post.c.during))
    .order_by("path", "organisation_kind", "organisation", post.c.kind, post.c.name, post.c.id),
    PostLine,
)
CONTRACT_LEDGER = Statement(
    select(
        service_contract.c.id,
        path_of(service_contract.c.street_id, service_contract.c.quarter_id).label("path"),
        organisation.c.name,
        path_of(organisation.c.street_id, organisation.c.grid_id).label("enterprise_path"),
        func.lower(service_contract.c.during).label("start"),
        func.upper(service_contract.c.during),
        service_contract.c.signed_on,
        service_contract.c.filed_on,
        organisation.c.id.label("enterprise_id"),
    )
    .join(
        organisation,
        and_(
            organisation.c.street_id == service_contract.c.street_id,
            organisation.c.id == service_contract.c.enterprise_id,
        ),
    )
    .where(
        in_scope(service_contract),
        service_contract.c.during.is_not(None),
        func.upper_inf(organisation.c.during),
    )
    .order_by("path", "start"),
    ContractLine,
)
