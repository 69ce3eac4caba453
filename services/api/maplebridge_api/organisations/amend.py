"""Changing an organisation or a post."""

from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.hierarchy import CompanyFixed, check_dual_leadership, check_parent
from maplebridge_domain.identifier import check_credit_code
from maplebridge_domain.organisation import OrganisationKind
from maplebridge_domain.posts import PlaceStillHeld, check_places
from maplebridge_domain.worktime import SHANGHAI

from ..platform.request import Created, Write, check_version
from . import change_queries, events
from .change_queries import OrganisationNow
from .queries import ORGANISATION
from .schemas import OrganisationAmendment, PostAmendment
from .service import must_be_of_street, name_keys


async def amend_organisation(
    write: Write, id: UUID, version: int, body: OrganisationAmendment
) -> Created:
    """Change an organisation's name, code, or whom it answers to; the event says what it was.

    Raises:
        NotFound, RightMissing, Stale, WrongParent, ParentElsewhere, CompanyFixed, DualLeadershipNotHere,
        CreditCodeWrong, CreditCodeBodyWrong, CreditCodeTaken, OrganisationDissolved.
    """
    now = await write.tx.visible(change_queries.ORGANISATION_TO_CHANGE, id)
    write.caller.must(Right.ORGANISATIONS_WRITE, on=now.path)
    check_version(now.version, version)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "parent_id" in given:
        await _check_parent(write, now, body.parent_id)
    if body.community_party_org_id:
        community = await write.tx.visible(
            ORGANISATION, body.community_party_org_id, "/community_party_org_id"
        )
        check_dual_leadership(now.kind, community)
    if body.uscc:
        check_credit_code(body.uscc)

    names = ("name", "parent_id", "community_party_org_id", "uscc")
    was = {name: getattr(now, name) for name in names}
    becomes = was | given
    shown = await write.tx.one(
        change_queries.AMEND_ORGANISATION, id=id, **becomes, **name_keys(becomes["name"])
    )
    await write.record(
        events.ORGANISATION_AMENDED,
        street_id=now.street_id,
        subject=f"organisations/{id}",
        was={name: was[name] for name in sorted(given)},
    )
    return shown


async def _check_parent(write: Write, now: OrganisationNow, parent_id: UUID | None) -> None:
    parent = await write.tx.visible(ORGANISATION, parent_id, "/parent_id") if parent_id else None
    must_be_of_street(now.street_id, parent)
    check_parent(now.kind, now.path, parent)
    if now.kind is OrganisationKind.ENTERPRISE_PARTY_ORG and parent_id != now.parent_id:
        raise CompanyFixed()


async def amend_post(write: Write, id: UUID, version: int, body: PostAmendment) -> Created:
    """Change a post's name or the number of its places, but not below those that are held.

    Raises:
        NotFound, RightMissing, OfficeNotYoursToFill, Stale, TooManyPlaces, PlaceStillHeld.
    """
    now = await write.tx.visible(change_queries.POST_TO_CHANGE, id)
    write.caller.must(Right.ORGANISATIONS_WRITE, on=now.path)
    write.caller.must_fill(now.holder, now.kind)
    check_version(now.version, version)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "seats" in given:
        check_places(now.kind, body.seats)
        await _must_be_free_beyond(write, id, body.seats)

    was = {"name": now.name, "seats": now.seats}
    shown = await write.tx.one(change_queries.AMEND_POST, id=id, **was | given)
    await write.record(
        events.POST_AMENDED,
        street_id=now.street_id,
        subject=f"posts/{id}",
        was={name: was[name] for name in sorted(given)},
    )
    return shown


async def _must_be_free_beyond(write: Write, id: UUID, seats: int) -> None:
    held = await write.tx.maybe(change_queries.HELD_BEYOND, id=id, seats=seats, at=write.now)
    if held is not None:
        until = held.until.astimezone(SHANGHAI).date() if held.until else "…"
        raise PlaceStillHeld(held.place, until)
