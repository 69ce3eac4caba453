"""WeChat's server as far as a mini-program's login needs it: auth.code2Session.

After developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html and what it is seen
to answer: JSON sent as text/plain, no errcode on success, a `rid` in every errmsg.
"""

import asyncio
import base64
import json
import os
import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Wechat:
    """A mini-program's users and their codes; `is_busy` and the like are what may be wrong."""

    app_id: str = "wx0123456789abcdef"
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    is_busy: bool = False
    is_silent: bool = False
    says: bytes | None = None
    status: int = 200
    logins_a_minute_max: int = 100
    blocked: set[str] = field(default_factory=set)
    session_keys: list[str] = field(default_factory=list)
    _open: dict[str, str] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _logins: Counter[str] = field(default_factory=Counter)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/sns/jscode2session", self._code2session)])

    def code_of(self, openid: str) -> str:
        """Give the phone of a user a code, as wx.login does."""
        code = secrets.token_urlsafe(24)
        self._open[code] = openid
        return code

    async def _code2session(self, request: Request) -> Response:
        if self.is_silent:
            while not await request.is_disconnected():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
        if self.says is not None:
            return Response(self.says, self.status, media_type="text/plain")
        told = self._answer(dict(request.query_params))
        return Response(json.dumps(told), self.status, media_type="text/plain")

    def _answer(self, asked: dict[str, str]) -> dict[str, Any]:
        if self.is_busy:
            return _refusal(-1, "system error")
        if asked.get("appid") != self.app_id:
            return _refusal(40013, "invalid appid")
        if asked.get("secret") != self.secret:
            return _refusal(40125, "invalid appsecret")
        if asked.get("grant_type") != "authorization_code":
            return _refusal(40002, "invalid grant_type")
        return self._exchange(asked.get("js_code", ""))

    def _exchange(self, code: str) -> dict[str, Any]:
        if code in self._used:
            return _refusal(40163, "code been used")
        openid = self._open.pop(code, None)
        if openid is None:
            return _refusal(40029, "invalid code")
        self._used.add(code)
        self._logins[openid] += 1
        if self._logins[openid] > self.logins_a_minute_max:
            return _refusal(45011, "api minute-quota reach limit  mustslower  retry next minute")
        if openid in self.blocked:
            return _refusal(40226, "code blocked")
        session_key = base64.b64encode(os.urandom(16)).decode()
        self.session_keys.append(session_key)
        return {"session_key": session_key, "openid": openid, "unionid": f"union-{openid}"}


def _refusal(errcode: int, errmsg: str) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"{errmsg}, rid: {secrets.token_hex(4)}"}
