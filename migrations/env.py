"""Runs migrations as the owner of the database, over asyncpg like everything else."""

import asyncio
import os

import asyncpg
from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

#: A temporary table is looked at before a schema's: nobody but the owner makes one. At each run, because
#: a database that is copied or restored has the server's own grants again.
NO_TEMPORARY_TABLES = """
DO $$ BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$
"""


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.exec_driver_sql(NO_TEMPORARY_TABLES)
    connection.commit()


async def connect_and_migrate() -> None:
    url = os.environ["MAPLEBRIDGE_DATABASE_URL"]
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)


asyncio.run(connect_and_migrate())
