"""The verbs of logins and sessions, and what other parts may ask of them."""

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from maplebridge_domain.authority import Right
from maplebridge_domain.login import (
    CODE_BITS,
    BindingCode,
    BindingCodeWrong,
    FirstLogin,
    LoginAlreadyBound,
    LoginLocked,
    LoginRules,
    RefreshTokenReused,
    RefreshTokenWrong,
    login_rules,
    session_ends,
)
from maplebridge_domain.problem import Problem
from maplebridge_domain.worktime import SHANGHAI

from ..people.service import PERSON, register
from ..platform.clock import wall
from ..platform.database import Database, Scope
from ..platform.identity import Caller, issue_for_person
from ..platform.personal import keyed_hashes
from ..platform.problems import NotFound
from ..platform.request import Write, decided
from . import events, oidc, queries, wechat
from .account import Account
from .queries import Code, Login, Session
from .schemas import BindingCodeOut, EndedOut, OidcLogin, SessionTokens, WechatLogin
from .schemas import Login as LoginBody

NOTHING = bytes(
    32
)  # no hash is this: it stands where there is none, so that comparing takes as long
NOBODY = UUID(int=0)


async def issue_code(database: Database, caller: Caller, person_id: UUID) -> BindingCodeOut:
    """Issue a code by which a person binds an account; any earlier one of theirs is void.

    Raises:
        NotFound, RightMissing.
    """
    code = BindingCode.of(secrets.randbits(CODE_BITS))
    now = wall()
    expires_at = now + timedelta(minutes=_rules(now).binding_code_minutes)

    async def issue(write: Write) -> BindingCodeOut:
        person = await write.tx.visible(PERSON, person_id)
        caller.must(Right.PEOPLE_WRITE, on=str(person.street_id))
        await write.tx.run(queries.CLOSE_CODES, person_id=person_id, at=now)
        await write.tx.run(
            queries.ISSUE_CODE,
            street_id=person.street_id,
            person_id=person_id,
            selector=code.selector,
            code_hash=_code_hashes(person.street_id, code)[0],
            expires_at=expires_at,
        )
        subject = f"people/{person_id}"
        await write.record(events.CODE_ISSUED, street_id=person.street_id, subject=subject)
        return BindingCodeOut(binding_code=str(code), expires_at=expires_at)

    return await decided(database, caller, issue)


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

    async def begin(write: Write) -> SessionTokens | Problem:
        who = await (_again(write, known, account) if known else _first(write, account, body))
        if isinstance(who, Problem):
            return who
        return await _begin(write, _as_person(street_id, who, account.client_id), body.device)

    return await decided(database, _as_client(street_id, account.client_id), begin)


async def _again(write: Write, known: Login, account: Account) -> UUID:
    """Return whom an account is bound to; keep it under the newest key's hash from now on."""
    newest = account.hashes[0]
    if known.account != newest:
        await write.tx.run(queries.REHASH, kept=known.account, account=newest)
    return known.person_id


async def _first(write: Write, account: Account, body: LoginBody) -> UUID | Problem:
    """Bind an account: to the person whom a code was issued to, or to a new resident."""
    street_id = write.caller.scope.lo
    if body.binding_code is not None:
        who = await _prove(write, account, BindingCode.read(body.binding_code))
    else:
        who = await register(write, street_id, body.name or "")
    if isinstance(who, Problem):
        return who
    await write.tx.run(queries.BIND, street_id=street_id, account=account.hashes[0], person_id=who)
    bound = replace(write, caller=_as_person(street_id, who, account.client_id))
    await bound.record(events.BOUND, street_id=street_id, subject=f"people/{who}")
    return who


async def _prove(write: Write, account: Account, code: BindingCode) -> UUID | Problem:
    """Return the person whom a code was issued to; a wrong one is counted, here and of the account.

    The same statements run whether there is such a code or not.
    """
    now, street_id = wall(), write.caller.scope.lo
    rules, tried = _rules(now), account.hashes[0]
    tries = await write.tx.one(queries.TRIES, street_id=street_id, account=tried)
    if seconds := tries.locked_seconds(now, rules):
        locked = LoginLocked()
        locked.retry_seconds = seconds
        return locked
    found = await write.tx.maybe(queries.CODE, selector=code.selector)
    is_open = found is not None and found.issued.is_open(now, rules)
    if _fits(street_id, code, found) and found and is_open:
        await write.tx.run(queries.CLOSE_CODES, person_id=found.person_id, at=now)
        return found.person_id
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


async def _begin(write: Write, person: Caller, device: str | None) -> SessionTokens:
    assert person.person_id is not None
    now, street_id = wall(), person.scope.lo
    token = RefreshToken(street_id, NOBODY, secrets.token_urlsafe(16), secrets.token_urlsafe(16))
    ends_at = session_ends(now, now, _rules(now))
    session_id = await write.tx.one(
        queries.BEGIN,
        street_id=street_id,
        person_id=person.person_id,
        client_id=person.client_id,
        device=device,
        family_sha256=_sha256(token.family),
        refresh_sha256=_sha256(token.own),
        at=now,
        ends_at=ends_at,
    )
    begun = replace(write, caller=person)
    await begun.record(events.BEGUN, street_id=street_id, subject=f"sessions/{session_id}")
    return _tokens(
        replace(token, session_id=session_id), person.person_id, person.client_id, ends_at
    )


