"""The verbs of people, and what other slices may ask of them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.naming import listed, sought
from maplebridge_domain.person import PersonErased, PersonMerged, mask_name, mask_phone
from maplebridge_domain.problem import pointing_at
from maplebridge_domain.purpose import basis_of
from maplebridge_domain.worktime import SHANGHAI

from ..platform.database import as_rows
from ..platform.ids import new_id
from ..platform.personal import keyring, phone_place, seal_phone
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write, check_version
from . import events, queries
from .find import tell_looked_up
from .ledger import PERSON_LEDGER, PersonLine
from .queries import PERSON, PERSON_IN_TURN, PERSON_TO_APPOINT, Due, Person, people_due
from .schemas import Correction, NewPerson, PersonOut, Unmasked, Unmasking

__all__ = [
    "OF_PERSONS",
    "PERSON",
    "PERSON_IN_TURN",
    "PERSON_LEDGER",
    "PERSON_TO_APPOINT",
    "Due",
    "NewPerson",
    "Person",
    "PersonLine",
    "PersonOut",
    "Unmasking",
    "about",
    "both_to_change",
    "correct",
    "create_people",
    "disclose",
    "dissolve",
    "entries_of",
    "forget",
    "must_be_current",
    "must_be_named",
    "name_keys",
    "people_due",
    "register",
    "row_of",
    "tell_looked_up",
    "to_change",
    "unmask",
]

#: The table that persons are; every other one only names them.
OF_PERSONS = "person"


async def create_people(write: Write, people: Items[NewPerson]) -> list[Created]:
    """Enter people of a street; phones are sealed before they reach the database.

    Raises:
        NotFound.
    """

    def row(person: NewPerson) -> dict[str, object]:
        if person.street_id not in write.tx.scope:
            raise NotFound("/street_id")
        write.caller.must(Right.PEOPLE_WRITE, on=str(person.street_id))
        assert person.id is not None  # made before, so that the phone is sealed for its row
        return row_of(
            person.id,
            person.street_id,
            person.name,
            write.now,
            phone=person.phone,
            party_member=person.party_member,
        )

    made = await write.tx.all(queries.ADD_PEOPLE, rows=as_rows(people.each(row)))
    await write.record_created(events.PEOPLE_CREATED, "people", [one.id for one in made], people)
    return made


async def register(write: Write, street_id: int, name: str) -> UUID:
    """Enter a resident who logs in for the first time: a person without any post.

    Raises:
        UnknownReference: there is no such street.
    """
    row = row_of(new_id(), street_id, name, write.now)
    made = await write.tx.one(queries.ADD_PEOPLE, rows=as_rows([row]))
    await write.record(events.REGISTERED, street_id=street_id, subject=f"people/{made.id}")
    return made.id


def row_of(
    id: UUID,
    street_id: int,
    name: str,
    entered_at: datetime,
    *,
    phone: str | None = None,
    party_member: bool | None = None,
) -> dict[str, object]:
    """Return the row of a new person: what is shown beside what is sealed."""
    row: dict[str, object] = {
        "id": id,
        "street_id": street_id,
        **_as_named(name),
        "party_member": party_member,
        "entered_at": entered_at,
    }
    if phone:
        encrypted, hashed = seal_phone(id, phone)
        row |= {
            "phone_encrypted": f"\\x{encrypted.hex()}",
            "phone_masked": mask_phone(phone),
            "phone_hash": f"\\x{hashed.hex()}",
        }
    return row


def _as_named(name: str) -> dict[str, str]:
    """Return what is written of a name: itself, what is shown, what it is found and listed by."""
    return {"name": name, "name_masked": mask_name(name), **name_keys(name)}


def name_keys(name: str) -> dict[str, str]:
    """Return by what a person's name is found, and by what it is listed; the database alone reads them."""
    return {"name_sought": sought(name), "name_listed": listed(name, of_person=True)}


async def correct(write: Write, id: UUID, version: int, body: Correction) -> Created:
    """Put right what is kept of a person (Personal Information Protection Law art. 46).

    Raises:
        NotFound, RightMissing, PersonMerged, PersonErased, Stale.
    """
    person = await to_change(write, id, Right.PEOPLE_WRITE)
    check_version(person.version, version)
    given = body.model_fields_set
    if body.name is not None:
        await write.tx.one(queries.SET_NAME, id=id, **_as_named(body.name))
    if "phone" in given:
        await _set_phone(write, id, body.phone)
    if "party_member" in given:
        await write.tx.one(queries.SET_PARTY_MEMBER, id=id, party_member=body.party_member)
    shown = await write.tx.one(queries.NEXT_VERSION, id=id)
    await write.record(
        events.CORRECTED,
        street_id=person.street_id,
        subject=f"people/{id}",
        corrected=sorted(given),
    )
    return shown


