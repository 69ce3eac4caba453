"""People as an import is compared with: no name, as the API's role cannot read one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from ..platform.database import Statement, in_scope
from .tables import person


@dataclass(frozen=True)
class PersonLine:
    """A person who is still named."""

    id: UUID
    name_masked: str
    phone_hash: bytes | None
    party_member: bool | None


PERSON_LEDGER = Statement(
    select(person.c.id, person.c.name_masked, person.c.phone_hash, person.c.party_member)
    .where(in_scope(person), person.c.name_masked.is_not(None))
    .order_by(person.c.id),
    PersonLine,
)
