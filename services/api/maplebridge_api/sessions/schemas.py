"""Bodies and answers of logins and sessions."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from ..platform.bodies import Body, Line, StreetId, example
from ..platform.identity import TOKEN_SECONDS_MAX


class Login(Body):
    """What every login may say: from which device, and who an account is that is not bound yet."""

    device: Line | None = Field(
        None, description="Shown in the list of one's sessions. 设备名称", examples=["王建国的手机"]
    )
    street_id: StreetId | None = Field(None, description="At the first login only. 仅首次登录")
    binding_code: str | None = Field(
        None,
        min_length=1,
        max_length=20,
        pattern=r"^[ -~]+$",
        description="At the first login: what the street handed out. 首次登录：街道发放的绑定码",
        examples=["K7QFX-2M9DP"],
    )
    name: Line | None = Field(
        None,
        description="At the first login of a resident without a code. 首次登录：居民姓名",
        examples=["王建国"],
    )


class WechatLogin(Login):
    """A login by WeChat mini-program."""

    model_config = example(
        {
            "code": "0e1XyZ000Abc",
            "binding_code": "K7QFX-2M9DP",
            "street_id": 411104001,
            "device": "王建国的手机",
        }
    )

    code: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="From `wx.login`; good once, for five minutes. 临时登录凭证",
    )


class OidcLogin(Login):
    """A login by OpenID Connect."""

    model_config = example(
        {"id_token": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "nonce": "n-0S6_WzA2Mj"}
    )

    id_token: str = Field(min_length=1, max_length=8192, pattern=r"^[!-~]+$")
    nonce: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="What the authentication request was sent with; must stand in the token.",
    )


class Refresh(Body):
    """A refresh token; it is good once."""

    model_config = example({"refresh_token": "411104001.0198c5f0.Zk3v.q8Xw"})

    refresh_token: str = Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")


class SessionTokens(BaseModel):
    """A session, with the tokens to act in it and to go on with it."""

    id: UUID
    street_id: int
    person_id: UUID
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, not one
    expires_in: int = TOKEN_SECONDS_MAX
    refresh_token: str = Field(description="Good once: each use gives the next. 仅可使用一次")
    ends_at: AwareDatetime = Field(description="Unless it is used again.")


class SessionOut(BaseModel):
    """A session of one's own."""

    id: UUID
    device: str | None
    client_id: str = Field(description="By which way: `wechat`, or the client of a provider.")
    begun_at: AwareDatetime
    used_at: AwareDatetime = Field(description="When it was last refreshed. 最近使用")
    ends_at: AwareDatetime
    current: bool = Field(description="Whether this request is made in it. 是否当前会话")


class Revoked(BaseModel):
    """The session that was ended."""

    id: UUID


class BindingCodeOut(BaseModel):
    """A code that binds the next account that comes with it; shown this once."""

    binding_code: str = Field(examples=["K7QFX-2M9DP"])
    expires_at: AwareDatetime


class EndedOut(BaseModel):
    """What was ended."""

    logins: int
    sessions: int
