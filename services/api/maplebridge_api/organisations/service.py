"""The verbs of organisations, and what other slices may ask of them."""

from datetime import datetime

from maplebridge_domain.authority import Right
from maplebridge_domain.contract_end import ContractEndReason, check_contract_end
from maplebridge_domain.organisation import (
    NotAnEnterprise,
    OrganisationKind,
    check_parent,
    check_post_place,
)

from ..grid.service import GRID, must_be_quarter
from ..platform.bodies import dump, range_text
from ..platform.database import as_rows
from ..platform.request import Created, Items, Write
from . import events, queries
from .ledger import ORGANISATION_LEDGER, POST_LEDGER, OrganisationLine, PostLine
from .queries import (
    CONTRACT,
    CONTRACT_TO_END,
    ORGANISATION,
    ORGANISATION_ID,
    POST,
    POST_TO_FILL,
    Organisation,
    Post,
    ServiceContract,
    name_of,
    serving_enterprise,
    standing_of_post,
    vacancies,
)
from .schemas import NewOrganisation, NewPost, NewServiceContract, ServiceContractOut

__all__ = [
    "CONTRACT",
    "CONTRACT_TO_END",
    "ORGANISATION",
    "ORGANISATION_ID",
    "ORGANISATION_LEDGER",
    "POST",
    "POST_LEDGER",
    "POST_TO_FILL",
    "NewOrganisation",
    "NewPost",
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
    "name_of",
    "serving_enterprise",
    "standing_of_post",
    "vacancies",
]


async def create_organisations(
    write: Write, organisations: Items[NewOrganisation]
) -> list[Created]:
    """Enter organisations where they sit; their parents are there already.

    Raises:
        NotFound, WrongParent.
    """
    grids = await organisations.named(write.tx, GRID, "grid_id")
    parents = await organisations.named(write.tx, ORGANISATION, "parent_id")

    def row(organisation: NewOrganisation) -> dict[str, object]:
        grid = grids[organisation.grid_id]
        write.caller.must(Right.ORGANISATIONS_WRITE, on=grid.path)
        parent = parents[organisation.parent_id] if organisation.parent_id else None
        check_parent(organisation.kind, parent.kind if parent else None)
        return dump(organisation, street_id=grid.street_id)

    made = await write.tx.all(queries.ADD_ORGANISATIONS, rows=as_rows(organisations.each(row)))
    ids = [one.id for one in made]
    await write.record_created(events.ORGANISATIONS_CREATED, "organisations", ids, grids.values())
    return made


async def create_posts(write: Write, posts: Items[NewPost]) -> list[Created]:
    """Enter posts in organisations or on grids.

    Raises:
        NotFound, WrongPlaceForPost, OfficeNotYoursToFill.
    """
    grids = await posts.named(write.tx, GRID, "grid_id")
    holders = await posts.named(write.tx, ORGANISATION, "organisation_id")

    def row(post: NewPost) -> dict[str, object]:
        check_post_place(
            post.kind,
            on_grid=post.grid_id is not None,
            in_organisation=post.organisation_id is not None,
        )
        place = grids[post.grid_id] if post.grid_id else holders[post.organisation_id]
        write.caller.must(Right.ORGANISATIONS_WRITE, on=place.path)
        holder = holders[post.organisation_id].kind if post.organisation_id else None
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
        NotFound, NotAQuarter, NotAnEnterprise, EmptyPeriod, QuarterAlreadyServed.
    """
    quarters = await contracts.named(write.tx, GRID, "quarter_id")
    enterprises = await contracts.named(write.tx, ORGANISATION, "enterprise_id")

    def row(contract: NewServiceContract) -> dict[str, object]:
        quarter = must_be_quarter(quarters[contract.quarter_id])
        write.caller.must(Right.ORGANISATIONS_WRITE, on=quarter.path)
        if enterprises[contract.enterprise_id].kind is not OrganisationKind.PROPERTY_ENTERPRISE:
            raise NotAnEnterprise()
        during = range_text(contract.during.period())
        return dump(contract, street_id=quarter.street_id, during=during)

    made = await write.tx.all(queries.ADD_CONTRACTS, rows=as_rows(contracts.each(row)))
    ids = [one.id for one in made]
    await write.record_created(
        events.CONTRACTS_CREATED, "service-contracts", ids, quarters.values()
    )
    return made


async def end_contract(
    write: Write,
    contract: ServiceContract,
    at: datetime,
    reason: ContractEndReason,
    note: str | None,
) -> Created:
    """End a contract early; what rests on it has been ended before, in the same transaction.

    The event is the caller's, who knows what ended with it.

    Raises:
        ContractNotInForce.
    """
    check_contract_end(contract.during, at)
    ended = {
        "street_id": contract.street_id,
        "contract_id": contract.id,
        "reason": reason,
        "note": note,
        "ends_at": at,
        "planned_until": contract.during.until,
        "entered_at": write.now,
    }
    await write.tx.run(queries.KEEP_CONTRACT_END, rows=as_rows([ended]))
    await write.tx.run(queries.END_CONTRACT, id=contract.id, at=at)
    return await write.tx.one(queries.SHOW_CONTRACT, ids=[contract.id])
