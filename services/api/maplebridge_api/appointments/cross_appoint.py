"""Appoint a person to a second post on the strength of the first, by one of the five steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from maplebridge_domain.authority import Right
from maplebridge_domain.cross_appointment import STEPS, Contract, Held
from maplebridge_domain.crossing import Crossing, check_crossing
from maplebridge_domain.period import Period
from maplebridge_domain.worktime import SHANGHAI

from ..organisations.service import CONTRACT, POST, POST_TO_FILL, Post, ServiceContract
from ..people.service import PERSON, PERSON_TO_APPOINT, Person, must_be_named
from ..platform.database import Transaction
from ..platform.request import Created, Items, Write
from . import events
from .appoint import same_street, take_places, values_of
from .interest import held_beside
from .queries import APPOINTMENT, Appointment
from .rule_queries import HELD_OF_THEIR_OWN
from .schemas import NewCrossAppointment
from .seating import seating

Asked = TypeVar("Asked", bound=NewCrossAppointment)


@dataclass(frozen=True)
class Grounds:
    """The rows that a cross-appointment names."""

    source: Appointment
    source_post: Post
    post: Post
    contract: ServiceContract | None
    person: Person
    others: tuple[Held, ...]
    must_be_there: Callable[[Post, Period], None]


async def cross_appoint(write: Write, appointments: Items[NewCrossAppointment]) -> list[Created]:
    """Appoint persons to a second post on the strength of the first, by one of the five steps.

    Raises:
        What `seat_across` raises.
    """
    made, posts = await seat_across(write, appointments)
    ids = [one.id for one in made]
    await write.record_created(events.CROSS_APPOINTED, "cross-appointments", ids, posts)
    return made


async def seat_across(
    write: Write, appointments: Items[NewCrossAppointment]
) -> tuple[list[Created], list[Post]]:
    """Put persons in second posts; the event is the caller's.

    Raises:
        NotFound, EmptyPeriod, PersonMerged, PersonErased, WrongSourcePost, WrongTargetPost,
        WrongPlaceForStep, OutlastsItsSource, ContractWithdrawn, NoContractInForce, NotAPartyMember,
        ElectionMissing, ElectionDatesWrong, VotesMissing, InterestNotExcluded, DeclaredInTheFuture,
        EvidenceMissing, EvidenceInTheFuture, InItsPay, CommitteeNotSitting, PostTaken,
        AlreadyHoldsPost, SourceNotInForce, OfficeNotYoursToFill, OwnOffice, and what `check_votes` refuses.
    """
    grounds = await find_grounds(write.tx, appointments)

    def values(new: NewCrossAppointment) -> dict[str, object]:
        found = grounds(new)
        write.caller.must(Right.APPOINTMENTS_WRITE, on=found.post.place.path)
        place = found.post.place
        write.caller.must_fill(place.holder, place.post_kind, found.person.id)
        check_rules(new, found, write.now)
        return values_of(new, found.post, found.person.id) | _evidence(new)

    made = await take_places(write, appointments, appointments.each(values))
    return made, [grounds(new).post for new in appointments]


async def find_grounds(
    tx: Transaction, appointments: Items[Asked], *, to_write: bool = True
) -> Callable[[NewCrossAppointment], Grounds]:
    """Read what cross-appointments name; their posts and persons are held until the end, if `to_write`.

    Raises:
        NotFound.
    """
    sources = await appointments.named(tx, APPOINTMENT, "source_id")
    posts = await appointments.named(tx, POST_TO_FILL if to_write else POST, "post_id")
    contracts = await appointments.named(tx, CONTRACT, "contract_id")
    must_be_there = await seating(tx, posts.values())
    person = PERSON_TO_APPOINT if to_write else PERSON
    people = await tx.by_id(person, (source.person_id for source in sources.values()))
    at = await tx.by_id(POST, (source.post_id for source in sources.values()))
    watching = [
        sources[new.source_id].person_id
        for new in appointments
        if STEPS[new.step].needs_no_interest
    ]
    others = await held_beside(tx, watching, HELD_OF_THEIR_OWN, in_turn=to_write)

    def grounds(new: NewCrossAppointment) -> Grounds:
        source = sources[new.source_id]
        contract = contracts[new.contract_id] if new.contract_id else None
        holder, beside = people[source.person_id], tuple(others[source.person_id])
        return Grounds(
            source, at[source.post_id], posts[new.post_id], contract, holder, beside, must_be_there
        )

    return grounds


def check_rules(new: NewCrossAppointment, grounds: Grounds, at: datetime) -> None:
    """Refuse a cross-appointment that its step, or what it rests on, does not carry.

    Raises:
        NotFound, EmptyPeriod, PersonMerged, PersonErased, ContractWithdrawn, CommitteeNotSitting,
        and what `check_crossing` refuses.
    """
    same_street(grounds.source.street_id, grounds.post)
    must_be_named(grounds.person, "/source_id")
    check_crossing(crossing_of(new, grounds, at))
    grounds.must_be_there(grounds.post, new.during.period())


def crossing_of(new: NewCrossAppointment, grounds: Grounds, at: datetime) -> Crossing:
    """Return a cross-appointment as the rules look at it at an instant.

    Raises:
        EmptyPeriod, ContractWithdrawn.
    """
    contract = grounds.contract
    return Crossing(
        STEPS[new.step],
        new.during.period(),
        source=grounds.source_post.place,
        source_during=grounds.source.during,
        target=grounds.post.place,
        party_member=grounds.person.party_member,
        today=at.astimezone(SHANGHAI).date(),
        contract=Contract(contract.enterprise_id, contract.quarter_path) if contract else None,
        contract_during=contract.during if contract else None,
        election=new.election.election() if new.election else None,
        no_interest_declared_on=new.no_interest_declared_on,
        files=tuple(one.dated_on for one in new.evidence),
        others=grounds.others,
    )


def _evidence(new: NewCrossAppointment) -> dict[str, object]:
    return {
        "step": new.step,
        "rests_on": new.source_id,
        "contract_id": new.contract_id if STEPS[new.step].needs_contract else None,
        "election": new.election_text(),
        "no_interest_declared_on": new.no_interest_declared_on,
        "evidence": new.evidence_text(),
    }
