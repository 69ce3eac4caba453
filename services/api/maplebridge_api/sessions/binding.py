"""Binding codes: handed out by the street, proven by whoever logs in with one for the first time."""

import secrets
from datetime import timedelta
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.login import CODE_BITS, BindingCode, BindingCodeWrong, LoginLocked
from maplebridge_domain.problem import Problem

from ..appointments.service import must_fill_all, roles_of
from ..people.service import PERSON, PERSON_TO_APPOINT, must_be_named
from ..platform.clock import wall
from ..platform.database import Database
from ..platform.identity import Caller
from ..platform.personal import keyed_hashes
from ..platform.request import Write, decided
from . import events, queries
from .account import Account
from .queries import Bound, Code
from .schemas import BindingCodeOut
from .who import NOBODY, NOTHING, rules_at


async def issue_code(database: Database, caller: Caller, person_id: UUID) -> BindingCodeOut:
    """Issue a code by which a person binds an account; any earlier one of theirs is void.

    Raises:
        NotFound, RightMissing, PersonMerged, PersonErased, OfficeNotYoursToFill.
    """
    code = BindingCode.of(secrets.randbits(CODE_BITS))
    now = wall()
    expires_at = now + timedelta(minutes=rules_at(now).binding_code_minutes)

    async def issue(write: Write) -> BindingCodeOut:
        person = await write.tx.visible(PERSON, person_id)
        caller.must(Right.PEOPLE_WRITE, on=str(person.street_id))
        await write.tx.run(queries.CLOSE_CODES, person_id=person_id, at=now)
        must_be_named(await write.tx.visible(PERSON_TO_APPOINT, person_id))
        await must_fill_all(write, person_id)
        await write.tx.run(
            queries.ISSUE_CODE,
            street_id=person.street_id,
            person_id=person_id,
            selector=code.selector,
            code_hash=_code_hashes(person.street_id, code)[0],
            expires_at=expires_at,
            lets_in=sorted(caller.fills()),
        )
        subject = f"people/{person_id}"
        await write.record(events.CODE_ISSUED, street_id=person.street_id, subject=subject)
        return BindingCodeOut(binding_code=str(code), expires_at=expires_at)

    return await decided(database, caller, issue)


async def prove(write: Write, account: Account, code: BindingCode) -> Bound | Problem:
    """Return the person whom a code was issued to; a wrong one is counted, here and of the account.

    The same statements run whether there is such a code or not.
    """
    now, street_id = wall(), write.caller.scope.lo
    rules, tried = rules_at(now), account.hashes[0]
    tries = await write.tx.one(queries.TRIES, street_id=street_id, account=tried)
    if seconds := tries.locked_seconds(now, rules):
        locked = LoginLocked()
        locked.retry_seconds = seconds
        return locked
    found = await write.tx.maybe(queries.CODE, selector=code.selector)
    held = await roles_of(write, found.person_id if found else NOBODY)
    # An office filled meanwhile by somebody else is not the issuer's to hand out with a code.
    is_open = found is not None and found.issued.is_open(now, rules) and held <= {*found.lets_in}
    if _fits(street_id, code, found) and found and is_open:
        await write.tx.run(queries.CLOSE_CODES, person_id=found.person_id, at=now)
        return Bound(found.person_id, found.lets_in)
    counted = tries.and_one(now, rules)
    await write.tx.run(
        queries.COUNT_TRIES, account=tried, wrong=counted.wrong, last_at=counted.last_at
    )
    await write.tx.run(queries.COUNT_WRONG_TRY, id=found.id if found else NOBODY)
    if found and is_open and found.issued.wrong_tries + 1 == rules.binding_code_tries:
        subject = f"people/{found.person_id}"
        await write.record(events.CODE_LOCKED, street_id=street_id, subject=subject)
    return BindingCodeWrong()


def _fits(street_id: int, code: BindingCode, found: Code | None) -> bool:
    expected = found.code_hash if found else NOTHING
    compared = [secrets.compare_digest(one, expected) for one in _code_hashes(street_id, code)]
    return any(compared)


def _code_hashes(street_id: int, code: BindingCode) -> list[bytes]:
    """Hash a code with a key: it is too short for a plain digest to hide."""
    return keyed_hashes("binding code", f"{street_id} {code}")
