"""The verbs of appointments, and what other slices may ask of them."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from maplebridge_domain.appointment import PostTaken, check_cross_appointment_term, check_end
from maplebridge_domain.authority import AUTHORITY, Right, reaches_by_contract, role_of
from maplebridge_domain.cross_appointment import (
    STEPS,
    Contract,
    check_cross_appointment_evidence,
    check_cross_appointment_posts,
)
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.period import Period
from maplebridge_domain.person import BothHoldPost
from maplebridge_domain.worktime import SHANGHAI

from ..organisations.service import CONTRACT, POST, POST_TO_FILL, Post, ServiceContract
from ..people.service import PERSON, PERSON_TO_APPOINT, Person, must_be_named
from ..platform.authority import Authority, Office
from ..platform.bodies import range_text
from ..platform.clock import clock
from ..platform.database import Database, Scope, Transaction
from ..platform.identity import Caller, LoggedIn
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write, check_version
from . import events, queries
from .ledger import APPOINTMENT_LEDGER, AppointmentLine
from .queries import APPOINTMENT, Appointment, holder_of, last_term_end
from .schemas import Capacities, CapacityOut, End, NewAppointment, NewCrossAppointment

__all__ = [
    "APPOINTMENT",
    "APPOINTMENT_LEDGER",
    "Appointment",
    "AppointmentLine",
    "NewAppointment",
    "appoint",
    "appointments_of",
    "as_person",
    "capacities",
    "cross_appoint",
    "end",
    "holder_of",
    "last_term_end",
    "must_fill_all",
    "must_not_both_hold",
    "offices",
]


async def appoint(write: Write, appointments: Items[NewAppointment]) -> list[Created]:
    """Appoint persons to posts; the database says when a post is taken.

    Raises:
        NotFound, EmptyPeriod, PersonMerged, PersonErased, PostTaken, AlreadyHoldsPost,
        OfficeNotYoursToFill, OwnOffice.
    """
    people = await appointments.named(write.tx, PERSON_TO_APPOINT, "person_id")
    posts = await appointments.named(write.tx, POST_TO_FILL, "post_id")

    def values(new: NewAppointment) -> dict[str, object]:
        post = posts[new.post_id]
        write.caller.must(Right.APPOINTMENTS_WRITE, on=post.place.path)
        _same_street(people[new.person_id].street_id, post)
        write.caller.must_fill(post.place.holder, post.place.post_kind, new.person_id)
        must_be_named(people[new.person_id], "/person_id")
        return _values(new, post, new.person_id)

    made = await _take_places(write, appointments, appointments.each(values))
    ids = [one.id for one in made]
    await write.record_created(events.APPOINTED, "appointments", ids, posts.values())
    return made


async def cross_appoint(write: Write, appointments: Items[NewCrossAppointment]) -> list[Created]:
    """Appoint persons to a second post on the strength of the first, by one of the five steps.

    Raises:
        NotFound, EmptyPeriod, PersonMerged, PersonErased, WrongSourcePost, WrongTargetPost,
        WrongPlaceForStep, OutlastsItsSource, NoContractInForce, NotAPartyMember, ElectionMissing,
        ElectionDatesWrong, InterestNotExcluded, PostTaken, AlreadyHoldsPost, SourceNotInForce,
        OfficeNotYoursToFill, OwnOffice.
    """
    sources = await appointments.named(write.tx, APPOINTMENT, "source_id")
    posts = await appointments.named(write.tx, POST_TO_FILL, "post_id")
    contracts = await appointments.named(write.tx, CONTRACT, "contract_id")
    held = await write.tx.all(POST, ids=[source.post_id for source in sources.values()])
    source_posts = {post.id: post for post in held}
    holders = await write.tx.all(
        PERSON_TO_APPOINT, ids=[source.person_id for source in sources.values()]
    )
    people = {person.id: person for person in holders}

    def values(new: NewCrossAppointment) -> dict[str, object]:
        source = sources[new.source_id]
        post = posts[new.post_id]
        write.caller.must(Right.APPOINTMENTS_WRITE, on=post.place.path)
        _same_street(source.street_id, post)
        write.caller.must_fill(post.place.holder, post.place.post_kind, source.person_id)
        contract = contracts[new.contract_id] if new.contract_id else None
        person = people[source.person_id]
        must_be_named(person, "/source_id")
        _check(new, source, source_posts[source.post_id], post, contract, person)
        return _values(new, post, source.person_id) | _evidence(new)

    made = await _take_places(write, appointments, appointments.each(values))
    ids = [one.id for one in made]
    await write.record_created(events.CROSS_APPOINTED, "cross-appointments", ids, posts.values())
    return made


def _check(
    new: NewCrossAppointment,
    source: Appointment,
    source_post: Post,
    post: Post,
    contract: ServiceContract | None,
    person: Person,
) -> None:
    step = STEPS[new.step]
    during = new.during.period()
    named = [contract] if contract else []
    periods = [one.during for one in named] if step.needs_contract else None
    served = [Contract(one.enterprise_id, one.quarter_path) for one in named]
    check_cross_appointment_term(source.during, during, periods)
    check_cross_appointment_posts(step, source_post.place, post.place, served)
    check_cross_appointment_evidence(
        step,
        party_member=person.party_member,
        election=new.election.election() if new.election else None,
        no_interest_declared_on=new.no_interest_declared_on,
        begins_on=during.start.astimezone(SHANGHAI).date(),
    )


def _same_street(street_id: int, post: Post) -> None:
    if street_id != post.street_id:
        raise NotFound("/post_id")


def _values(
    new: NewAppointment | NewCrossAppointment, post: Post, person_id: UUID
) -> dict[str, object]:
    return {
        "id": new.id,
        "street_id": post.street_id,
        "post_id": post.id,
        "seats": post.seats,
        "person_id": person_id,
        "during": range_text(new.during.period()),
        "step": None,
        "rests_on": None,
        "contract_id": None,
        "election": None,
        "no_interest_declared_on": None,
    }


def _evidence(new: NewCrossAppointment) -> dict[str, object]:
    election = json.dumps(new.election.model_dump(mode="json")) if new.election else None
    return {
        "step": new.step,
        "rests_on": new.source_id,
        "contract_id": new.contract_id if STEPS[new.step].needs_contract else None,
        "election": election,
        "no_interest_declared_on": new.no_interest_declared_on,
    }


async def _take_places(
    write: Write, items: Items[Any], values: list[dict[str, object]]
) -> list[Created]:
    made = []
    for index, one in enumerate(values):  # one by one: each takes the lowest place left free
        created = await write.tx.maybe(queries.APPOINT, **one)
        if created is None:
            problem = PostTaken()
            problem.pointer = items.pointer(index) + problem.pointer
            raise problem
        made.append(created)
    return made


async def end(write: Write, id: UUID, version: int, body: End) -> Created:
    """End an appointment, and at the same instant every cross-appointment that rests on it.

    Raises:
        NotFound, Stale, AppointmentEnded, OfficeNotYoursToFill.
    """
    appointment = await write.tx.visible(queries.APPOINTMENT_TO_CHANGE, id)
    [post] = await write.tx.all(POST, ids=[appointment.post_id])
    write.caller.must(Right.APPOINTMENTS_WRITE, on=post.place.path)
    write.caller.must_fill(post.place.holder, post.place.post_kind)
    check_version(appointment.version, version)
    check_end(appointment.during, body.at)

    ended = await write.tx.all(queries.END, street_id=appointment.street_id, id=id, at=body.at)
    shown = await write.tx.one(queries.SHOW, id=id)
    await write.record(
        events.ENDED,
        street_id=appointment.street_id,
        subject=f"appointments/{id}",
        ended_at=body.at,
        with_it=sorted({*ended} - {id}),
    )
    return shown


async def appointments_of(tx: Transaction, person_id: UUID) -> list[UUID]:
    """Return the ids of all appointments that a person holds or held."""
    return await tx.all(queries.OF_PERSON, person_id=person_id)


async def must_fill_all(write: Write, person_id: UUID, into: UUID | None = None) -> None:
    """Refuse to let in, or to join to another entry, who holds or is to hold an office filled from above.

    `into` is the entry that gets the offices: not one's own.

    Raises:
        OfficeNotYoursToFill, OwnOffice.
    """
    for held in await write.tx.all(queries.HELD, person_id=person_id, at=clock.now()):
        write.caller.must_fill(held.holder, held.post, into)


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
    person = LoggedIn(caller.client_id, caller.scope.lo, caller.person_id)
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
