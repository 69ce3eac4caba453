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


@cache
def settings() -> Settings:
    """Return the process's settings, read once."""
    return Settings()
