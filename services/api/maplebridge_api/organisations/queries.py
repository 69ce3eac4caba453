"""What is read of organisations, posts and contracts, and the statements of their writes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
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
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from maplebridge_domain.contract_end import ContractWithdrawn
from maplebridge_domain.cross_appointment import Place
from maplebridge_domain.grid import GridLevel
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.period import Period

from ..grid.service import (
    begins_as_one,
    closed_at,
    kin,
    level_of,
    of_one,
    path_of,
    runs_in,
    stood_for,
    taken_in,
)
from ..platform.database import (
    Statement,
    an_id,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
    json_period,
    recordset,
    timeliness,
)
from ..platform.ordering import by_name
from ..platform.paging import Pages, Single
from ..platform.request import Created
from .tables import organisation, post, service_contract, service_contract_end


@dataclass(frozen=True)
class Organisation:
    """An organisation as the rules look at it."""

    id: UUID
    street_id: int
    kind: OrganisationKind
    path: str
    grid_id: UUID


@dataclass(frozen=True)
class Post:
    """A post as the rules look at it; `place` says where it sits."""

    id: UUID
    street_id: int
    seats: int
    place: Place
    organisation_id: UUID | None
    closed_at: datetime | None  # its grid


@dataclass(frozen=True)
class ServiceContract:
    """A contract as the rules look at it."""

    id: UUID
    street_id: int
    enterprise_id: UUID
    quarter_path: str
    planned: Period | None  # none: withdrawn
    version: int

    @property
    def during(self) -> Period:
        """The term itself.

        Raises:
            ContractWithdrawn.
        """
        if self.planned is None:
            raise ContractWithdrawn()
        return self.planned


#: The enterprise behind an organisation: itself, or the one whose party organisation it is.
ENTERPRISE_ID: ColumnElement[UUID] = case(
    (organisation.c.kind == "property_enterprise", organisation.c.id),
    (organisation.c.kind == "enterprise_party_org", organisation.c.parent_id),
)
HELD = post.outerjoin(
    organisation,
    and_(
        organisation.c.street_id == post.c.street_id,
        organisation.c.id == post.c.organisation_id,
    ),
)
GRID_OF_POST = func.coalesce(post.c.grid_id, organisation.c.grid_id)


def _post(
    id_: UUID,
    street_id: int,
    seats: int,
    kind: str,
    holder: str | None,
    level: str,
    path: str,
    enterprise_id: UUID | None,
    organisation_id: UUID | None,
    closed: datetime | None,
) -> Post:
    held = OrganisationKind(holder) if holder else None
    place = Place(PostKind(kind), held, GridLevel(level), path, enterprise_id)
    return Post(id_, street_id, seats, place, organisation_id, closed)


#: For another slice's filter: is there such an organisation?
ORGANISATION_ID = organisation.c.id
ORGANISATION = Statement(
    by_ids(
        organisation,
        organisation.c.street_id,
        organisation.c.kind,
        path_of(organisation.c.street_id, organisation.c.grid_id),
        organisation.c.grid_id,
    ),
    lambda id_, street_id, kind, *more: Organisation(id_, street_id, OrganisationKind(kind), *more),
)
_POSTS = by_ids(
    post,
    post.c.street_id,
    post.c.seats,
    post.c.kind,
    organisation.c.kind.label("holder"),
    level_of(post.c.street_id, GRID_OF_POST),
    path_of(post.c.street_id, GRID_OF_POST),
    ENTERPRISE_ID,
    post.c.organisation_id,
    closed_at(post.c.street_id, GRID_OF_POST),
).select_from(HELD)
POST = Statement(_POSTS, _post)
#: Locked in order: of two who fill the places of one post, the second sees what the first took.
POST_TO_FILL = Statement(_POSTS.order_by(post.c.id).with_for_update(of=post, key_share=True), _post)
#: All of an organisation, locked in the same order.
POSTS_TO_EMPTY = Statement(
    select(post.c.id)
    .where(in_scope(post), post.c.organisation_id == bindparam("organisation_id", type_=Uuid))
    .order_by(post.c.id)
    .with_for_update(key_share=True),
    an_id,
)
_CONTRACTS = by_ids(
    service_contract,
    service_contract.c.street_id,
    service_contract.c.enterprise_id,
    path_of(service_contract.c.street_id, service_contract.c.quarter_id),
    service_contract.c.during,
    service_contract.c.version,
)


def _contract(
    id_: UUID, street_id: int, enterprise_id: UUID, path: str, during: Any, version: int
) -> ServiceContract:
    planned = Period(during.lower, during.upper) if during else None
    return ServiceContract(id_, street_id, enterprise_id, path, planned, version)


CONTRACT = Statement(_CONTRACTS, _contract)
CONTRACT_TO_END = Statement(_CONTRACTS.with_for_update(of=service_contract), _contract)

ORGANISATION_OUT = json_object(
    id=organisation.c.id,
    street_id=organisation.c.street_id,
    grid_id=organisation.c.grid_id,
    kind=organisation.c.kind,
    name=organisation.c.name,
    parent_id=organisation.c.parent_id,
    community_party_org_id=organisation.c.community_party_org_id,
    uscc=organisation.c.uscc,
    dissolved_at=func.upper(organisation.c.during),
)
_POST_MEMBERS = {
    "id": post.c.id,
    "street_id": post.c.street_id,
    "organisation_id": post.c.organisation_id,
    "grid_id": post.c.grid_id,
    "kind": post.c.kind,
    "name": post.c.name,
    "seats": post.c.seats,
}
POST_OUT = json_object(**_POST_MEMBERS)
_CONTRACT: dict[str, ColumnElement[Any]] = {
    "id": service_contract.c.id,
    "street_id": service_contract.c.street_id,
    "enterprise_id": service_contract.c.enterprise_id,
    "quarter_id": service_contract.c.quarter_id,
    "during": case(
        (service_contract.c.during.is_not(None), json_period(service_contract.c.during))
    ),
    "signed_on": service_contract.c.signed_on,
    "filed_on": service_contract.c.filed_on,
    "file_by": service_contract.c.file_by,
    "end_reason": select(service_contract_end.c.reason)
    .where(
        service_contract_end.c.street_id == service_contract.c.street_id,
        service_contract_end.c.contract_id == service_contract.c.id,
    )
    .order_by(service_contract_end.c.id.desc())
    .limit(1)
    .correlate(service_contract)
    .scalar_subquery(),
}
CONTRACT_OUT = json_object(**_CONTRACT)

ADD_ORGANISATIONS = Statement(
    insert_rows(organisation, organisation.c.id, ORGANISATION_OUT), Created
)
ADD_POSTS = Statement(insert_rows(post, post.c.id, POST_OUT), Created)
ADD_CONTRACTS = Statement(
    insert_rows(service_contract, service_contract.c.id, CONTRACT_OUT), Created
)
_at = bindparam("at", type_=DateTime(timezone=True))
#: Without an instant it never began.
END_CONTRACT = Statement(
    update(service_contract)
    .where(in_scope(service_contract), service_contract.c.id == bindparam("id", type_=Uuid))
    .values(
        during=case((_at.is_not(None), func.tstzrange(func.lower(service_contract.c.during), _at))),
        version=service_contract.c.version + literal_column("1"),
    )
    .returning(service_contract.c.id),
    an_id,
)
KEEP_CONTRACT_END = Statement(insert_rows(service_contract_end), str)
SHOW_CONTRACT = Statement(by_ids(service_contract, CONTRACT_OUT), Created)

ORGANISATION_BY_ID = Single(organisation, ORGANISATION_OUT)
POST_BY_ID = Single(post, POST_OUT)
CONTRACT_BY_ID = Single(service_contract, CONTRACT_OUT)

ORGANISATIONS = Pages(
    organisation,
    ORGANISATION_OUT,
    {
        "kind": organisation.c.kind == bindparam("kind", type_=Text),
        **{
            name: organisation.c[name] == bindparam(name, type_=Uuid)
            for name in ("grid_id", "parent_id", "community_party_org_id")
        },
        # Not LIKE: every character of the part stands for itself.
        "name": func.strpos(organisation.c.name_sought, bindparam("name", type_=Text))
        > literal_column("0"),
    },
    order=by_name(organisation),
)
POSTS = Pages(
    post,
    POST_OUT,
    {"organisation_id": post.c.organisation_id == bindparam("organisation_id", type_=Uuid)},
)
_filing = timeliness(service_contract.c.filed_on, service_contract.c.file_by)
CONTRACTS = Pages(
    service_contract,
    CONTRACT_OUT,
    {
        "quarter_id": runs_in(bindparam("quarter_id", type_=Uuid), service_contract, null()),
        "enterprise_id": service_contract.c.enterprise_id == bindparam("enterprise_id", type_=Uuid),
        # What was withdrawn is not to be filed.
        "filing": and_(
            service_contract.c.during.is_not(None), _filing == bindparam("filing", type_=Text)
        ),
    },
)
_ending = recordset({"lo": Integer(), "hi": Integer(), "last_day": Date(), "notices": JSONB()})
#: The last day of a contract: it ends with it, in Shanghai.
_LAST_DAY = cast(
    func.timezone(literal_column("'Asia/Shanghai'"), func.upper(service_contract.c.during))
    - literal_column("interval '1 microsecond'"),
    Date,
)
#: Contracts that end with one of the days that `rows` gives, and by when notice of that is due.
CONTRACTS_ENDING = Pages(
    service_contract,
    json_object(**_CONTRACT, last_day=_ending.c.last_day, notices=_ending.c.notices),
    {"within_days": literal_column("true", Boolean)},  # it is what `rows` was made for
    source=service_contract.join(
        _ending,
        and_(
            _ending.c.last_day == _LAST_DAY,
            service_contract.c.street_id.between(_ending.c.lo, _ending.c.hi),
        ),
    ),
)


def serving_enterprise(
    street_id: ColumnElement[int], quarter_id: ColumnElement[UUID], at: ColumnElement[datetime]
) -> ColumnElement[UUID]:
    """Write which enterprise serves a quarter at an instant, for another slice's statement.

    The contract may be that of a quarter that it had taken in by then.
    """
    # Its own first: by that the index is reached, and quarters were merged before one contract was asked for.
    taken = taken_in(street_id, quarter_id, at)
    return func.coalesce(
        *(
            select(service_contract.c.enterprise_id)
            .where(
                service_contract.c.street_id == street_id,
                of_it,
                service_contract.c.during.contains(at),
            )
            .limit(literal_column("1"))
            .correlate_except(service_contract)
            .scalar_subquery()
            for of_it in (
                service_contract.c.quarter_id == quarter_id,
                service_contract.c.quarter_id.in_(taken),
            )
        )
    )


def seats(at: ColumnElement[datetime]) -> Select[Any]:
    """Select where organisations sit that are there at an instant, for another slice: `kind`, `grid_id`."""
    here = stood_for(organisation.c.street_id, organisation.c.grid_id, at)
    there = in_scope(organisation), organisation.c.during.contains(at)
    return select(organisation.c.kind, here.label("grid_id")).where(*there)


def served(at: ColumnElement[datetime]) -> Select[Any]:
    """Select which quarters have a service contract at an instant, for another slice: `grid_id`."""
    here = stood_for(service_contract.c.street_id, service_contract.c.quarter_id, at)
    in_force = in_scope(service_contract), service_contract.c.during.contains(at)
    return select(here.label("grid_id")).where(*in_force)


def posts() -> Select[Any]:
    """Select where posts are, for another slice: `street_id`, `id`, `kind`, `grid_id`."""
    return select(
        post.c.street_id, post.c.id, post.c.kind, GRID_OF_POST.label("grid_id")
    ).select_from(HELD)


def standing_of_post(
    street_id: ColumnElement[int], post_id: ColumnElement[UUID]
) -> ColumnElement[Any]:
    """Write what a post is and where, for another slice's statement.

    `{"kind", "holder", "path", "served": [{"path", "from", "until"}]}`: an enterprise's post stands in
    the quarters that it serves.
    """
    served = select(
        func.json_agg(
            json_object(
                path=path_of(service_contract.c.street_id, service_contract.c.quarter_id),
                from_=func.lower(service_contract.c.during),
                until=func.upper(service_contract.c.during),
            )
        )
    ).where(
        service_contract.c.street_id == post.c.street_id,
        service_contract.c.enterprise_id == ENTERPRISE_ID,
        service_contract.c.during.is_not(None),
    )
    standing = json_object(
        kind=post.c.kind,
        holder=organisation.c.kind,
        path=path_of(post.c.street_id, GRID_OF_POST),
        served=func.coalesce(
            served.correlate(post, organisation).scalar_subquery(), literal_column("'[]'::json")
        ),
    )
    return (
        select(standing)
        .select_from(HELD)
        .where(post.c.street_id == street_id, post.c.id == post_id)
        .correlate_except(post, organisation)
        .scalar_subquery()
    )


def name_of(street_id: ColumnElement[int], id_: ColumnElement[UUID]) -> ColumnElement[str]:
    """Write the name of an organisation, for another slice's statement."""
    named = (organisation.c.street_id == street_id, organisation.c.id == id_)
    name = select(organisation.c.name).where(*named)
    return name.correlate_except(organisation).scalar_subquery()


_kin = kin(bindparam("ids", type_=ARRAY(Uuid())))
#: Contracts of quarters and of those that they have become one with: in force for them all since then.
CONTRACTS_OF_ONE = Statement(
    select(
        _kin.c.asked_id,
        name_of(service_contract.c.street_id, service_contract.c.enterprise_id).label("name"),
        begins_as_one(_kin, service_contract),
        func.upper(service_contract.c.during),
    )
    .select_from(_kin.join(service_contract, of_one(_kin, service_contract)))
    .order_by("name"),
    lambda asked_id, name, start, until: (asked_id, name, Period(start, until)),
)


def vacancies(
    seated: Callable[[ColumnElement[int], ColumnElement[UUID]], ColumnElement[int]],
) -> Pages:
    """Write the list of posts with free places `at` an instant; another slice knows how many sit there."""
    taken = seated(post.c.street_id, post.c.id)
    return Pages(
        post,
        json_object(**_POST_MEMBERS, vacant=post.c.seats - taken),
        {
            "at": taken < post.c.seats,
            "organisation_id": post.c.organisation_id == bindparam("organisation_id", type_=Uuid),
        },
    )