@dataclass(frozen=True)
class RefreshToken:
    """What a session is gone on with: where it is, what all its tokens share, what this one has.

    Only who has held a token of the session knows `family`. So a token with it, but without the newest
    `own`, was used before; and somebody who has only seen a session's id cannot end it.
    """

    street_id: int
    session_id: UUID
    family: str
    own: str

    @classmethod
    def read(cls, text: str) -> "RefreshToken":
        """Read a token.

        Raises:
            RefreshTokenWrong: it is none of ours.
        """
        parts = _REFRESH_TOKEN.fullmatch(text)
        if parts is None:
            raise RefreshTokenWrong()
        street_id, session_id, family, own = parts.groups()
        return cls(int(street_id), UUID(session_id), family, own)

    def __str__(self) -> str:
        return f"{self.street_id}.{self.session_id.hex}.{self.family}.{self.own}"


_REFRESH_TOKEN = re.compile(r"([0-9]{9})\.([0-9a-f]{32})\.([\w-]{22})\.([\w-]{22})", re.ASCII)


async def refresh(database: Database, text: str) -> SessionTokens:
    """Go on with a session: new tokens for the newest refresh token.

    Raises:
        RefreshTokenWrong.
        RefreshTokenReused: the session is revoked, whoever sent it; that is committed.
    """
    sent, now = RefreshToken.read(text), wall()

    async def go_on(write: Write) -> SessionTokens | Problem:
        found = await write.tx.maybe(queries.SESSION, id=sent.session_id)
        is_newest = _is(sent.own, found.refresh_sha256 if found else NOTHING)
        is_of_family = _is(sent.family, found.family_sha256 if found else NOTHING)
        if found is None or not is_of_family or found.revoked_at or found.ends_at <= now:
            return RefreshTokenWrong()
        if not is_newest:
            return await _end_reused(write, sent, found, now)
        ends_at = session_ends(found.begun_at, now, _rules(now))
        token = replace(sent, own=secrets.token_urlsafe(16))
        digest = _sha256(token.own)
        await write.tx.run(
            queries.REFRESH, id=sent.session_id, refresh_sha256=digest, at=now, ends_at=ends_at
        )
        return _tokens(token, found.person_id, found.client_id, ends_at)

    return await decided(database, _as_client(sent.street_id, "refresh"), go_on)


async def _end_reused(write: Write, sent: RefreshToken, found: Session, now: datetime) -> Problem:
    await write.tx.run(queries.REVOKE, id=sent.session_id, person_id=found.person_id, at=now)
    # Who sent it is not known: the person, or who stole it from them.
    by = replace(write, caller=_as_client(sent.street_id, found.client_id))
    subject = f"sessions/{sent.session_id}"
    await by.record(events.REUSED, street_id=sent.street_id, subject=subject)
    return RefreshTokenReused()


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
        NotFound, RightMissing.
    """
    person = await write.tx.visible(PERSON, person_id)
    write.caller.must(Right.PEOPLE_WRITE, on=str(person.street_id))
    now = wall()
    logins = await write.tx.all(queries.UNBIND, person_id=person_id)
    sessions = await write.tx.all(queries.REVOKE_ALL, person_id=person_id, at=now)
    await write.tx.run(queries.CLOSE_CODES, person_id=person_id, at=now)
    ended = EndedOut(logins=len(logins), sessions=len(sessions))
    subject = f"people/{person_id}"
    await write.record(
        events.ENDED, street_id=person.street_id, subject=subject, **ended.model_dump()
    )
    return ended


def asked_by(caller: Caller) -> dict[str, object]:
    """Return what the list of one's own sessions asks for; a system has none."""
    return {"person_id": caller.person_id, "current": caller.session_id, "at": wall()}


async def is_in_force(database: Database, caller: Caller) -> bool:
    """Tell whether the session that a caller acts in still is; asked for each of its requests."""
    found = await database.read(queries.IN_FORCE, caller.scope, id=caller.session_id, at=wall())
    return found is not None


def _tokens(
    token: RefreshToken, person_id: UUID, client_id: str, ends_at: datetime
) -> SessionTokens:
    return SessionTokens(
        id=token.session_id,
        street_id=token.street_id,
        person_id=person_id,
        access_token=issue_for_person(token.street_id, person_id, token.session_id, client_id),
        refresh_token=str(token),
        ends_at=ends_at,
    )


def _as_client(street_id: int, client_id: str) -> Caller:
    """Return who logs in, as long as it is not known which person that is: somebody, by a way."""
    return Caller(client_id, Scope(street_id, street_id), frozenset())


def _as_person(street_id: int, person_id: UUID, client_id: str) -> Caller:
    return replace(_as_client(street_id, client_id), person_id=person_id)


def _rules(now: datetime) -> LoginRules:
    return login_rules(now.astimezone(SHANGHAI).date())


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _is(text: str, digest: bytes) -> bool:
    return secrets.compare_digest(_sha256(text), digest)
