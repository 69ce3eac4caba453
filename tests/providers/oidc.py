"""An OpenID provider as far as its tokens are checked: discovery, keys that change, ID tokens."""

import json
import time
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Key = RSAKey | ECKey | OKPKey
CLIENT = "street-desk"


class Oidc:
    """A provider; `issuer` is where it is served."""

    def __init__(self) -> None:
        self.issuer = ""
        self.keys: list[Key] = [self.new_key("2026-10")]
        self.is_away = False
        self.discovery: dict[str, Any] = {}
        self.jwks: Any = None
        self.asked: list[str] = []

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
            ]
        )

    @staticmethod
    def new_key(kid: str, kind: str = "Ed25519") -> Key:
        parameters: Any = {"kid": kid, "use": "sig"}
        if kind == "RSA":
            return RSAKey.generate_key(2048, parameters)
        if kind == "P-256":
            return ECKey.generate_key("P-256", parameters)
        return OKPKey.generate_key("Ed25519", parameters)

    def claims(self, subject: str, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        told = {"iss": self.issuer, "sub": subject, "aud": CLIENT, "iat": now, "exp": now + 300}
        return {name: value for name, value in (told | more).items() if value is not None}

    def token(self, subject: str, alg: str = "EdDSA", key: Key | None = None, **more: Any) -> str:
        """Sign an ID token; a claim of None is left out."""
        key = key or self.keys[0]
        header = {"alg": alg, "kid": key.kid}
        claims = json.dumps(self.claims(subject, **more)).encode()
        return jws.serialize_compact(header, claims, key, algorithms=[alg])

    async def _configuration(self, request: Request) -> Response:
        self.asked.append("configuration")
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA", "RS256"],
        }
        return self._answer(told | self.discovery)

    async def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        public = {"keys": [key.as_dict(private=False) for key in self.keys]}
        return self._answer(public if self.jwks is None else self.jwks)

    def _answer(self, told: Any) -> Response:
        return Response(
            json.dumps(told), 503 if self.is_away else 200, media_type="application/json"
        )
