"""Routes of logins and sessions."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from maplebridge_domain.authority import OfficeNotYoursToFill, Right
from maplebridge_domain.login import (
    BindingCode,
    BindingCodeWrong,
    FirstLogin,
    LoginAlreadyBound,
    LoginLocked,
    RefreshTokenReused,
    RefreshTokenWrong,
)
from maplebridge_domain.person import PersonErased, PersonMerged

from ..platform.bodies import Page
from ..platform.database import Database
from ..platform.identity import Caller, needs
from ..platform.lockout import Attempts
from ..platform.openapi import answers, created
from ..platform.paging import json_answer
from ..platform.problems import TooManyAttempts
from ..platform.request import Tx
from ..platform.routing import router
from . import queries, service
from .oidc import (
    IdTokenExpired,
    IdTokenInvalid,
    NonceWrong,
    OidcLoginOff,
    OidcSilent,
    OidcUnreadable,
)
from .schemas import (
    BindingCodeOut,
    EndedOut,
    Login,
    OidcLogin,
    Refresh,
    Revoked,
    SessionOut,
    SessionTokens,
    WechatLogin,
)
from .wechat import (
    WechatBusy,
    WechatCodeInvalid,
    WechatLoginOff,
    WechatRefuses,
    WechatSilent,
    WechatTooFrequent,
    WechatUnreadable,
    WechatUserBlocked,
)

routes = router("sessions")

Reader = Annotated[Caller, needs(Right.READ)]
Registrar = Annotated[Caller, needs(Right.PEOPLE_WRITE)]
FIRST = (FirstLogin, LoginAlreadyBound, BindingCodeWrong, LoginLocked, TooManyAttempts)
OF_WECHAT = (
    WechatLoginOff,
    WechatCodeInvalid,
    WechatTooFrequent,
    WechatUserBlocked,
    WechatBusy,
    WechatSilent,
    WechatUnreadable,
    WechatRefuses,
)
OF_OIDC = (OidcLoginOff, IdTokenInvalid, IdTokenExpired, NonceWrong, OidcSilent, OidcUnreadable)


@routes.post(
    "/sessions/wechat", status_code=201, responses=created(SessionTokens, *FIRST, *OF_WECHAT)
)
async def log_in_by_wechat(request: Request, body: WechatLogin) -> SessionTokens:
    """Log in by WeChat mini-program. 微信登录"""
    async with _tries(request, body):
        return await service.log_in_by_wechat(_database(request), body)


@routes.post("/sessions/oidc", status_code=201, responses=created(SessionTokens, *FIRST, *OF_OIDC))
async def log_in_by_oidc(request: Request, body: OidcLogin) -> SessionTokens:
    """Log in by OpenID Connect: staff, and users of a host app. 统一身份认证登录"""
    async with _tries(request, body):
        return await service.log_in_by_oidc(_database(request), body)


@routes.post(
    "/sessions/refresh",
    responses=answers(SessionTokens, RefreshTokenWrong, RefreshTokenReused, TooManyAttempts),
)
async def refresh_session(request: Request, body: Refresh) -> SessionTokens:
    """Go on with a session; a refresh token is good once. 刷新令牌"""
    session = service.session_named(body.refresh_token)
    async with Attempts(request, "session", session).limiting(RefreshTokenWrong):
        return await service.refresh(_database(request), body.refresh_token)


@routes.get("/sessions", responses=answers(Page[SessionOut]))
async def list_sessions(request: Request, caller: Reader) -> Response:
    """List one's own sessions that are in force, newest first. 我的会话"""
    found = await _database(request).read(
        queries.OWN_SESSIONS, caller.scope, **service.asked_by(caller)
    )
    return json_answer(f'{{"items":{found or "[]"},"next":null}}')


@routes.delete("/sessions/{id:uuid}", responses=answers(Revoked))
async def revoke_session(id: UUID, caller: Reader, tx: Tx) -> Response:
    """End a session of one's own: its tokens are refused within two seconds. 结束会话"""
    await service.revoke(tx, id)
    return await tx.answer(200, Revoked(id=id).model_dump_json())


@routes.post(
    "/people/{id:uuid}/binding-codes",
    status_code=201,
    responses=created(BindingCodeOut, PersonMerged, PersonErased, OfficeNotYoursToFill),
)
async def issue_binding_code(request: Request, id: UUID, caller: Registrar) -> BindingCodeOut:
    """Issue a code by which a person binds an account, once; earlier ones are void. 发放绑定码"""
    return await service.issue_code(_database(request), caller, id)


@routes.delete("/people/{id:uuid}/logins", responses=answers(EndedOut, OfficeNotYoursToFill))
async def end_logins(id: UUID, caller: Registrar, tx: Tx) -> Response:
    """Unbind a person's accounts and end their sessions. 解除绑定"""
    ended = await service.end_logins(tx, id)
    return await tx.answer(200, ended.model_dump_json())


def _tries(request: Request, body: Login) -> AbstractAsyncContextManager[None]:
    """Limit the tries at one binding code from one address, whichever accounts make them.

    By the half that finds a code, and not by the address alone: a host app sends all its users' logins.
    """
    if body.binding_code is None:
        return nullcontext()
    code = BindingCode.read(body.binding_code)
    return Attempts(request, "code", str(body.street_id), code.selector).limiting(BindingCodeWrong)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
