"""What an operator can set; secrets come from here and nowhere else."""

from functools import cache

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment: `MAPLEBRIDGE_DATABASE_URL` and so on."""

    model_config = SettingsConfigDict(env_prefix="MAPLEBRIDGE_")

    database_url: SecretStr = Field(description="The database, as role mb_api.")
    redis_url: SecretStr = Field(description="Valkey or Redis: redis:// or unix://.")
    token_key: SecretStr = Field(description="Private JWK (Ed25519) that signs access tokens.")
    statement_key: SecretStr = Field(
        description="Private JWK (Ed25519) that signs statements and the event log, or a JWK Set: the "
        "first signs, all verify."
    )
    personal_data_key: SecretStr = Field(description="`<key id>:<base64 of 32 bytes>` for AES-GCM.")
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


@cache
def settings() -> Settings:
    """Return the process's settings, read once."""
    return Settings()
