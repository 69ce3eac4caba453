"""WeChat's mini-program login: a code from the phone becomes an account (auth.code2Session).

Documented at developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html. Of its
answer the openid alone is read; the session_key goes no further than this function's stack.
"""

from dataclasses import dataclass

import structlog

from maplebridge_domain.problem import Kind, Problem

from ..platform.outside import ask
from ..settings import settings
from .account import Account

CLIENT_ID = "wechat"


class WechatLoginOff(Problem):
    """Login by WeChat needs the id and secret of a mini-program in the settings."""

    kind = Kind.NOT_FOUND
    zh = "本系统未开通微信登录，请联系街道。"
    en = "Login by WeChat is not set up here; ask the street."


@dataclass(eq=False)
class WechatCodeInvalid(Problem):
    """A code of wx.login is good once, for five minutes (40029, 40163)."""

    kind = Kind.UNAUTHENTICATED
    zh = "微信登录凭证无效或已使用，请重新打开小程序登录。"
    en = "The WeChat login code is invalid or used: log in again in the mini-program."
    pointer = "/code"


class WechatTooFrequent(Problem):
    """WeChat lets a user log in so many times a minute (45011)."""

    kind = Kind.TOO_MANY
    zh = "微信登录过于频繁，请一分钟后再试。"
    en = "WeChat takes no more logins for the moment: try again in a minute."
    retry_seconds = 60


class WechatUserBlocked(Problem):
    """WeChat blocks users whom it finds risky (40226)."""

    kind = Kind.FORBIDDEN
    zh = "微信将该账号判定为高风险用户，拦截了登录，请到街道办理或联系微信客服。"
    en = "WeChat blocks this account as risky: go to the street's office, or ask WeChat."


class WechatBusy(Problem):
    """WeChat's own system is busy (-1)."""

    kind = Kind.UNAVAILABLE
    zh = "微信系统繁忙，请稍候重新登录。"
    en = "WeChat is busy: log in again shortly."
    retry_seconds = 5


class WechatSilent(Problem):
    """WeChat does not answer in time, or cannot be reached."""

    kind = Kind.OUTSIDE_SILENT
    zh = "微信没有响应，请稍候重新登录。"
    en = "WeChat does not answer: log in again shortly."
    retry_seconds = 5


class WechatUnreadable(Problem):
    """WeChat answers with something else than it documents."""

    kind = Kind.OUTSIDE_WRONG
    zh = "微信的回应无法识别，请稍后重试；如仍不成功，请联系街道。"
    en = "WeChat's answer cannot be read: try again later, else tell the street."


class WechatRefuses(Problem):
    """WeChat refuses us, not the user: the mini-program's id or secret is wrong, or worse."""

    kind = Kind.OUTSIDE_WRONG
    zh = "微信拒绝了本系统的请求，请联系街道的系统管理员检查小程序设置。"
    en = "WeChat refuses this system: the operator should check the mini-program's settings."


REFUSALS: dict[int, type[Problem]] = {
    -1: WechatBusy,
    40029: WechatCodeInvalid,
    40163: WechatCodeInvalid,
    40226: WechatUserBlocked,
    45011: WechatTooFrequent,
}


async def account_of(code: str) -> Account:
    """Return the account whose phone got this code from `wx.login`.

    Raises:
        WechatLoginOff, WechatCodeInvalid, WechatTooFrequent, WechatUserBlocked, WechatBusy,
        WechatSilent, WechatUnreadable, WechatRefuses.
    """
    app_id, secret = settings().wechat_app_id, settings().wechat_app_secret
    if app_id is None or secret is None:
        raise WechatLoginOff()
    answer = await ask(
        f"{settings().wechat_base_url.rstrip('/')}/sns/jscode2session",
        silent=WechatSilent(),
        unreadable=WechatUnreadable(),
        appid=app_id,
        secret=secret.get_secret_value(),
        js_code=code,
        grant_type="authorization_code",
    )
    _check(answer.get("errcode", 0))
    openid = answer.get("openid")
    if not isinstance(openid, str) or not openid or not openid.isascii():
        raise WechatUnreadable()
    # An openid is a user's name in one mini-program; another one has other names.
    return Account(f"wechat {app_id} {openid}", CLIENT_ID)


def _check(errcode: object) -> None:
    """Refuse an answer that tells of an error; one that succeeds has 0 or none."""
    if type(errcode) is not int:
        raise WechatUnreadable()
    if errcode != 0:
        structlog.get_logger().warning("wechat_refused", errcode=errcode)
        raise REFUSALS.get(errcode, WechatRefuses)()
