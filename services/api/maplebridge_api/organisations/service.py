"""The verbs of organisations, and what other slices may ask of them."""

from datetime import datetime
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.contract_end import ContractEndReason
from maplebridge_domain.hierarchy import check_dual_leadership, check_parent
from maplebridge_domain.identifier import check_credit_code
from maplebridge_domain.naming import listed, sought
from maplebridge_domain.organisation import (
    NotAnEnterprise,
    OrganisationKind,
    QuarterAlreadyServed,
    SeveralContracts,
)
from maplebridge_domain.period import overlapping
from maplebridge_domain.posts import check_places, check_post_place
from maplebridge_domain.service_contract import check_contract_dates, file_by
from maplebridge_domain.worktime import SHANGHAI

from ..grid.service import GRID, HOLD_STREET, must_be_quarter
from ..platform.bodies import dump, range_text
from ..platform.database import as_rows
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write
from . import events, queries
from .dissolve import end_organisation
from .ledger import (
    CONTRACT_LEDGER,
    ORGANISATION_LEDGER,
    POST_LEDGER,
    ContractLine,
    OrganisationLine,
    PostLine,
)
from .queries import (
    CONTRACT,
    CONTRACT_TO_END,
    CONTRACTS_OF_ONE,
    ORGANISATION,
    ORGANISATION_ID,
    POST,
    POST_TO_FILL,
    POSTS_TO_EMPTY,
    Organisation,
    Post,
    ServiceContract,
    name_of,
    posts,
    seats,
    served,
    serving_enterprise,
    standing_of_post,
    vacancies,
)
from .schemas import NewOrganisation, NewPost, NewServiceContract, ServiceContractOut

__all__ = [
    "CONTRACT",
    "CONTRACT_LEDGER",
    "CONTRACT_TO_END",
    "ORGANISATION",
    "ORGANISATION_ID",
    "ORGANISATION_LEDGER",
    "POST",
    "POSTS_TO_EMPTY",
    "POST_LEDGER",
    "POST_TO_FILL",
    "ContractLine",
    "NewOrganisation",
    "NewPost",
    "NewServiceContract",
    "Organisation",
    "OrganisationLine",
    "Post",
    "PostLine",
    "ServiceContract",
    "ServiceContractOut",
    "create_contracts",
    "create_organisations",
    "create_posts",
    "end_contract",
    "end_organisation",
    "must_have_one_contract",
    "name_of",
    "posts",
    "seats",
    "served",
    "serving_enterprise",
    "standing_of_post",
    "vacancies",
]


def name_keys(name: str) -> dict[str, str]:
    """Return what is written beside a name: what it is found and listed by."""
    return {"name_sought": sought(name), "name_listed": listed(name)}


