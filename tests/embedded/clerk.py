"""An arq worker with nothing to do, in place of ours."""

import os

from arq.connections import RedisSettings


async def file_away(context: object) -> None:
    """Never asked for."""


class WorkerSettings:
    functions = (file_away,)
    queue_name = "mb:clerk"
    redis_settings = RedisSettings.from_dsn(os.environ.get("MAPLEBRIDGE_REDIS_URL", "redis://"))
