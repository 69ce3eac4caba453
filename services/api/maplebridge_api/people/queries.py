"""What is read of people, and the statement that enters them."""

from dataclasses import dataclass
from uuid import UUID

from ..platform.database import Statement, by_ids, insert_rows, json_object
from ..platform.paging import Pages, Single
from ..platform.request import Created
from .tables import person


@dataclass(frozen=True)
class Person:
    """A person as the rules look at them."""

    id: UUID
    street_id: int
    party_member: bool


PERSON = Statement(by_ids(person, person.c.street_id, person.c.party_member.is_(True)), Person)

PERSON_OUT = json_object(
    id=person.c.id,
    street_id=person.c.street_id,
    name=person.c.name,
    phone=person.c.phone_masked,
)

ADD_PEOPLE = Statement(insert_rows(person, person.c.id, PERSON_OUT), Created)
PERSON_BY_ID = Single(person, PERSON_OUT)
PEOPLE = Pages(person, PERSON_OUT)
