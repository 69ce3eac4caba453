"""Secrets of clients: kept as digests, two valid at a time, so that one can take the other's place.

The API only reads them. They are given and ended by the owner of the database: an operator's act.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

import asyncpg
from sqlalchemy import DateTime, bindparam, func, or_, select

from .clock import wall
from .tables import client, client_secret

#: The digests that are valid for a client at an instant, for `identity.CLIENT`.
VALID_SECRETS = (
    select(func.array_agg(client_secret.c.secret_sha256))
    .where(
        client_secret.c.client_id == client.c.client_id,
        or_(
            client_secret.c.expires_at.is_(None),
            client_secret.c.expires_at > bindparam("at", type_=DateTime(timezone=True)),
        ),
    )
    .correlate(client)
    .scalar_subquery()
)

# The new secret takes the place of the older of the two; the newer one is valid until $4.
_ADD = """
    WITH newest AS (
        SELECT slot FROM client_secret WHERE client_id = $1 ORDER BY created_at DESC LIMIT 1
    ), added AS (
        INSERT INTO client_secret (client_id, slot, secret_sha256, created_at)
        VALUES ($1, 3 - coalesce((SELECT slot FROM newest), 2), $2, $3)
        ON CONFLICT (client_id, slot) DO UPDATE SET secret_sha256 = excluded.secret_sha256,
            created_at = excluded.created_at, expires_at = NULL
    )
    UPDATE client_secret SET expires_at = least(expires_at, $4)
    WHERE client_id = $1 AND slot = (SELECT slot FROM newest)
"""
_IS_VALID = """
    SELECT EXISTS (SELECT 1 FROM client_secret WHERE client_id = $1 AND secret_sha256 = $2
                   AND (expires_at IS NULL OR expires_at > $3))
"""
_END_OLDER = """
    UPDATE client_secret AS older SET expires_at = $2
    WHERE client_id = $1 AND (expires_at IS NULL OR expires_at > $2)
      AND EXISTS (SELECT 1 FROM client_secret AS newer
                  WHERE newer.client_id = $1 AND newer.created_at > older.created_at)
"""


class NoSuchClient(LookupError):
    """No client is registered by that name."""


async def have_secret(connection: asyncpg.Connection, client_id: str, secret: str) -> None:
    """Let a secret be valid: it stays beside another if it is already, else it is the only one."""
    now, digest = wall(), _digest(secret)
    if not await connection.fetchval(_IS_VALID, client_id, digest, now):
        await _add(connection, client_id, digest, now, now)


async def rotate_secret(database_url: str, client_id: str, keep: timedelta) -> str:
    """Give a client a new secret and return it; the one before is valid for a while yet.

    Raises:
        NoSuchClient.
    """
    secret, now = secrets.token_urlsafe(32), wall()
    connection = await asyncpg.connect(database_url)
    try:
        await _add(connection, client_id, _digest(secret), now, now + keep)
    except asyncpg.ForeignKeyViolationError as error:
        raise NoSuchClient(client_id) from error
    finally:
        await connection.close()
    return secret


async def end_older_secret(database_url: str, client_id: str) -> bool:
    """End the secret that a newer one has taken the place of; tell whether there was one."""
    connection = await asyncpg.connect(database_url)
    try:
        return bool(await connection.execute(_END_OLDER, client_id, wall()) != "UPDATE 0")
    finally:
        await connection.close()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def _add(
    connection: asyncpg.Connection,
    client_id: str,
    digest: bytes,
    now: datetime,
    older_until: datetime,
) -> None:
    await connection.execute(_ADD, client_id, digest, now, older_until)
