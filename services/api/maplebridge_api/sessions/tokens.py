"""A session's tokens: begun with a login, gone on with by refresh tokens that are good once."""

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from maplebridge_domain.login import RefreshTokenReused, RefreshTokenWrong, session_ends
from maplebridge_domain.problem import Problem

from ..platform.clock import wall
from ..platform.database import Database
from ..platform.identity import Caller, LoggedIn, issue
from ..platform.request import Write, decided
from . import events, queries
from .queries import Bound, Session
from .schemas import SessionTokens
from .who import NOBODY, NOTHING, as_client, rules_at


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


def session_named(text: str) -> str:
    """Return the session that a token claims to be of, true or not; none of ours is of no session."""
    parts = _REFRESH_TOKEN.fullmatch(text)
    return parts[2] if parts else ""


async def open_session(write: Write, person: Caller, device: str | None) -> SessionTokens:
    """Begin a session of a person who has just logged in."""
    assert person.person_id is not None
    who = Bound(person.person_id, sorted(person.lets_in or ()))
    now, street_id = wall(), person.scope.lo
    token = RefreshToken(street_id, NOBODY, secrets.token_urlsafe(16), secrets.token_urlsafe(16))
    ends_at = session_ends(now, now, rules_at(now))
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
        lets_in=who.lets_in,
    )
    begun = replace(write, caller=person)
    await begun.record(events.BEGUN, street_id=street_id, subject=f"sessions/{session_id}")
    return _tokens(replace(token, session_id=session_id), who, person.client_id, ends_at)


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
        ends_at = session_ends(found.begun_at, now, rules_at(now))
        token = replace(sent, own=secrets.token_urlsafe(16))
        digest = _sha256(token.own)
        await write.tx.run(
            queries.REFRESH, id=sent.session_id, refresh_sha256=digest, at=now, ends_at=ends_at
        )
        who = Bound(found.person_id, found.lets_in)
        return _tokens(token, who, found.client_id, ends_at)

    return await decided(database, as_client(sent.street_id, "refresh"), go_on)


async def _end_reused(write: Write, sent: RefreshToken, found: Session, now: datetime) -> Problem:
    await write.tx.run(queries.REVOKE, id=sent.session_id, person_id=found.person_id, at=now)
    # Who sent it is not known: the person, or who stole it from them.
    by = replace(write, caller=as_client(sent.street_id, found.client_id))
    subject = f"sessions/{sent.session_id}"
    await by.record(events.REUSED, street_id=sent.street_id, subject=subject)
    return RefreshTokenReused()


def _tokens(token: RefreshToken, who: Bound, client_id: str, ends_at: datetime) -> SessionTokens:
    person = LoggedIn(
        client_id,
        token.street_id,
        who.person_id,
        session_id=token.session_id,
        lets_in=frozenset(who.lets_in),
    )
    return SessionTokens(
        id=token.session_id,
        street_id=token.street_id,
        person_id=who.person_id,
        access_token=issue(person),
        refresh_token=str(token),
        ends_at=ends_at,
    )


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _is(text: str, digest: bytes) -> bool:
    return secrets.compare_digest(_sha256(text), digest)
