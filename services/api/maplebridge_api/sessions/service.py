"""The verbs of logins and sessions, and what other parts may ask of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from maplebridge_domain.authority import FILLS, Right, Role
from maplebridge_domain.login import BindingCode, FirstLogin, LoginAlreadyBound
from maplebridge_domain.problem import Problem

from ..appointments.service import must_fill_all
from ..people.service import PERSON, register
from ..platform.clock import wall
from ..platform.database import Database
from ..platform.identity import Caller
from ..platform.ids import new_id
from ..platform.problems import NotFound
from ..platform.request import Write, decided
from . import events, oidc, queries, wechat
from .account import Account, unsealed
from .binding import issue_code, prove
from .queries import Bound, last_use
from .schemas import EndedOut, OidcLogin, SessionTokens, WechatLogin
from .schemas import Login as LoginBody
from .tokens import open_session, refresh, session_named
from .who import as_client, as_person

__all__ = [
    "accounts_of",
    "asked_by",
    "end_logins",
    "forget_logins",
    "hold_logins",
    "is_in_force",
    "issue_code",
    "last_use",
    "log_in_by_oidc",
    "log_in_by_wechat",
    "prune_logins",
    "refresh",
    "revoke",
    "session_named",
    "tries_of",
]


async def log_in_by_wechat(database: Database, body: WechatLogin) -> SessionTokens:
    """Begin a session of whoever WeChat says that this code is.

    Raises:
        What `wechat.account_of` and `_log_in` raise.
    """
    return await _log_in(database, await wechat.account_of(body.code), body)


async def log_in_by_oidc(database: Database, body: OidcLogin) -> SessionTokens:
    """Begin a session of whoever a provider says that this token is.

    Raises:
        What `oidc.account_of` and `_log_in` raise.
    """
    return await _log_in(database, await oidc.account_of(body.id_token, body.nonce), body)


async def _log_in(database: Database, account: Account, body: LoginBody) -> SessionTokens:
    """Begin a session of an account's person, who becomes known at the first login.

    Raises:
        FirstLogin, LoginAlreadyBound, BindingCodeWrong, LoginLocked, UnknownReference.
    """
    known = await database.shared(queries.FIND_LOGIN, accounts=account.hashes)
    street_id = known.street_id if known else body.street_id
    if street_id is None or (known is None and (body.binding_code is None) == (body.name is None)):
        raise FirstLogin()
    if known and (body.binding_code or body.name):
        raise LoginAlreadyBound()

    async def come_in(write: Write) -> SessionTokens | Problem:
        who = await (_again(write, account) if known else _first(write, account, body))
        if isinstance(who, Problem):
            return who
        return await open_session(write, as_person(street_id, who, account.client_id), body.device)

    return await decided(database, as_client(street_id, account.client_id), come_in)


async def _again(write: Write, account: Account) -> Bound | Problem:
    """Return whom an account is bound to, if it still is."""
    hashes = account.hashes
    bound = await write.tx.maybe(queries.KEEP, accounts=hashes, account=hashes[0])
    return bound or FirstLogin()


async def _first(write: Write, account: Account, body: LoginBody) -> Bound | Problem:
    """Bind an account: to the person whom a code was issued to, or to a new resident."""
    street_id = write.caller.scope.lo
    if body.binding_code is not None:
        who = await prove(write, account, BindingCode.read(body.binding_code))
    else:
        # Whoever appoints a resident who registered appoints who that is; the street's own office wants a
        # code that was handed out for it.
        resident = await register(write, street_id, body.name or "")
        who = Bound(resident, sorted(FILLS[Role.STREET_CLERK]))
    if isinstance(who, Problem):
        return who
    id_ = new_id()
    await write.tx.run(
        queries.BIND,
        street_id=street_id,
        id=id_,
        account=account.hashes[0],
        sealed=account.sealed(id_),
        person_id=who.person_id,
        lets_in=who.lets_in,
    )
    bound = replace(write, caller=as_person(street_id, who, account.client_id))
    await bound.record(events.BOUND, street_id=street_id, subject=f"people/{who.person_id}")
    return who


async def revoke(write: Write, id: UUID) -> None:
    """End a session of one's own.

    Raises:
        NotFound.
    """
    street_id = await write.tx.maybe(
        queries.REVOKE, id=id, person_id=write.caller.person_id, at=wall()
    )
    if street_id is None:
        raise NotFound()
    await write.record(events.REVOKED, street_id=street_id, subject=f"sessions/{id}")


async def end_logins(write: Write, person_id: UUID) -> EndedOut:
    """Unbind all of a person's accounts and end their sessions: a phone is lost, a code went astray.

    Raises:
        NotFound, RightMissing, OfficeNotYoursToFill.
    """
    person = await write.tx.visible(PERSON, person_id)
    write.caller.must(Right.PEOPLE_WRITE, on=str(person.street_id))
    await must_fill_all(write, person_id)
    now = wall()
    # In this order: it waits for who is just binding or logging in, and then finds what they made.
    await write.tx.run(queries.CLOSE_CODES, person_id=person_id, at=now)
    logins = await write.tx.all(queries.UNBIND, person_id=person_id)
    sessions = await write.tx.all(queries.REVOKE_ALL, person_id=person_id, at=now)
    ended = EndedOut(logins=len(logins), sessions=len(sessions))
    subject = f"people/{person_id}"
    await write.record(
        events.ENDED, street_id=person.street_id, subject=subject, **ended.model_dump()
    )
    return ended


async def accounts_of(write: Write, street_id: int, person_id: UUID) -> list[str]:
    """Return the accounts that log in as a person; the database gives them once that is recorded."""
    found = await write.tx.all(queries.ACCOUNTS, street_id=street_id, person_id=person_id)
    return sorted(unsealed(*one) for one in found)


async def tries_of(write: Write, person_id: UUID) -> list[dict[str, Any]]:
    """Return the wrong tries that are counted of a person's accounts."""
    return await write.tx.all(queries.TRIES_OF_PERSON, person_id=person_id)


async def hold_logins(write: Write, person_ids: Sequence[UUID]) -> None:
    """Wait for whoever is just logging in as one of these persons, before the persons are locked.

    Logins lock in this order, so that neither waits for the other.
    """
    for statement in queries.HOLD:
        await write.tx.all(statement, person_ids=list(person_ids))


async def forget_logins(write: Write, person_id: UUID) -> None:
    """Erase a person's accounts, codes, tries and sessions; what acts in one is refused in seconds."""
    for statement in queries.FORGET:
        await write.tx.all(statement, person_id=person_id)


async def prune_logins(write: Write, before: datetime, limit: int) -> int:
    """Erase sessions, codes and tries that were over before an instant; return how many.

    Sessions live by the wall's clock: one that is in force stays, wherever a test clock stands.
    """
    over = {"before": min(before, wall()), "limit": limit}
    return sum([len(await write.tx.all(statement, **over)) for statement in queries.PRUNE])


def asked_by(caller: Caller) -> dict[str, object]:
    """Return what the list of one's own sessions asks for; a system has none."""
    return {"person_id": caller.person_id, "current": caller.session_id, "at": wall()}


async def is_in_force(database: Database, caller: Caller) -> bool:
    """Tell whether the session that a caller acts in still is, and still is this person's.

    A merger of two entries hands sessions over: tokens of before say the entry that is gone, and the
    next refresh says the one that is left.
    """
    asked = {"id": caller.session_id, "person_id": caller.person_id, "at": wall()}
    found = await database.read(queries.IN_FORCE, caller.scope, **asked)
    return found is not None
