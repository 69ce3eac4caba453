"""The verbs about all that is kept of a person: hand it out, erase it, make two entries one."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.person import MergedWithItself, check_erasure
from maplebridge_domain.purpose import Purpose, basis_of
from maplebridge_domain.retention import Kept
from maplebridge_domain.worktime import SHANGHAI

from ..appointments.service import appointments_of, must_fill_all, must_not_both_hold
from ..committees.service import forget_membership
from ..disputes.service import erase_texts_due, mentioning
from ..imports.service import drop_copies, prune_copies
from ..people import service as people
from ..people.service import Due, Person
from ..platform.database import Statement
from ..platform.identity import RightMissing
from ..platform.problems import NotFound
from ..platform.request import (
    Created,
    Write,
    check_version,
    prune_answers,
    replace_answers,
)
from ..sessions.service import accounts_of, forget_logins, hold_logins, prune_logins, tries_of
from . import events, queries, texts
from .schemas import Erasure, Merger, Reason

__all__ = ["RETIRE", "erase", "export", "merge"]


async def export(write: Write, id: UUID) -> dict[str, Any]:
    """Return all that is kept of a person, to themselves or to who may see it in full.

    Raises:
        RightMissing, NotFound, PersonMerged, PurposeNotInForce.
    """
    own = write.caller.person_id == id
    if not own and Right.PEOPLE_UNMASK not in write.caller.rights:
        raise RightMissing(Right.PEOPLE_UNMASK)  # whether there is such a person or not
    person = await write.tx.visible(people.PERSON, id)
    if not own:
        write.caller.must(Right.PEOPLE_UNMASK, on=str(person.street_id))
    people.must_be_current(person)
    # To anybody else but themselves it is given to answer them (PIPL 45), and for nothing else.
    told = {} if own else {"purpose": Purpose.ANSWER_PERSON}
    for purpose in told.values():
        basis_of(purpose, write.now.astimezone(SHANGHAI).date())
    await write.record(events.EXPORTED, street_id=person.street_id, subject=f"people/{id}", **told)
    name, phone = await people.disclose(write, person)
    entries = await people.entries_of(write, id)
    return {
        **await people.about(write, id),
        "entries": entries,
        "name": name,
        **(people.name_keys(name) if name else {}),
        "phone": phone,
        "exported_at": write.now,
        "accounts": await accounts_of(write, person.street_id, id),
        "mentioned_in": await mentioning(write.tx, person.street_id, _words(name, phone)),
        "mentioned_elsewhere": await texts.saying(write.tx, person.street_id, _words(name, phone)),
        "kept": await _kept(write, person, entries) | await _tries(write, id),
    }


def _words(name: str | None, phone: str | None) -> list[str]:
    return [word for word in (name, phone) if word and len(word) > 1]


async def _tries(write: Write, id: UUID) -> dict[str, Any]:
    """Return what is counted of a person's accounts: by the account's hash, which leaves by no export."""
    found = await tries_of(write, id)
    return {"binding_try": found} if found else {}


async def _named(write: Write, street_id: int, id: UUID, entries: list[UUID]) -> dict[str, Any]:
    """Return by what rows name a person (platform/references.py)."""
    appointments = await appointments_of(write.tx, id)
    return {
        "street_id": street_id,
        "person_ids": entries,
        "appointment_ids": appointments,
        "actors": [f"persons/{id_}" for id_ in entries],
        "subjects": [
            *(f"people/{id_}" for id_ in entries),
            *(f"appointments/{id_}" for id_ in appointments),
            *(f"cross-appointments/{id_}" for id_ in appointments),
        ],
        "any_id": "|".join(map(str, [*entries, *appointments])),
    }


async def _kept(write: Write, person: Person, entries: list[UUID]) -> dict[str, Any]:
    asked = await _named(write, person.street_id, person.id, entries)
    found = {name: await write.tx.one(rows, **asked) for name, rows in queries.kept().items()}
    return {name: rows for name, text in found.items() if (rows := json.loads(text))}


async def erase(
    write: Write, id: UUID, version: int, body: Erasure
) -> tuple[Created, dict[str, Any]]:
    """Erase a person's name, phone, party membership and logins; cases, ballots, appointments stay.

    Returns:
        What is left, and where texts still hold the name or phone: cases, and rows that are not theirs.

    Raises:
        NotFound, RightMissing, PersonMerged, PersonErased, Stale, StillInOffice, CaseStillOpen.
    """
    await hold_logins(write, [id])
    person = await people.to_change(write, id, Right.PEOPLE_ERASE)
    check_version(person.version, version)
    ends = await write.tx.one(queries.ENDS, street_id=person.street_id, id=id)
    check_erasure(ends.term, ends.case, write.now)

    left, words = await _forget(write, person, body.reason)
    return left, {
        "mentioned_in": await mentioning(write.tx, person.street_id, words),
        "mentioned_elsewhere": await texts.saying(write.tx, person.street_id, words),
    }


async def _forget(write: Write, person: Person, reason: Reason) -> tuple[Created, list[str]]:
    """Erase a person; return what is left, and what is looked for in texts."""
    street_id, id = person.street_id, person.id
    # Before the last statement, for once: the name is disclosed beside it, to look for it in texts.
    await write.record(events.ERASED, street_id=street_id, subject=f"people/{id}", reason=reason)
    words = _words(*await people.disclose(write, person))
    entries = await people.entries_of(write, id)
    await texts.strike(write.tx, street_id, await _named(write, street_id, id, entries), words)
    await drop_copies(write, street_id)
    await forget_logins(write, id)
    await forget_membership(write, id)
    left = await people.forget(write, id)
    await replace_answers(write.tx, street_id, [left])
    return left, words


async def merge(write: Write, id: UUID, version: int, body: Merger) -> tuple[Created, int]:
    """Make two entries of one person one: what named the first names the other from now on.

    Appointments move, and with them ballots, recusal and the one voice that a person has.

    Returns:
        The entry that is left, and its version.

    Raises:
        MergedWithItself, NotFound, RightMissing, PersonMerged, PersonErased, Stale, BothHoldPost, ElectedTwice,
        OfficeNotYoursToFill, OwnOffice.
    """
    if body.into == id:
        raise MergedWithItself()
    await hold_logins(write, [id, body.into])
    person, into = await _pair(write, id, body.into)
    check_version(person.version, version)
    await must_fill_all(write, id, into.id)
    await must_fill_all(write, into.id, id)  # whoever logs in as the first is the other from now on
    await must_not_both_hold(write.tx, id, into.id)

    for statement in queries.repoint():
        await write.tx.run(statement, id=id, into=into.id)
    await write.record(
        events.MERGED, street_id=person.street_id, subject=f"people/{id}", into=into.id
    )
    phone = None
    if person.has_phone and not into.has_phone:
        _, phone = await people.disclose(write, person)  # to be sealed for its new row
    left = await people.dissolve(write, person, into, phone)
    await replace_answers(write.tx, person.street_id, [Created(id, left.text)])
    return left, into.version + 1


async def _pair(write: Write, id: UUID, into: UUID) -> tuple[Person, Person]:
    found = await people.both_to_change(write, [id, into])
    if id not in found:
        raise NotFound()
    write.caller.must(Right.PEOPLE_WRITE, on=str(found[id].street_id))
    if into not in found or found[into].street_id != found[id].street_id:
        raise NotFound("/into")
    people.must_be_named(found[id])
    people.must_be_named(found[into], "/into")
    return found[id], found[into]


Retire = Callable[[Write, datetime, int], Awaitable[int]]


def _retire_people(due: Statement[Due]) -> Retire:
    async def retire(write: Write, before: datetime, limit: int) -> int:
        found = await write.tx.all(due, before=before, limit=limit)
        of_first = [one for one in found if one.street_id == found[0].street_id]
        ids = [one.id for one in of_first]
        erased = 0
        await hold_logins(write, ids)
        locked = await people.both_to_change(write, ids)
        for one in of_first:
            # Looked at again, now that nobody can appoint them meanwhile.
            if locked[one.id].erased or locked[one.id].merged_into:
                continue
            ends = await write.tx.one(queries.ENDS, street_id=one.street_id, id=one.id)
            if max(end or before for end in (ends.term, ends.case, ends.use)) <= before:
                await _forget(write, locked[one.id], Reason.RETENTION_OVER)
                erased += 1
        return erased

    return retire


async def _retire_answers(write: Write, before: datetime, limit: int) -> int:
    return await prune_answers(write.tx, before, limit * 100)  # they hold no street's log back


async def _retire_logins(write: Write, before: datetime, limit: int) -> int:
    return await prune_logins(write, before, limit * 100)


#: What erases what was kept long enough: of one street, at most so many at a time; returns how many.
RETIRE: Mapping[Kept, Retire] = {
    Kept.FORMER_HOLDERS: _retire_people(queries.FORMER_DUE),
    Kept.NEVER_IN_OFFICE: _retire_people(queries.NEVER_DUE),
    Kept.DISPUTE_TEXTS: erase_texts_due,
    Kept.LOGIN_TRACES: _retire_logins,
    Kept.REQUEST_ANSWERS: _retire_answers,
    Kept.IMPORT_COPIES: prune_copies,
}
