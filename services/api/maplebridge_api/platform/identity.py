"""Who calls: OAuth 2.0 access tokens (EdDSA JWTs, RFC 9068 in spirit) and what they allow."""

import hashlib
import json
import secrets
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import Text, bindparam, select

from maplebridge_domain.authority import (
    AUTHORITY,
    OfficeNotYoursToFill,
    OwnOffice,
    Reach,
    Right,
    Role,
    may_fill,
    role_of,
)
from maplebridge_domain.organisation import OrganisationKind, PostKind
from maplebridge_domain.problem import Kind, Problem

from ..settings import settings
from .client_secrets import VALID_SECRETS, have_secret
from .clock import wall
from .database import Scope, Statement
from .problems import NotFound
from .tables import client

# joserfc warns of the name "EdDSA" (RFC 9864); PyJWT and others do not take the new one yet.
warnings.filterwarnings("ignore", category=SecurityWarning)

TOKEN_SECONDS_MAX = 900
ALGORITHM = "EdDSA"  # the name that both older and newer verifiers take; RFC 9864 prefers Ed25519


@dataclass(eq=False)
class NotAuthenticated(Problem):
    """Every call but a few public ones carries a valid access token."""

    kind = Kind.UNAUTHENTICATED
    zh = "请先登录：令牌缺失、无效或已过期。"
    en = "Authenticate first: the token is missing, invalid or expired."


@dataclass(eq=False)
class RightMissing(Problem):
    """The token does not carry the right that this act needs."""

    kind = Kind.FORBIDDEN
    zh = "您没有办理此事项的权限（{right}）。"
    en = "You lack the right to do this ({right})."

    right: Right


@dataclass(frozen=True)
class Caller:
    """A system, or a person in one capacity, with the rights of it and no other.

    `place` is where a person's rights of reach `place` hold: paths of the grid, each with a slash at its
    end; a grid lies within when its own path with a slash begins with one of them.
    """

    client_id: str
    scope: Scope
    rights: Mapping[Right, Reach]
    person_id: UUID | None = None
    capacity: UUID | None = None
    place: tuple[str, ...] = ()
    session_id: UUID | None = None
    role: Role | None = None  # a system has none
    lets_in: frozenset[str] | None = None  # as `LoggedIn` says

    @property
    def actor(self) -> str:
        """Name who acts, for the event log: `persons/<id>` or `clients/<id>`."""
        return f"persons/{self.person_id}" if self.person_id else f"clients/{self.client_id}"

    def must(self, right: Right, *, on: str) -> None:
        """Refuse an act on a grid that the caller's right does not reach.

        Raises:
            RightMissing.
        """
        reach = self.rights.get(right)
        within = reach == Reach.PLACE and f"{on}/".startswith(self.place)
        if reach != Reach.STREET and not within:
            raise RightMissing(right)

    def must_fill(
        self, holder: OrganisationKind | None, post: PostKind, person_id: UUID | None = None
    ) -> None:
        """Refuse to make, fill or end an office that is filled from above, or to take one oneself.

        Raises:
            OfficeNotYoursToFill, OwnOffice.
        """
        if person_id is not None and person_id == self.person_id:
            raise OwnOffice()
        if not may_fill(self.role, self.rights, role_of(holder, post)):
            raise OfficeNotYoursToFill()

    def fills(self) -> set[Role]:
        """Return the roles whose offices the caller fills."""
        return {role for role in AUTHORITY if may_fill(self.role, self.rights, role)}

    def must_see(self, right: Right, on: str) -> None:
        """Refuse what lies on a grid that the caller does not see, as if it were not there.

        Raises:
            NotFound.
        """
        try:
            self.must(right, on=on)
        except RightMissing:
            raise NotFound() from None

    def within(self, right: Right) -> list[str] | None:
        """Return the paths that a right reaches, for a statement; null is the whole range."""
        return None if self.rights.get(right) == Reach.STREET else list(self.place)


def everywhere(rights: Iterable[Right]) -> Mapping[Right, Reach]:
    """Give a system rights in all of its range."""
    return dict.fromkeys(rights, Reach.STREET)


@dataclass(frozen=True)
class LoggedIn:
    """The person whom a token names; what they may do is looked up at each request (authority.py)."""

    client_id: str
    street_id: int
    person_id: UUID
    capacity: UUID | None = None  # a sandbox's token is for one
    session_id: UUID | None = None
    #: Of the account: in offices of which roles it acts. Null: of no account, a sandbox's or an operator's.
    lets_in: frozenset[str] | None = None

    def is_let_into(self, role: Role) -> bool:
        """Tell whether the account acts in a person's office: not in one that was filled after it was bound.

        What its binding code let in says so: the issuer of the code fills those offices, and no other.
        """
        return self.lets_in is None or role in self.lets_in


def token_keys() -> list[OKPKey]:
    """Return the private keys of access tokens: the first signs, all verify.

    An older key stays in the list until the tokens that it signed have expired.
    """
    given = json.loads(settings().token_key.get_secret_value())
    return [OKPKey.import_key(key) for key in given.get("keys", [given])]


def token_key() -> OKPKey:
    """Return the private key that signs access tokens."""
    return token_keys()[0]


def issuer() -> str:
    """Name who issues tokens: a sandbox's are good in no real installation, even with its key."""
    return "maplebridge-sandbox" if settings().sandbox else "maplebridge"


