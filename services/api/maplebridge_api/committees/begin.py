"""Enter a committee that was elected by the owners, or formed where none exists."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.committee import (
    CommitteeKind,
    NotItsPost,
    check_members,
    check_term,
    check_vote,
    file_by,
    hand_over_by,
    kind_of,
    party_share_aim,
    renew_from,
)
from maplebridge_domain.grid import GridLevel
from maplebridge_domain.period import Period
from maplebridge_domain.worktime import SHANGHAI

from ..appointments.service import NewAppointment, seat
from ..grid.service import GRID
from ..organisations.service import ORGANISATION, POST, Organisation
from ..people.service import PERSON_TO_APPOINT, must_be_named
from ..platform.bodies import range_text
from ..platform.database import as_rows
from ..platform.ids import new_id
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write
from . import events, queries
from .end import make_way
from .oneness import must_be_free
from .schemas import MemberIn, NewCommitteeTerm


async def begin(write: Write, terms: Items[NewCommitteeTerm]) -> list[Created]:
    """Enter a committee's term; its members take the posts that are named, for as long as it sits.

    A property management committee of the quarter ends as an owners' committee begins.

    Raises:
        NotFound, RightMissing, NotACommittee, EmptyPeriod, TermTooLong, OwnersVoteMissing,
        FormedNotElected, CommitteeDatesWrong, CommitteeSizeWrong, TooFewOwnersInCommittee, NotItsPost,
        CommitteeThereAlready, ElectedTwice, PersonMerged, PersonErased, and what `check_votes` and
        `seat` refuse.
    """
    [new] = terms
    organisation = await write.tx.visible(ORGANISATION, new.organisation_id, "/organisation_id")
    write.caller.must(Right.ORGANISATIONS_WRITE, on=organisation.path)
    quarter = await write.tx.visible(GRID, organisation.grid_id, "/organisation_id")
    kind = kind_of(organisation.kind, in_quarter=quarter.level is GridLevel.QUARTER)
    during = new.during.period()
    _check(write, new, kind, during, organisation.street_id)
    members = Items(new.members, True, [f"/members/{n}" for n in range(len(new.members))])
    of_party = await _of_party(write, members, organisation)

    row, ended = _row(new, kind, during, organisation) | {"quarter_id": quarter.id}, {}
    if kind is CommitteeKind.OWNERS_COMMITTEE:
        row |= _elected(new, organisation) | {"party_members": sum(of_party)}
        ended = await make_way(write, quarter.id, during.start)
    await must_be_free(write, quarter, during)
    made = await write.tx.all(queries.ADD_TERMS, rows=as_rows([row]))
    appointments = await _seat(write, new, members)
    rows = _members(new, kind, organisation, zip(members, appointments, of_party, strict=True))
    await write.tx.run(queries.ADD_MEMBERS, rows=as_rows(rows))
    await write.record_created(
        events.BEGUN,
        "committee-terms",
        [one.id for one in made],
        [organisation],
        appointments=[id_ for id_ in appointments if id_],
        **ended,
    )
    return made


def _check(
    write: Write, new: NewCommitteeTerm, kind: CommitteeKind, during: Period, street_id: int
) -> None:
    begins_on = during.start.astimezone(SHANGHAI).date()
    today = write.now.astimezone(SHANGHAI).date()
    vote = new.election
    check_vote(
        kind,
        vote.voted_on if vote else None,
        vote.counted() if vote else None,
        begins_on,
        today,
    )
    check_term(kind, during, street_id)
    owners = sum(member.owner for member in new.members)
    check_members(kind, len(new.members), owners, begins_on, street_id)


async def _of_party(
    write: Write, members: Items[MemberIn], organisation: Organisation
) -> list[bool]:
    """Return of each member whether they are a party member: as the election says, else as on file."""
    people = await members.named(write.tx, PERSON_TO_APPOINT, "person_id")
    posts = await members.named(write.tx, POST, "post_id")

    def check(member: MemberIn) -> bool:
        person = people[member.person_id]
        if person.street_id != organisation.street_id:
            raise NotFound("/person_id")
        must_be_named(person, "/person_id")
        if member.post_id and posts[member.post_id].organisation_id != organisation.id:
            raise NotItsPost()
        return person.party_member if member.party_member is None else member.party_member

    return members.each(check)


def _row(
    new: NewCommitteeTerm, kind: CommitteeKind, during: Period, organisation: Organisation
) -> dict[str, Any]:
    formed = kind is CommitteeKind.PROPERTY_MANAGEMENT_COMMITTEE
    return {
        "id": new.id,
        "street_id": organisation.street_id,
        "organisation_id": organisation.id,
        "kind": kind,
        "during": range_text(during),
        "members": len(new.members),
        "owners": sum(member.owner for member in new.members) if formed else None,
        "renew_from": renew_from(kind, during.until, organisation.street_id),
        "hand_over_by": hand_over_by(during.until),
    }


def _elected(new: NewCommitteeTerm, organisation: Organisation) -> dict[str, Any]:
    assert new.election is not None  # an owners' committee without one was refused
    voted_on = new.election.voted_on
    return {
        "voted_on": voted_on,
        "votes": new.election.votes.model_dump(),
        "file_by": file_by(voted_on),
        "party_aim_percent": party_share_aim(voted_on, organisation.street_id),
    }


def _members(
    new: NewCommitteeTerm,
    kind: CommitteeKind,
    organisation: Organisation,
    elected: Iterable[tuple[MemberIn, UUID | None, bool]],
) -> list[dict[str, Any]]:
    # No rule asks for the share of a committee that was formed: of its members it is not kept.
    counted = kind is CommitteeKind.OWNERS_COMMITTEE
    return [
        {
            "street_id": organisation.street_id,
            "term_id": new.id,
            "person_id": member.person_id,
            "appointment_id": appointment_id,
            "party_member": of_party if counted else None,
        }
        for member, appointment_id, of_party in elected
    ]


async def _seat(write: Write, new: NewCommitteeTerm, members: Items[MemberIn]) -> list[UUID | None]:
    """Let members take their posts for the term; return each one's appointment, in order."""
    ids = [new_id() if member.post_id else None for member in members]
    pointers, appointments = [], []
    for n, (member, id_) in enumerate(zip(members, ids, strict=True)):
        if member.post_id is not None:
            pointers.append(members.pointer(n))
            appointments.append(
                NewAppointment(
                    id=id_, person_id=member.person_id, post_id=member.post_id, during=new.during
                )
            )
    if appointments:
        await seat(write, Items(appointments, True, pointers))
    return ids
