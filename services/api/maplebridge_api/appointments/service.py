"""What other slices may ask of appointments; the verbs are in files of their own."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from maplebridge_domain.authority import AUTHORITY, Role, reaches_by_contract, role_of
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.period import Period
from maplebridge_domain.person import BothHoldPost

from ..people.service import PERSON, must_be_named
from ..platform.authority import Authority, Office
from ..platform.clock import clock
from ..platform.database import Database, Scope, Transaction
from ..platform.identity import Caller, LoggedIn
from ..platform.request import Write
from . import queries
from .appoint import appoint, same_street, seat
from .cross_appoint import check_rules, cross_appoint, find_grounds, seat_across
from .end import end_all_in, must_take_back, with_it
from .events import APPOINTED, CROSS_APPOINTED
from .ledger import APPOINTMENT_LEDGER, PLACE_LEDGER, AppointmentLine
from .queries import (
    APPOINTMENT,
    Appointment,
    held_posts,
    holder_of,
    last_term_end,
    shares_post,
)
from .refusals import CROSS_RULES, FILLING, RULES, STEP_RULES
from .schemas import (
    VOTES,
    Capacities,
    CapacityOut,
    Evidence,
    EvidenceIn,
    NewAppointment,
    NewCrossAppointment,
    VotesIn,
)

__all__ = [
    "APPOINTED",
    "APPOINTMENT",
    "APPOINTMENT_LEDGER",
    "CROSS_APPOINTED",
    "CROSS_RULES",
    "FILLING",
    "PLACE_LEDGER",
    "RULES",
    "STEP_RULES",
    "VOTES",
    "Appointment",
    "AppointmentLine",
    "Evidence",
    "EvidenceIn",
    "NewAppointment",
    "NewCrossAppointment",
    "VotesIn",
    "appoint",
    "appointments_of",
    "as_person",
    "capacities",
    "check_rules",
    "cross_appoint",
    "end_all_in",
    "find_grounds",
    "held_posts",
    "holder_of",
    "last_term_end",
    "must_fill_all",
    "must_not_both_hold",
    "must_take_back",
    "offices",
    "roles_of",
    "same_street",
    "seat",
    "seat_across",
    "shares_post",
    "with_it",
]


async def appointments_of(tx: Transaction, person_id: UUID) -> list[UUID]:
    """Return the ids of all appointments that a person holds or held."""
    return await tx.all(queries.OF_PERSON, person_id=person_id)


async def must_fill_all(write: Write, person_id: UUID, into: UUID | None = None) -> None:
    """Refuse to let in or log out, or to join to another entry, whose offices others fill.

    `into` is the entry that gets the offices: not one's own.

    Raises:
        OfficeNotYoursToFill, OwnOffice.
    """
    for held in await write.tx.all(queries.HELD, person_id=person_id, at=clock.now()):
        write.caller.must_fill(held.holder, held.post, into)


async def roles_of(write: Write, person_id: UUID) -> set[Role]:
    """Return the roles of the offices that a person holds or is to hold."""
    held = await write.tx.all(queries.HELD, person_id=person_id, at=clock.now())
    return {role_of(one.holder, one.post) for one in held}


async def must_not_both_hold(tx: Transaction, one: UUID, other: UUID) -> None:
    """Refuse to take two entries for one person who would then sit twice in one post.

    Raises:
        BothHoldPost.
    """
    post_id = await tx.maybe(queries.BOTH_HOLD, one=one, other=other)
    if post_id is not None:
        raise BothHoldPost(post_id)


async def as_person(tx: Transaction, client_id: str, id: UUID) -> LoggedIn:
    """Return a person, or the holder of an appointment in force, as if logged in (a sandbox's way).

    Raises:
        NotFound: no such appointment is in force in the client's range, and no such person is there.
        PersonMerged, PersonErased.
    """
    office = await tx.maybe(queries.OFFICE, id=id, at=clock.now())
    if office is not None:
        return LoggedIn(client_id, office.street_id, office.person_id, id)
    person = await tx.visible(PERSON, id, "/act_as")
    must_be_named(person, "/act_as")
    return LoggedIn(client_id, person.street_id, person.id)


async def capacities(authority: Authority, database: Database, caller: Caller) -> Capacities:
    """Return in what capacities a person can act now; a system has none."""
    if caller.person_id is None:
        return Capacities(items=[])
    now = clock.now()
    person = LoggedIn(caller.client_id, caller.scope.lo, caller.person_id, lets_in=caller.lets_in)
    return Capacities(
        items=[
            CapacityOut(
                id=office.id,
                role=office.role,
                rights=dict(AUTHORITY[office.role]),
                place=list(office.caller(person, now).place),
            )
            for office in await authority.offices(database, person, now)
        ]
    )


async def offices(database: Database, person: LoggedIn, at: datetime) -> list[Office]:
    """Return a person's appointments in force, with the role and the place that each gives."""
    scope = Scope(person.street_id, person.street_id)
    found = await database.read(queries.OFFICES, scope, person_id=person.person_id, at=at)
    return [_office(row) for row in json.loads(found or "[]")]


def _office(row: dict[str, Any]) -> Office:
    post, during = row["post"], _period(row["during"])
    holder = OrganisationKind(post["holder"]) if post["holder"] else None
    place = [(post["path"], during)]
    if reaches_by_contract(holder):
        place = [(served["path"], _period(served)) for served in post["served"]]
    role = role_of(holder, PostKind(post["kind"]))
    return Office(UUID(row["id"]), role, during, tuple(place))


def _period(during: dict[str, str]) -> Period:
    until = datetime.fromisoformat(during["until"]) if during["until"] else None
    return Period(datetime.fromisoformat(during["from"]), until)