def issue(to: Caller | LoggedIn) -> str:
    """Sign an access token; it lasts `TOKEN_SECONDS_MAX`. A person's carries no rights."""
    key = token_key()
    now = int(wall().timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(),
        "client_id": to.client_id,
        "iat": now,
        "exp": now + TOKEN_SECONDS_MAX,
        "jti": str(uuid4()),
    }
    if isinstance(to, LoggedIn):
        claims |= {"sub": str(to.person_id), "street": to.street_id}
        named = {"capacity": to.capacity, "sid": to.session_id}
        claims |= {name: str(id_) for name, id_ in named.items() if id_}
        if to.lets_in is not None:
            claims["lets_in"] = " ".join(sorted(to.lets_in))
    else:
        scope = " ".join(sorted(to.rights))
        claims |= {"sub": to.client_id, "scope": scope, "streets": [to.scope.lo, to.scope.hi]}
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])


class Tokens:
    """Verifies tokens and remembers those verified: 13 microseconds instead of 222."""

    SIZE_MAX = 10_000
    SECONDS_MAX = 30  # how long a verified token is believed before it is looked at again

    def __init__(self) -> None:
        self._verified: dict[str, tuple[float, Caller | LoggedIn]] = {}
        self._keys: KeySet | None = None

    def verify(self, token: str) -> Caller | LoggedIn:
        """Return whom a token names.

        Raises:
            NotAuthenticated.
        """
        remembered = self._verified.get(token)
        if remembered is not None and time.monotonic() < remembered[0]:
            return remembered[1]
        caller, seconds_left = self._read(token)
        if len(self._verified) >= self.SIZE_MAX:
            self._verified.clear()
        self._verified[token] = (time.monotonic() + min(seconds_left, self.SECONDS_MAX), caller)
        return caller

    def _read(self, token: str) -> tuple[Caller | LoggedIn, float]:
        if self._keys is None:
            self._keys = KeySet([*token_keys()])
        try:
            claims = jwt.decode(token, self._keys, algorithms=[ALGORITHM]).claims
            seconds_left = claims["exp"] - wall().timestamp()
            if seconds_left <= 0 or claims["iss"] != issuer():
                raise NotAuthenticated()
            return _named(claims), seconds_left
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise NotAuthenticated() from error


def _named(claims: dict[str, Any]) -> Caller | LoggedIn:
    if "street" not in claims:
        rights = everywhere(Right(right) for right in claims["scope"].split())
        return Caller(claims["client_id"], Scope(*claims["streets"]), rights)
    capacity, session_id = (
        UUID(claims[name]) if name in claims else None for name in ("capacity", "sid")
    )
    lets_in = frozenset(claims["lets_in"].split()) if "lets_in" in claims else None
    return LoggedIn(
        claims["client_id"], claims["street"], UUID(claims["sub"]), capacity, session_id, lets_in
    )


tokens = Tokens()


@dataclass(frozen=True)
class Needs:
    """A route's declaration of the right that its caller needs; read by `routing.Route`."""

    right: Right


def needs(right: Right) -> Needs:
    """Declare that a route needs a right: `caller: Annotated[Caller, needs(Right.READ)]`."""
    return Needs(right)


def authenticate(request: Request) -> Caller | LoggedIn:
    """Return whom the request's token names.

    Raises:
        NotAuthenticated.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated()
    return tokens.verify(token)


@dataclass(frozen=True)
class Client:
    """A registered system that is not cut off."""

    client_id: str
    secrets_sha256: list[bytes] | None
    rights: list[str]
    street_lo: int
    street_hi: int

    def caller(self) -> Caller:
        """Return the client as a caller with all its rights."""
        scope = Scope(self.street_lo, self.street_hi)
        return Caller(self.client_id, scope, everywhere(Right(right) for right in self.rights))


CLIENT = Statement(
    select(
        client.c.client_id,
        VALID_SECRETS.label("secrets_sha256"),
        client.c.rights,
        client.c.street_lo,
        client.c.street_hi,
    ).where(
        client.c.client_id == bindparam("client_id", type_=Text), client.c.disabled_at.is_(None)
    ),
    Client,
)


def secret_matches(client: Client | None, secret: str) -> bool:
    """Compare a secret with both that may be valid, in the same time when there is no such client.

    Secrets are random, so one SHA-256 is enough (a password hash costs 0.19 s and protects no more).
    """
    digest = hashlib.sha256(secret.encode()).digest()
    valid = (client.secrets_sha256 if client else None) or []
    nothing = bytes(32)
    compared = [secrets.compare_digest(digest, one) for one in [*valid, nothing, nothing][:2]]
    return any(compared)


class ClientTaken(Exception):
    """There is a client of this name."""


async def register_client(
    database_url: str,
    *,
    client_id: str,
    secret: str,
    name: str,
    rights: Iterable[Right],
    scope: Scope,
    new: bool = False,
) -> None:
    """Enter a client, or change it unless it must be new, as the database's owner (an operator's act).

    Raises:
        ClientTaken.
    """
    connection = await asyncpg.connect(database_url)
    try:
        entered = await connection.fetchval(
            """
            INSERT INTO client (client_id, name, rights, street_lo, street_hi)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, rights = excluded.rights,
                street_lo = excluded.street_lo, street_hi = excluded.street_hi WHERE NOT $6
            RETURNING client_id
            """,
            client_id,
            name,
            sorted(rights),
            scope.lo,
            scope.hi,
            new,
        )
        if entered is None:
            raise ClientTaken(client_id)
        await have_secret(connection, client_id, secret)
    finally:
        await connection.close()
