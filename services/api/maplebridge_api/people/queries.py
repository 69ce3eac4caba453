"""What is read of people, and the statements of their writes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from maplebridge_domain.person import PersonMerged

from ..platform.database import (
    GATE,
    Read,
    Statement,
    an_id,
    by_ids,
    in_scope,
    insert_rows,
    json_object,
)
from ..platform.ordering import PAGE_ID, PAGE_STREET, PAGE_VERSION, Order, behind_row
from ..platform.paging import Pages
from ..platform.request import Created
from ..platform.tables import event_head
from .tables import person


@dataclass(frozen=True)
class Person:
    """A person as the rules look at them."""

    id: UUID
    street_id: int
    party_member: bool
    has_phone: bool
    erased: bool
    merged_into: UUID | None
    version: int


_PERSON = by_ids(
    person,
    person.c.street_id,
    person.c.party_member.is_(True),
    person.c.phone_hash.is_not(None),
    person.c.erased_at.is_not(None),
    person.c.merged_into,
    person.c.version,
)
PERSON = Statement(_PERSON, Person)
#: Held while they are appointed: an erasure or merger at the same time is seen by one of the two.
PERSON_TO_APPOINT = Statement(
    _PERSON.order_by(person.c.id).with_for_update(read=True, key_share=True), Person
)
#: Of two who give one person posts that exclude each other, the second sees what the first gave.
PERSON_IN_TURN = Statement(_PERSON.order_by(person.c.id).with_for_update(key_share=True), Person)
#: Locked in order: two who merge the same entries do not wait for each other.
PERSON_TO_CHANGE = Statement(_PERSON.order_by(person.c.id).with_for_update(), Person)

#: The one form in which a list, a single read or a nested answer shows a person.
PERSON_OUT = json_object(
    id=person.c.id,
    street_id=person.c.street_id,
    name=person.c.name_masked,
    phone=person.c.phone_masked,
    erased_at=person.c.erased_at,
)


def _unless_merged(text: str, version: int, merged_into: UUID | None) -> tuple[str, int]:
    if merged_into is not None:
        raise PersonMerged(merged_into)
    return text, version


_id = bindparam("id", type_=Uuid)
_limit = bindparam("limit", type_=Integer)
_listed = func.mb_list_people(
    PAGE_STREET, PAGE_ID, PAGE_VERSION, _limit + literal_column("1")
).table_valued(
    *(column("place", BigInteger), column("street_id", Integer), column("id", Uuid)),
    name="listed",
)
ADD_PEOPLE = Statement(insert_rows(person, person.c.id, PERSON_OUT), Created)
PERSON_BY_ID = Read(
    select(PERSON_OUT.label("item"), person.c.version, person.c.merged_into)
    .where(GATE, in_scope(person), person.c.id == _id)
    .limit(1),
    _unless_merged,
)
_is_person = and_(person.c.street_id == _listed.c.street_id, person.c.id == _listed.c.id)
#: By pinyin, which the database knows and this role does not.
PEOPLE = Pages(
    person,
    PERSON_OUT,
    source=_listed.join(person, _is_person),
    order=Order(
        (_listed.c.place,),
        in_scope(person),
        (person.c.street_id, person.c.id, person.c.version),
        behind_row,
    ),
)
#: Is there such a street? Its log is, from the first moment on.
STREET_THERE = Statement(
    select(event_head.c.street_id).where(
        in_scope(event_head), event_head.c.street_id == bindparam("street_id", type_=Integer)
    ),
    int,
)
WITH_PHONE = Statement(
    select(person.c.id, PERSON_OUT)
    .where(
        in_scope(person),
        person.c.street_id == bindparam("street_id", type_=Integer),
        person.c.phone_hash == func.any(bindparam("hashes", type_=ARRAY(LargeBinary))),
    )
    .order_by(person.c.id),
    Created,
)


@dataclass(frozen=True)
class Sought:
    """Who was found by a part of the name: as a list shows them, and the cursor if there are more."""

    text: str
    cursor: str
    more: bool


_sought = func.mb_search_people(
    bindparam("street_id", type_=Integer),
    bindparam("part", type_=Text),
    *(PAGE_ID, PAGE_VERSION, _limit),
    *(bindparam("at", type_=DateTime(timezone=True)), bindparam("actor", type_=Text)),
    *(bindparam("capacity", type_=Uuid), bindparam("seal", type_=LargeBinary)),
).table_valued(
    *(column("place", BigInteger), column("id", Uuid), column("more", Boolean)), name="sought"
)
#: Writes the event of the search as well, with those whom it gives.
NAMED_LIKE = Statement(
    select(
        PERSON_OUT,
        func.concat_ws(literal_column("'.'"), person.c.street_id, person.c.id, person.c.version),
        _sought.c.more,
    )
    .select_from(_sought.join(person, person.c.id == _sought.c.id))
    .where(in_scope(person), person.c.street_id == bindparam("street_id", type_=Integer))
    .order_by(_sought.c.place),
    Sought,
)


@dataclass(frozen=True)
class Disclosed:
    """What is kept of a person that is never shown unasked."""

    name: str | None
    phone_encrypted: bytes | None


_disclosed = func.mb_disclose(bindparam("street_id", type_=Integer), _id).table_valued(
    column("name", Text), column("phone_encrypted", LargeBinary)
)
#: Gives a row only in a transaction that has recorded who looks at this person.
DISCLOSE = Statement(select(_disclosed.c.name, _disclosed.c.phone_encrypted), Disclosed)


#: What is written of a name, and goes with it: what is shown, what it is found by, what it is listed by.
NAME_COLUMNS = ("name", "name_masked", "name_sought", "name_listed")


def _change(**values: Any) -> Statement[UUID]:
    """Write a change of a person's columns; none of them is read, which the role may not."""
    return Statement(
        update(person)
        .where(in_scope(person), person.c.id == _id)
        .values(**values)
        .returning(person.c.id),
        an_id,
    )


