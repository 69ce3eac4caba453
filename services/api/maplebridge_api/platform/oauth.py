"""The token endpoint (RFC 6749 section 4.4) and the public keys (RFC 7517)."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Request, Response
from pydantic import BaseModel

from maplebridge_domain.authority import Right
from maplebridge_domain.problem import Kind, Problem

from ..settings import settings
from .authority import Authority
from .clock import clock
from .database import Database
from .identity import (
    CLIENT,
    TOKEN_SECONDS_MAX,
    Caller,
    LoggedIn,
    RightMissing,
    everywhere,
    issue,
    secret_matches,
    token_key,
)
from .lockout import Attempts
from .openapi import answers
from .problems import TooManyAttempts
from .routing import router
from .signing import statement_keys

routes = router("identity", "")


class InvalidClient(Problem):
    """The client is unknown or its secret is wrong; the answer does not tell which."""

    kind = Kind.UNAUTHENTICATED
    zh = "客户端编号或密钥不正确。"
    en = "The client id or its secret is wrong."


class ScopeNotGranted(Problem):
    """A token carries no more rights than its client has."""

    kind = Kind.RULE
    zh = "所申请的权限超出该客户端的授权范围。"
    en = "The scope asked for exceeds what this client was granted."


class Token(BaseModel):
    """An access token."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, not one
    expires_in: int = TOKEN_SECONDS_MAX
    scope: str


class KeySet(BaseModel):
    """A JSON Web Key Set."""

    keys: list[dict[str, Any]]


Secret = Annotated[str, Form(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


@routes.post(
    "/oauth/token",
    responses=answers(Token, InvalidClient, ScopeNotGranted, RightMissing, TooManyAttempts),
)
async def issue_token(
    request: Request,
    response: Response,
    grant_type: Annotated[str, Form(pattern="^client_credentials$")],
    client_id: Secret,
    client_secret: Secret,
    scope: Annotated[str | None, Form(max_length=1000)] = None,
    act_as: Annotated[
        UUID | None, Form(description="Sandbox only: an appointment whose holder is to act.")
    ] = None,
) -> Token:
    """Exchange a client's credentials for a token of fifteen minutes. 获取访问令牌"""
    database: Database = request.app.state.database
    attempts = Attempts(request, client_id)
    await attempts.check()
    found = await database.shared(CLIENT, client_id=client_id)
    if not secret_matches(found, client_secret):
        await attempts.failed()
        raise InvalidClient()
    await attempts.succeeded()
    assert found is not None
    response.headers["Cache-Control"] = "no-store"  # RFC 6749 section 5.1
    if act_as is not None:
        return await _person(request, found.caller(), act_as)
    caller = _narrowed(found.caller(), scope)
    return Token(access_token=issue(caller), scope=" ".join(sorted(caller.rights)))


async def _person(request: Request, client: Caller, capacity: UUID) -> Token:
    """Return a token for the holder of an appointment: a way into the sandbox, closed elsewhere."""
    if not settings().sandbox or Right.ACT_AS not in client.rights:
        raise RightMissing(Right.ACT_AS)
    as_person: Any = request.app.state.as_person
    database: Database = request.app.state.database
    async with database.transaction(client.scope) as tx:
        person: LoggedIn = await as_person(tx, client.client_id, capacity)
    authority: Authority = request.app.state.authority
    acting = await authority.acting(database, person, str(capacity), clock.now())
    return Token(access_token=issue(person), scope=" ".join(sorted(acting.rights)))


def _narrowed(caller: Caller, scope: str | None) -> Caller:
    if not scope:
        return caller
    asked = scope.split()
    if not set(asked) <= set(caller.rights):
        raise ScopeNotGranted()
    return replace(caller, rights=everywhere(Right(right) for right in asked))


@routes.get("/.well-known/jwks.json", responses=answers(KeySet))
async def list_keys() -> KeySet:
    """List the public keys that check tokens and statements. 验签公钥"""
    return KeySet(keys=[key.as_dict(private=False) for key in (token_key(), *statement_keys())])
