"""What an operator can set; secrets come from here and nowhere else."""

import base64
import binascii
import json
import re
from functools import cache
from typing import Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class OidcProvider(BaseModel):
    """Who may vouch for a person: an issuer, and the clients that its tokens are made out to."""

    issuer: str = Field(pattern=r"^https?://[^/?#]+[^?#]*$")
    client_ids: list[str] = Field(min_length=1)


class Settings(BaseSettings):
    """Read from the environment: `MAPLEBRIDGE_DATABASE_URL` and so on."""

    model_config = SettingsConfigDict(env_prefix="MAPLEBRIDGE_", hide_input_in_errors=True)

    database_url: SecretStr = Field(description="The database, as role mb_api.")
    redis_url: SecretStr = Field(description="Valkey or Redis: redis:// or unix://.")
    token_key: SecretStr = Field(
        description="Private JWK (Ed25519) that signs access tokens, or a JWK Set: the first signs, "
        "all verify."
    )
    statement_key: SecretStr = Field(
        description="Private JWK (Ed25519) that signs statements and the event log, or a JWK Set: the "
        "first signs, all verify."
    )
    personal_data_key: SecretStr = Field(
        description="`<key id>:<base64 of 32 bytes>`, or several after commas: the first encrypts, "
        "all decrypt."
    )
    sandbox: bool = Field(False, description="Test clock, test key, tokens on behalf of a person.")
    entrusted_by_county: bool = Field(
        False, description="Whether the county has entrusted the street to rate; statements say so."
    )
    database_connections: int = Field(10, ge=1, le=100, description="Per process.")
    rate_login: int = Field(600, ge=1, description="Logins and failed ones a minute, by address.")
    rate_read: int = Field(1200, ge=1, description="Reads a minute, by person.")
    rate_write: int = Field(600, ge=1, description="Writes a minute, by person.")
    rate_heavy: int = Field(60, ge=1, description="Batches and the like a minute, by person.")
    rate_system_read: int = Field(300_000, ge=1, description="Reads a minute, by system.")
    rate_system_write: int = Field(120_000, ge=1, description="Writes a minute, by system.")
    rate_system_heavy: int = Field(3_000, ge=1, description="Batches and the like, by system.")
    login_failures: int = Field(
        10, ge=1, description="Wrong secrets from one address under one name in 15 minutes."
    )
    hsts_seconds: int = Field(
        0, ge=0, description="Strict-Transport-Security, where TLS stands before us; 0: not sent."
    )
    cors_origins: str = Field(
        "",
        pattern=r"^(https?://[^/\s*]+( https?://[^/\s*]+)*)?$",
        description="Origins whose pages may call the API, with spaces between; none: no CORS.",
    )
    wechat_base_url: str = Field("https://api.weixin.qq.com", description="Where code2Session is.")
    wechat_app_id: str | None = Field(None, description="The mini-program; none: no such login.")
    wechat_app_secret: SecretStr | None = None
    oidc_providers: list[OidcProvider] = Field([], description="JSON: `issuer`, `client_ids`.")
    outside_seconds_max: float = Field(
        5, gt=0, le=30, description="How long a service outside may take to answer."
    )

    @field_validator("personal_data_key")
    @classmethod
    def _keys_can_be_told_apart(cls, given: SecretStr) -> SecretStr:
        """Refuse at the start what would fail only when the first phone is entered or shown."""
        read_keys(given.get_secret_value())
        return given

    @model_validator(mode="after")
    def _a_sandbox_signs_with_a_key_of_its_own(self) -> Self:
        """A sandbox's statement must not verify against the keys of a real installation."""
        given = json.loads(self.statement_key.get_secret_value())
        kids = [key.get("kid", "") for key in given.get("keys", [given])]
        if any(kid.startswith("test-") != self.sandbox for kid in kids):
            raise ValueError(
                "The kid of MAPLEBRIDGE_STATEMENT_KEY begins with `test-` in a sandbox, and only there."
            )
        return self


def read_keys(given: str) -> dict[str, bytes]:
    """Return the keys of personal data by their ids; the first is the one that encrypts.

    Raises:
        ValueError: not in this form; the message holds nothing of a key.
    """
    keys: dict[str, bytes] = {}
    for number, one in enumerate(given.split(","), start=1):
        key_id, _, key = one.strip().partition(":")
        try:
            keys[key_id] = base64.b64decode(key, validate=True)
        except binascii.Error:
            keys[key_id] = b""
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,20}", key_id) or len(keys[key_id]) != 32:
            raise ValueError(f"Key {number} is not `<key id>:<base64 of 32 bytes>`.")
        if len(keys) < number:
            raise ValueError("Two keys have one id.")
    return keys


@cache
def settings() -> Settings:
    """Return the process's settings, read once."""
    return Settings()
