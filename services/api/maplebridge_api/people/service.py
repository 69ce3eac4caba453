"""The verbs of people, and what other slices may ask of them."""

from uuid import UUID

from maplebridge_domain.authority import Right

from ..platform.bodies import dump
from ..platform.database import as_rows
from ..platform.personal import encrypt, mask_phone
from ..platform.problems import NotFound
from ..platform.request import Created, Items, Write
from . import events, queries
from .queries import PERSON, Person
from .schemas import NewPerson

__all__ = ["PERSON", "Person", "create_people", "register"]


async def create_people(write: Write, people: Items[NewPerson]) -> list[Created]:
    """Enter people of a street; phones are encrypted before they reach the database.

    Raises:
        NotFound.
    """

    def row(person: NewPerson) -> dict[str, object]:
        if person.street_id not in write.tx.scope:
            raise NotFound("/street_id")
        write.caller.must(Right.PEOPLE_WRITE, on=str(person.street_id))
        phone = person.phone
        return dump(
            person,
            phone_encrypted=f"\\x{encrypt(phone).hex()}" if phone else None,
            phone_masked=mask_phone(phone) if phone else None,
        )

    made = await write.tx.all(queries.ADD_PEOPLE, rows=as_rows(people.each(row)))
    await write.record_created(events.PEOPLE_CREATED, "people", [one.id for one in made], people)
    return made


async def register(write: Write, street_id: int, name: str) -> UUID:
    """Enter a resident who logs in for the first time: a person without any post.

    Raises:
        UnknownReference: there is no such street.
    """
    row = {"street_id": street_id, "name": name}
    made = await write.tx.one(queries.ADD_PEOPLE, rows=as_rows([row]))
    await write.record(events.REGISTERED, street_id=street_id, subject=f"people/{made.id}")
    return made.id