async def create_organisations(
    write: Write, organisations: Items[NewOrganisation]
) -> list[Created]:
    """Enter organisations where they sit; their parents are there already.

    Raises:
        NotFound, WrongParent, ParentElsewhere, DualLeadershipNotHere, CreditCodeWrong,
        CreditCodeBodyWrong, CreditCodeTaken, OrganisationDissolved.
    """
    grids = await organisations.named(write.tx, GRID, "grid_id")
    parents = await organisations.named(write.tx, ORGANISATION, "parent_id")
    communities = await organisations.named(write.tx, ORGANISATION, "community_party_org_id")

    def row(organisation: NewOrganisation) -> dict[str, object]:
        grid = grids[organisation.grid_id]
        write.caller.must(Right.ORGANISATIONS_WRITE, on=grid.path)
        parent = parents.get(organisation.parent_id)
        must_be_of_street(grid.street_id, parent)
        check_parent(organisation.kind, grid.path, parent)
        check_dual_leadership(
            organisation.kind, communities.get(organisation.community_party_org_id)
        )
        if organisation.uscc:
            check_credit_code(organisation.uscc)
        return dump(organisation, street_id=grid.street_id, **name_keys(organisation.name))

    made = await write.tx.all(queries.ADD_ORGANISATIONS, rows=as_rows(organisations.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.ORGANISATIONS_CREATED, "organisations", ids, grids.values())
    return made


async def create_posts(write: Write, posts: Items[NewPost]) -> list[Created]:
    """Enter posts in organisations or on grids.

    Raises:
        NotFound, WrongPlaceForPost, NoSuchPostHere, TooManyPlaces, LeaderThereAlready,
        OfficeNotYoursToFill, OrganisationDissolved.
    """
    grids = await posts.named(write.tx, GRID, "grid_id")
    holders = await posts.named(write.tx, ORGANISATION, "organisation_id")

    def row(post: NewPost) -> dict[str, object]:
        holder = holders[post.organisation_id].kind if post.organisation_id else None
        check_post_place(post.kind, holder, on_grid=post.grid_id is not None)
        check_places(post.kind, post.seats)
        place = grids[post.grid_id] if post.grid_id else holders[post.organisation_id]
        write.caller.must(Right.ORGANISATIONS_WRITE, on=place.path)
        write.caller.must_fill(holder, post.kind)
        return dump(post, street_id=place.street_id)

    made = await write.tx.all(queries.ADD_POSTS, rows=as_rows(posts.each(row)))
    ids = [one.id for one in made]
    await write.record_created(
        events.POSTS_CREATED, "posts", ids, [*grids.values(), *holders.values()]
    )
    return made


async def create_contracts(write: Write, contracts: Items[NewServiceContract]) -> list[Created]:
    """Enter service contracts; one enterprise serves a quarter at a time.

    Raises:
        NotFound, NotAQuarter, NotAnEnterprise, EmptyPeriod, QuarterAlreadyServed, ContractDatesWrong,
        OrganisationDissolved.
    """
    today = write.now.astimezone(SHANGHAI).date()
    quarters = await contracts.named(write.tx, GRID, "quarter_id")
    enterprises = await contracts.named(write.tx, ORGANISATION, "enterprise_id")
    # Whoever merges quarters waits: until then it is known which contracts are those of one quarter.
    for street_id in sorted({quarter.street_id for quarter in quarters.values()}):
        await write.tx.run(HOLD_STREET, street_id=street_id)
    running = await write.tx.all(
        CONTRACTS_OF_ONE, ids=[quarter.id for quarter in quarters.values()]
    )

    def row(contract: NewServiceContract) -> dict[str, object]:
        quarter = must_be_quarter(quarters[contract.quarter_id])
        write.caller.must(Right.ORGANISATIONS_WRITE, on=quarter.path)
        if enterprises[contract.enterprise_id].kind is not OrganisationKind.PROPERTY_ENTERPRISE:
            raise NotAnEnterprise()
        during = contract.during.period()
        if any(id_ == quarter.id and term.overlaps(during) for id_, _, term in running):
            raise QuarterAlreadyServed()
        check_contract_dates(contract.signed_on, contract.filed_on, today)
        return dump(
            contract,
            street_id=quarter.street_id,
            during=range_text(during),
            file_by=file_by(contract.signed_on, during.start.astimezone(SHANGHAI).date()),
        )

    made = await write.tx.all(queries.ADD_CONTRACTS, rows=as_rows(contracts.each(row)))
    ids = [one.id for one in made]
    await write.record_created(
        events.CONTRACTS_CREATED, "service-contracts", ids, quarters.values()
    )
    return made


async def must_have_one_contract(write: Write, quarter_id: UUID, at: datetime) -> None:
    """Refuse to have made quarters one in which several contracts run at a time, after an instant.

    Raises:
        SeveralContracts.
    """
    running = await write.tx.all(CONTRACTS_OF_ONE, ids=[quarter_id])
    names = overlapping([(name, term) for _, name, term in running], at)
    if names:
        raise SeveralContracts("、".join(names), ", ".join(names))


async def end_contract(
    write: Write,
    contract: ServiceContract,
    at: datetime | None,
    reason: ContractEndReason,
    note: str | None,
) -> Created:
    """End a contract early, or withdraw it (at no instant); what rests on it has been ended before.

    The event is the caller's, who knows what ended with it, in the same transaction.
    """
    ended = {
        "street_id": contract.street_id,
        "contract_id": contract.id,
        "reason": reason,
        "note": note,
        "during": range_text(contract.during),
        "ends_at": at,
        "entered_at": write.now,
        "entered_by": write.caller.actor,
        "entered_in_capacity": write.caller.capacity,
    }
    await write.tx.run(queries.KEEP_CONTRACT_END, rows=as_rows([ended]))
    await write.tx.run(queries.END_CONTRACT, id=contract.id, at=at)
    return await write.tx.one(queries.SHOW_CONTRACT, ids=[contract.id])


def must_be_of_street(street_id: int, parent: Organisation | None) -> None:
    """Refuse a parent of another street as if it were not there, also to who sees both.

    Raises:
        NotFound.
    """
    if parent is not None and parent.street_id != street_id:
        raise NotFound("/parent_id")