SET_NAME = _change(**{name: bindparam(name, type_=Text) for name in NAME_COLUMNS})
SET_PHONE = _change(
    phone_encrypted=bindparam("encrypted", type_=LargeBinary),
    phone_masked=bindparam("masked", type_=Text),
    phone_hash=bindparam("hashed", type_=LargeBinary),
)
SET_PARTY_MEMBER = _change(party_member=bindparam("party_member", type_=Boolean))
NEXT_VERSION = Statement(
    update(person)
    .where(in_scope(person), person.c.id == _id)
    .values(version=person.c.version + literal_column("1"))
    .returning(person.c.id, PERSON_OUT),
    Created,
)
_NOTHING = {
    name: null()
    for name in (
        *NAME_COLUMNS,
        *("phone_encrypted", "phone_masked", "phone_hash", "party_member"),
    )
}
FORGET = _change(erased_at=bindparam("at", type_=DateTime(timezone=True)), **_NOTHING)
_into = bindparam("into", type_=Uuid)
#: The entry itself, and those that were merged into it before: each says where its data is now.
DISSOLVE = Statement(
    update(person)
    .where(in_scope(person), or_(person.c.id == _id, person.c.merged_into == _id))
    .values(merged_into=_into, version=person.c.version + literal_column("1"), **_NOTHING)
    .returning(person.c.id),
    an_id,
)
MERGED_INTO = Statement(
    select(person.c.id).where(in_scope(person), person.c.merged_into == _id).order_by(person.c.id),
    an_id,
)
ABOUT = Statement(
    select(
        person.c.id,
        json_object(
            id=person.c.id,
            street_id=person.c.street_id,
            party_member=person.c.party_member,
            entered_at=person.c.entered_at,
            erased_at=person.c.erased_at,
        ),
    ).where(in_scope(person), person.c.id == _id),
    Created,
)


@dataclass(frozen=True)
class Due:
    """A person who was kept long enough."""

    street_id: int
    id: UUID


EndOf = Callable[[ColumnElement[int], ColumnElement[UUID]], ColumnElement[datetime]]


def people_due(
    term_end: EndOf, other_ends: Iterable[EndOf], *, held_office: bool
) -> Statement[Due]:
    """Write which people were entered, last held office and last had a case or session `before` then.

    Of one street at a time, the first that has some; whoever erases them locks them, and looks again.
    """
    term = term_end(person.c.street_id, person.c.id)
    others = [end(person.c.street_id, person.c.id) for end in other_ends]
    last = func.greatest(term, *others, person.c.entered_at)
    return Statement(
        select(person.c.street_id, person.c.id)
        .where(
            in_scope(person),
            person.c.name_masked.is_not(None),
            term.is_not(None) if held_office else term.is_(None),
            last < bindparam("before", type_=DateTime(timezone=True)),
        )
        .order_by(person.c.street_id, person.c.id)
        .limit(bindparam("limit", type_=Integer)),
        Due,
    )
