"""What the evaluator is told, by environment variables that begin with MAPLEBRIDGE_."""

from urllib.parse import unquote, urlsplit

from arq.connections import RedisSettings
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the database, the queue and the API are, and who the evaluator is there."""

    model_config = SettingsConfigDict(env_prefix="MAPLEBRIDGE_")

    #: postgresql://..., as a role that may become `mb_evaluator`; `?host=/run/x` for a socket.
    database_url: SecretStr
    #: redis://host:port/0, or unix:///path/to/socket.
    redis_url: SecretStr
    api_url: str
    client_id: str
    client_secret: SecretStr

    def redis(self) -> RedisSettings:
        """Read the queue's URL; arq takes a socket's path as it stands, percent signs and all."""
        url = self.redis_url.get_secret_value()
        redis = RedisSettings.from_dsn(url)
        if redis.unix_socket_path is not None:
            redis.unix_socket_path = unquote(urlsplit(url).path)
        redis.conn_retries = 60  # the queue may come up after us
        return redis
