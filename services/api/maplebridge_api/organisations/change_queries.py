"""The statements by which organisations, posts and contracts change."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from maplebridge_domain.organisation import OrganisationKind, PostKind

from ..grid.service import led_after, path_of
from ..platform.database import Statement, an_id, by_ids, in_scope, json_object, json_period
from ..platform.paging import Single
from ..platform.request import Created
from ..platform.views import place_held
from .queries import CONTRACT_OUT, GRID_OF_POST, HELD, ORGANISATION_OUT, POST_OUT
from .tables import organisation, post, service_contract, service_contract_end

_id = bindparam("id", type_=Uuid)
_at = bindparam("at", type_=DateTime(timezone=True))
_ONE: ColumnElement[int] = literal_column("1")


@dataclass(frozen=True)
class OrganisationNow:
    """An organisation that is to change, with all that can."""

    id: UUID
    street_id: int
    kind: OrganisationKind
    path: str
    name: str
    parent_id: UUID | None
    community_party_org_id: UUID | None
    uscc: str | None
    dissolved_at: datetime | None
    version: int


ORGANISATION_TO_CHANGE = Statement(
    by_ids(
        organisation,
        organisation.c.street_id,
        organisation.c.kind,
        path_of(organisation.c.street_id, organisation.c.grid_id),
        organisation.c.name,
        organisation.c.parent_id,
        organisation.c.community_party_org_id,
        organisation.c.uscc,
        func.upper(organisation.c.during),
        organisation.c.version,
    ).with_for_update(of=organisation),
    lambda id_, street_id, kind, *more: OrganisationNow(
        id_, street_id, OrganisationKind(kind), *more
    ),
)
AMEND_ORGANISATION = Statement(
    update(organisation)
    .where(in_scope(organisation), organisation.c.id == _id)
    .values(
        **{name: bindparam(name, type_=Text) for name in ("name", "name_sought", "name_listed")},
        parent_id=bindparam("parent_id", type_=Uuid),
        community_party_org_id=bindparam("community_party_org_id", type_=Uuid),
        uscc=bindparam("uscc", type_=Text),
        version=organisation.c.version + _ONE,
    )
    .returning(organisation.c.id, ORGANISATION_OUT),
    Created,
)


@dataclass(frozen=True)
class Resting:
    """How much still rests on an organisation."""

    parts: int
    contracts: int
    holders: int
    grids: int


_part = organisation.alias("part")


def _ends_later(during: Any) -> ColumnElement[bool]:
    return or_(func.upper_inf(during), func.upper(during) > _at)


#: What of an organisation has not ended by then; no row of these can be added while it is locked.
RESTING = Statement(
    select(
        select(func.count())
        .where(
            in_scope(_part),
            or_(_part.c.parent_id == _id, _part.c.community_party_org_id == _id),
            _ends_later(_part.c.during),
        )
        .scalar_subquery(),
        select(func.count())
        .where(
            in_scope(service_contract),
            service_contract.c.enterprise_id == _id,
            _ends_later(service_contract.c.during),
        )
        .scalar_subquery(),
        select(func.count())
        .where(
            in_scope(place_held),
            place_held.c.organisation_id == _id,
            _ends_later(place_held.c.during),
        )
        .scalar_subquery(),
        led_after(_id, _at),
    ),
    Resting,
)
END_POSTS = Statement(
    update(post)
    .where(in_scope(post), post.c.organisation_id == _id)
    .values(during=func.tstzrange(func.lower(post.c.during), _at), version=post.c.version + _ONE)
    .returning(post.c.id),
    an_id,
)
DISSOLVE = Statement(
    update(organisation)
    .where(in_scope(organisation), organisation.c.id == _id)
    .values(
        during=func.tstzrange(func.lower(organisation.c.during), _at),
        version=organisation.c.version + _ONE,
    )
    .returning(organisation.c.id, ORGANISATION_OUT),
    Created,
)


@dataclass(frozen=True)
class PostNow:
    """A post that is to change, with all that can."""

    id: UUID
    street_id: int
    kind: PostKind
    holder: OrganisationKind | None
    path: str
    name: str
    seats: int
    version: int


#: Locked as by who fills it: of two at once, one sees what the other did.
POST_TO_CHANGE = Statement(
    by_ids(
        post,
        post.c.street_id,
        post.c.kind,
        organisation.c.kind.label("holder"),
        path_of(post.c.street_id, GRID_OF_POST),
        post.c.name,
        post.c.seats,
        post.c.version,
    )
    .select_from(HELD)
    .with_for_update(of=post, key_share=True),
    lambda id_, street_id, kind, holder, *more: PostNow(
        id_, street_id, PostKind(kind), OrganisationKind(holder) if holder else None, *more
    ),
)


@dataclass(frozen=True)
class HeldPlace:
    """A place of a post that is held, and until when."""

    place: int
    until: datetime | None


#: The highest place beyond `seats` that somebody holds or is to hold.
HELD_BEYOND = Statement(
    select(place_held.c.seat, func.upper(place_held.c.during))
    .where(
        in_scope(place_held),
        place_held.c.post_id == _id,
        place_held.c.seat > bindparam("seats", type_=Integer),
        _ends_later(place_held.c.during),
    )
    .order_by(place_held.c.seat.desc(), func.upper(place_held.c.during).desc())
    .limit(1),
    HeldPlace,
)
AMEND_POST = Statement(
    update(post)
    .where(in_scope(post), post.c.id == _id)
    .values(
        name=bindparam("name", type_=Text),
        seats=bindparam("seats", type_=Integer),
        version=post.c.version + _ONE,
    )
    .returning(post.c.id, POST_OUT),
    Created,
)


@dataclass(frozen=True)
class ContractNow:
    """A contract that is to be filed."""

    id: UUID
    street_id: int
    quarter_path: str
    begins_at: datetime | None  # none: withdrawn
    signed_on: date | None
    version: int


CONTRACT_TO_CHANGE = Statement(
    by_ids(
        service_contract,
        service_contract.c.street_id,
        path_of(service_contract.c.street_id, service_contract.c.quarter_id),
        func.lower(service_contract.c.during),
        service_contract.c.signed_on,
        service_contract.c.version,
    ).with_for_update(of=service_contract),
    ContractNow,
)
FILE_CONTRACT = Statement(
    update(service_contract)
    .where(in_scope(service_contract), service_contract.c.id == _id)
    .values(
        signed_on=bindparam("signed_on", type_=Date),
        filed_on=bindparam("filed_on", type_=Date),
        file_by=bindparam("file_by", type_=Date),
        version=service_contract.c.version + _ONE,
    )
    .returning(service_contract.c.id, CONTRACT_OUT),
    Created,
)
_ends = (
    select(
        json_object(
            reason=service_contract_end.c.reason,
            note=service_contract_end.c.note,
            ends_at=service_contract_end.c.ends_at,
            during=json_period(service_contract_end.c.during),
            entered_at=service_contract_end.c.entered_at,
            entered_by=service_contract_end.c.entered_by,
            entered_in_capacity=service_contract_end.c.entered_in_capacity,
        ).label("end"),
        service_contract_end.c.id,
    )
    .where(
        service_contract_end.c.street_id == service_contract.c.street_id,
        service_contract_end.c.contract_id == service_contract.c.id,
    )
    .order_by(service_contract_end.c.id.desc())
    .limit(200)
    .correlate(service_contract)
    .subquery("ends")
)
CONTRACT_HISTORY = Single(
    service_contract,
    json_object(
        items=func.coalesce(
            select(
                func.json_agg(aggregate_order_by(_ends.c.end, _ends.c.id.desc()))
            ).scalar_subquery(),
            literal_column("'[]'::json"),
        )
    ),
)
