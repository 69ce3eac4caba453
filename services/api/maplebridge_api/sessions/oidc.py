"""OpenID Connect: an ID token of a provider in the settings becomes an account.

OpenID Connect Core 1.0 section 3.1.3.7 says what is checked, Discovery 1.0 section 4 where keys are.
"""

import asyncio
import json
import secrets
import time
from contextlib import suppress
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import JWKRegistry, Key

from maplebridge_domain.problem import Kind, Problem

from ..platform.clock import wall
from ..platform.outside import ask, refused_as
from ..settings import OidcProvider, settings
from .account import Account

#: Asymmetric ones only: with a shared secret, or none, the client could write its own tokens.
ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
]
CLOCKS_DIFFER_SECONDS_MAX = 60


class OidcLoginOff(Problem):
    """Login by OpenID Connect needs a provider in the settings."""

    kind = Kind.NOT_FOUND
    zh = "本系统未开通统一身份认证（OIDC）登录，请联系街道。"
    en = "Login by OpenID Connect is not set up here; ask the street."


class IdTokenInvalid(Problem):
    """An ID token is signed by a provider in the settings, for one of its clients there."""

    kind = Kind.UNAUTHENTICATED
    zh = "身份令牌无效：签发方、受众、签名或内容不符，请重新登录。"
    en = (
        "The ID token is not valid: issuer, audience, signature or claims do not fit; log in again."
    )
    pointer = "/id_token"


class IdTokenExpired(Problem):
    """An ID token is good until it expires."""

    kind = Kind.UNAUTHENTICATED
    zh = "身份令牌已过期，请重新登录。"
    en = "The ID token has expired: log in again."
    pointer = "/id_token"


class NonceWrong(Problem):
    """The nonce of the authentication request stands in the ID token that answers it."""

    kind = Kind.UNAUTHENTICATED
    zh = "身份令牌与本次登录请求不符（nonce），请重新登录。"
    en = "The ID token does not answer this login (nonce): log in again."
    pointer = "/nonce"


class OidcSilent(Problem):
    """A provider does not answer in time, or cannot be reached."""

    kind = Kind.OUTSIDE_SILENT
    zh = "统一身份认证服务没有响应，请稍候重试。"
    en = "The identity provider does not answer: try again shortly."
    retry_seconds = 5


class OidcUnreadable(Problem):
    """A provider's discovery document or keys are not what the standard asks for."""

    kind = Kind.OUTSIDE_WRONG
    zh = "统一身份认证服务的回应无法识别，请联系街道的系统管理员。"
    en = "The identity provider's answer cannot be read: tell the operator."


class Keys:
    """A provider's public keys: kept for an hour, asked for again when a token names one that is new."""

    KEPT_SECONDS_MAX = 3600
    #: Anybody can name a key that does not exist; the provider is not to hear of it each time.
    ASKED_AGAIN_SECONDS_MIN = 60
    #: After a failure the others who wait need not wait for the same.
    FAILED_SECONDS = 5

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._turn = asyncio.Lock()  # who comes meanwhile finds what the first has fetched
        self._keys: list[Key] = []
        self._fetched_at = self._asked_again_at = self._failed_at = float("-inf")

    async def named(self, kid: str | None) -> Key:
        """Return the key of this id, or the only one.

        Raises:
            IdTokenInvalid, OidcSilent, OidcUnreadable.
        """
        async with self._turn:
            if time.monotonic() - self._fetched_at > self.KEPT_SECONDS_MAX:
                await self._fetch()
            found = self._find(kid)
            if not found and time.monotonic() - self._asked_again_at > self.ASKED_AGAIN_SECONDS_MIN:
                self._asked_again_at = time.monotonic()
                await self._fetch()
                found = self._find(kid)
        if not found:
            raise IdTokenInvalid()
        return found

    def _find(self, kid: str | None) -> Key | None:
        fitting = [key for key in self._keys if kid is None or key.kid == kid]
        return fitting[0] if len(fitting) == 1 else None

    async def _fetch(self) -> None:
        if time.monotonic() - self._failed_at < self.FAILED_SECONDS:
            raise OidcSilent()
        self._failed_at = time.monotonic()  # taken back when it has gone well
        where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        told = await self._ask(where)
        jwks_uri = told.get("jwks_uri")
        # The issuer is compared, so that one provider cannot speak for another (Discovery section 4.3).
        if told.get("issuer") != self._issuer or not self._is_safe(jwks_uri):
            raise OidcUnreadable()
        self._keys = _signing_keys((await self._ask(str(jwks_uri))).get("keys"))
        if not self._keys:
            raise OidcUnreadable()
        self._fetched_at, self._failed_at = time.monotonic(), float("-inf")

    def _is_safe(self, uri: object) -> bool:
        """Tell whether keys may be taken from there: over TLS, unless the operator has named none."""
        if not isinstance(uri, str):
            return False
        return uri.startswith("https://") or self._issuer.startswith("http://")

    async def _ask(self, url: str) -> dict[str, Any]:
        return await ask(url, silent=OidcSilent(), unreadable=OidcUnreadable())


