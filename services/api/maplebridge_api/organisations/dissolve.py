"""Dissolving an organisation."""

from dataclasses import astuple
from datetime import datetime
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.hierarchy import AlreadyDissolved, check_rests_nothing
from maplebridge_domain.worktime import SHANGHAI

from ..platform.request import Created, Write, check_version
from . import change_queries, events
from .schemas import Dissolution


async def dissolve(write: Write, id: UUID, version: int, body: Dissolution) -> Created:
    """End an organisation, and its posts with it, at an instant at which nothing rests on it any more.

    Raises:
        NotFound, RightMissing, Stale, AlreadyDissolved, StillRestedOn, OrganisationDissolved,
        PartyOrgNotOfLevel.
    """
    organisation = await write.tx.visible(change_queries.ORGANISATION_TO_CHANGE, id)
    write.caller.must(Right.ORGANISATIONS_WRITE, on=organisation.path)
    check_version(organisation.version, version)
    if organisation.dissolved_at is not None:
        raise AlreadyDissolved(organisation.dissolved_at.astimezone(SHANGHAI).date())
    shown = await end_organisation(write, id, body.at)
    await write.record(
        events.ORGANISATION_DISSOLVED,
        street_id=organisation.street_id,
        subject=f"organisations/{id}",
        dissolved_at=body.at,
    )
    return shown


async def end_organisation(write: Write, id: UUID, at: datetime) -> Created:
    """End an organisation and its posts at an instant; rights and event are the caller's.

    Raises:
        StillRestedOn, OrganisationDissolved.
    """
    resting = await write.tx.one(change_queries.RESTING, id=id, at=at)
    check_rests_nothing(*astuple(resting))
    # The posts first: they lie within the organisation's time, and the database holds them to it.
    await write.tx.run(change_queries.END_POSTS, id=id, at=at)
    return await write.tx.one(change_queries.DISSOLVE, id=id, at=at)
