"""The token endpoint (RFC 6749 section 4.4) and the public keys (RFC 7517)."""

import base64
import re
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import unquote_plus
from uuid import UUID

from fastapi import Form, Request, Response
from pydantic import BaseModel

from maplebridge_domain.authority import Right
from maplebridge_domain.problem import Kind, Problem

from ..settings import settings
from .authority import RESIDENT, Authority
from .clock import clock, wall
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
    token_keys,
)
from .lockout import Attempts
from .openapi import answers
from .problems import InvalidRequest, TooManyAttempts
from .routing import router
from .signing import statement_keys

routes = router("identity", "")


class InvalidClient(Problem):
    """The client is unknown or its secret is wrong; the answer does not tell which."""

    kind = Kind.CLIENT_UNAUTHENTICATED
    zh = "客户端编号或密钥不正确。"
    en = "The client id or its secret is wrong."


class CredentialsTwice(Problem):
    """A client gives its secret in one way: by HTTP Basic or in the form (RFC 6749 section 2.3)."""

    kind = Kind.BAD_REQUEST
    zh = "客户端密钥只能以一种方式提交：HTTP Basic 或表单。"
    en = "Give the client's secret in one way: by HTTP Basic or in the form."


class UnsupportedGrantType(Problem):
    """The token endpoint knows one grant (RFC 6749 section 4.4); persons log in under /v1/sessions."""

    kind = Kind.BAD_REQUEST
    zh = "不支持此授权类型，grant_type 须为 client_credentials。"
    en = "This grant type is not supported; grant_type is client_credentials."


class ScopeNotGranted(Problem):
    """A token carries no more rights than its client has."""

    kind = Kind.BAD_REQUEST
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


VISIBLE = re.compile(r"[!-~]{1,200}")
Secret = Annotated[
    str | None,
    Form(
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Unless sent by HTTP Basic.",
    ),
]


#: A form has no model of its own that could hold it.
EXAMPLE = {
    "grant_type": "client_credentials",
    "client_id": "integrator",
    "client_secret": "secret-of-that-client",
}


@routes.post(
    "/oauth/token",
    responses=answers(
        Token,
        *(InvalidClient, CredentialsTwice, UnsupportedGrantType, ScopeNotGranted),
        *(RightMissing, TooManyAttempts),
    ),
    openapi_extra={
        "security": [{"client": []}, {}],
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"example": EXAMPLE}}},
    },
)
async def issue_token(
    request: Request,
    response: Response,
    grant_type: Annotated[
        str, Form(max_length=200, json_schema_extra={"enum": ["client_credentials"]})
    ],
    client_id: Secret = None,
    client_secret: Secret = None,
    scope: Annotated[str | None, Form(max_length=1000)] = None,
    act_as: Annotated[
        UUID | None,
        Form(description="Sandbox only: an appointment whose holder is to act, or a person."),
    ] = None,
) -> Token:
    """Exchange a client's credentials for a token of fifteen minutes. 获取访问令牌"""
    form = await request.form()
    if len(form.multi_items()) != len(form):  # RFC 6749 section 3.2
        raise InvalidRequest()
    if grant_type != "client_credentials":
        raise UnsupportedGrantType()
    basic = _by_basic(request)
    if basic is not None and client_secret is not None:
        raise CredentialsTwice()
    name, secret = basic or (client_id or "", client_secret or "")
    database: Database = request.app.state.database
    async with Attempts(request, "client", name).limiting(InvalidClient):
        found = await database.shared(CLIENT, client_id=name, at=wall())
        if not secret_matches(found, secret):
            raise InvalidClient()
    assert found is not None
    response.headers["Cache-Control"] = "no-store"  # RFC 6749 section 5.1
    if act_as is not None:
        return await _person(request, found.caller(), act_as)
    caller = _narrowed(found.caller(), scope)
    return Token(access_token=issue(caller), scope=" ".join(sorted(caller.rights)))


def _by_basic(request: Request) -> tuple[str, str] | None:
    """Return the client's name and secret as HTTP Basic sends them; None if it is not used.

    Both are form-encoded before they are joined (RFC 6749 section 2.3.1).

    Raises:
        InvalidClient: it cannot be read.
    """
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(sent, validate=True).decode().partition(":")
    except ValueError as error:
        raise InvalidClient() from error
    credentials = unquote_plus(name), unquote_plus(secret)
    if not all(VISIBLE.fullmatch(one) for one in credentials):
        raise InvalidClient()
    return credentials


async def _person(request: Request, client: Caller, act_as: UUID) -> Token:
    """Return a person's token: a way into the sandbox, closed elsewhere.

    An appointment's is bound to it; without one the person acts as any who has logged in.
    """
    if not settings().sandbox or Right.ACT_AS not in client.rights:
        raise RightMissing(Right.ACT_AS)
    as_person: Any = request.app.state.as_person
    database: Database = request.app.state.database
    async with database.transaction(client.scope) as tx:
        person: LoggedIn = await as_person(tx, client.client_id, act_as)
    authority: Authority = request.app.state.authority
    capacity = str(person.capacity) if person.capacity else RESIDENT
    acting = await authority.acting(database, person, Right.READ, capacity, clock.now())
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
    return KeySet(keys=[key.as_dict(private=False) for key in (*token_keys(), *statement_keys())])