def _signing_keys(listed: object) -> list[Key]:
    """Read the keys that can sign; others are passed over, whatever they are (RFC 7517 section 5)."""
    keys = []
    for one in listed if isinstance(listed, list) else []:
        with suppress(JoseError, KeyError, TypeError, ValueError, AttributeError):
            keys.append(JWKRegistry.import_key(one))
    return [key for key in keys if key.get("use", "sig") == "sig"]


_keys: dict[str, Keys] = {}


async def account_of(id_token: str, nonce: str | None) -> Account:
    """Return the account that an ID token vouches for.

    Raises:
        OidcLoginOff, IdTokenInvalid, IdTokenExpired, NonceWrong, OidcSilent, OidcUnreadable.
    """
    if not settings().oidc_providers:
        raise OidcLoginOff()
    header, unproven = _read(id_token)
    provider = _provider(unproven.get("iss"))
    keys = _keys.setdefault(provider.issuer, Keys(provider.issuer))
    kid = header.get("kid")
    key = await keys.named(kid if isinstance(kid, str) else None)
    with refused_as(IdTokenInvalid(), JoseError, ValueError, TypeError):
        claims = jwt.decode(id_token, key, algorithms=ALGORITHMS).claims
    _check(claims, provider)
    _check_nonce(claims.get("nonce"), nonce)
    # A subject is unique within its issuer only (Core section 2).
    return Account(f"oidc {provider.issuer} {claims['sub']}", _client_of(claims, provider))


def _read(id_token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read what a token says before anything of it is proven: who is to prove it."""
    with refused_as(IdTokenInvalid(), JoseError, ValueError, TypeError, RecursionError):
        parts = jws.extract_compact(id_token.encode())
        claims = json.loads(parts.payload)
    if not isinstance(claims, dict) or parts.headers()["alg"] not in ALGORITHMS:
        raise IdTokenInvalid()
    return parts.headers(), claims


def _provider(issuer: object) -> OidcProvider:
    for provider in settings().oidc_providers:
        if provider.issuer == issuer:
            return provider
    raise IdTokenInvalid()


def _check(claims: dict[str, Any], provider: OidcProvider) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(wall().timestamp()),
        leeway=CLOCKS_DIFFER_SECONDS_MAX,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "values": provider.client_ids},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    with (
        refused_as(IdTokenInvalid(), JoseError, TypeError),
        refused_as(IdTokenExpired(), ExpiredTokenError),
    ):
        registry.validate(claims)
    subject = claims["sub"]
    if not subject.isascii() or not 0 < len(subject) <= 255:  # Core section 2
        raise IdTokenInvalid()


def _client_of(claims: dict[str, Any], provider: OidcProvider) -> str:
    """Return the client that the token is made out to (Core section 3.1.3.7, 4 and 5)."""
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    party = claims.get("azp", audience[0] if len(audience) == 1 else None)
    if party not in provider.client_ids:
        raise IdTokenInvalid()
    return str(party)


def _check_nonce(told: object, sent: str | None) -> None:
    """Refuse a token with another nonce than was sent, or with one that the caller does not know."""
    found, expected = (repr(one).encode("ascii", "backslashreplace") for one in (told, sent))
    if not secrets.compare_digest(found, expected):
        raise NonceWrong()