async def _set_phone(write: Write, id: UUID, phone: str | None) -> None:
    encrypted, hashed = seal_phone(id, phone) if phone else (None, None)
    masked = mask_phone(phone) if phone else None
    await write.tx.one(queries.SET_PHONE, id=id, encrypted=encrypted, masked=masked, hashed=hashed)


async def unmask(write: Write, id: UUID, body: Unmasking) -> Unmasked:
    """Show a name and phone in full, for a purpose that is in force.

    Raises:
        NotFound, RightMissing, PersonMerged, PersonErased, PurposeNotInForce.
    """
    person = await write.tx.visible(PERSON, id)
    write.caller.must(Right.PEOPLE_UNMASK, on=str(person.street_id))
    must_be_named(person)
    basis = basis_of(body.purpose, write.now.astimezone(SHANGHAI).date())
    await write.record(
        events.UNMASKED,
        street_id=person.street_id,
        subject=f"people/{id}",
        purpose=body.purpose,
    )
    name, phone = await disclose(write, person)
    assert name is not None
    return Unmasked(id=id, name=name, phone=phone, purpose=body.purpose, basis=basis)


async def disclose(write: Write, person: Person) -> tuple[str | None, str | None]:
    """Return a person's name and phone; the database gives them once the look is recorded."""
    found = await write.tx.one(queries.DISCLOSE, street_id=person.street_id, id=person.id)
    sealed = found.phone_encrypted
    phone = keyring().unseal(sealed, phone_place(person.id)) if sealed else None
    return found.name, phone


async def to_change(write: Write, id: UUID, right: Right) -> Person:
    """Return a person whom the caller may change, locked until the end of the transaction.

    Raises:
        NotFound, RightMissing, PersonMerged, PersonErased.
    """
    person = await write.tx.visible(queries.PERSON_TO_CHANGE, id)
    write.caller.must(right, on=str(person.street_id))
    must_be_named(person)
    return person


async def both_to_change(write: Write, ids: Sequence[UUID]) -> dict[UUID, Person]:
    """Return several persons, locked in one order whatever order they are named in."""
    found = await write.tx.all(queries.PERSON_TO_CHANGE, ids=list(ids))
    return {person.id: person for person in found}


def must_be_named(person: Person, pointer: str = "") -> None:
    """Refuse an entry that was merged away, or of whom the name is erased.

    Raises:
        PersonMerged, PersonErased.
    """
    must_be_current(person, pointer)
    with pointing_at(pointer):
        if person.erased:
            raise PersonErased()


def must_be_current(person: Person, pointer: str = "") -> None:
    """Refuse an entry that was merged away.

    Raises:
        PersonMerged.
    """
    with pointing_at(pointer):
        if person.merged_into is not None:
            raise PersonMerged(person.merged_into)


async def forget(write: Write, id: UUID) -> Created:
    """Erase name, phone and party membership; the row stays for what refers to it."""
    await write.tx.one(queries.FORGET, id=id, at=write.now)
    return await write.tx.one(queries.NEXT_VERSION, id=id)


async def dissolve(write: Write, person: Person, into: Person, phone: str | None) -> Created:
    """Leave of an entry only where it went; the other one takes what it lacks itself."""
    if phone and not into.has_phone:
        await _set_phone(write, into.id, phone)
    if person.party_member and not into.party_member:
        await write.tx.one(queries.SET_PARTY_MEMBER, id=into.id, party_member=True)
    await write.tx.all(queries.DISSOLVE, id=person.id, into=into.id)
    return await write.tx.one(queries.NEXT_VERSION, id=into.id)


async def about(write: Write, id: UUID) -> dict[str, Any]:
    """Return what else is kept of a person, as JSON: nothing that is disclosed."""
    kept: dict[str, Any] = json.loads((await write.tx.one(queries.ABOUT, id=id)).text)
    return kept


async def entries_of(write: Write, id: UUID) -> list[UUID]:
    """Return a person's entry and those that were merged into it."""
    return [id, *await write.tx.all(queries.MERGED_INTO, id=id)]
