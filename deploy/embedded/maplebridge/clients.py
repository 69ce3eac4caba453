"""Secrets of the systems that call the API: a new one beside the old, and the end of the old one."""

from datetime import timedelta
from pathlib import Path

import asyncpg

from maplebridge import secrets
from maplebridge.folder import DataFolder
from maplebridge.postgres import PostgresServer
from maplebridge.trouble import Trouble
from maplebridge.typed import typed


async def rotate(data: Path, database_url: str | None, client_id: str, keep_days: int) -> str:
    """Give a client a new secret and return it; the one before is valid for some days yet.

    A client of the installation itself finds its new secret in `secrets.json` at the next start.

    Raises:
        Trouble: the database does not answer, or there is no such client.
    """
    # Here and not above: loading the API takes longer than most commands.
    from maplebridge_api.platform.client_secrets import NoSuchClient, rotate_secret

    folder = DataFolder.at(data)
    url = _owner_url(folder, database_url)
    try:
        secret = await rotate_secret(url, client_id, timedelta(days=keep_days))
    except NoSuchClient as error:
        raise Trouble(f"There is no client {client_id}.") from error
    except (OSError, asyncpg.PostgresError) as error:
        raise _away(folder) from error
    if folder.secrets.exists() and client_id in secrets.load(folder.secrets).client_secrets:
        secrets.keep_client_secret(folder.secrets, client_id, secret)
    return secret


async def end_older(data: Path, database_url: str | None, client_id: str) -> bool:
    """End the secret that a newer one has taken the place of; tell whether there was one.

    Raises:
        Trouble: the database does not answer.
    """
    from maplebridge_api.platform.client_secrets import end_older_secret

    folder = DataFolder.at(data)
    try:
        return await end_older_secret(_owner_url(folder, database_url), client_id)
    except (OSError, asyncpg.PostgresError) as error:
        raise _away(folder) from error


def _owner_url(folder: DataFolder, database_url: str | None) -> str:
    if database_url:
        return database_url
    password = secrets.load(folder.secrets).role_passwords["mb_owner"]
    return PostgresServer(folder.root, password).url()


def _away(folder: DataFolder) -> Trouble:
    return Trouble(
        f"The database of {folder.root} does not answer: start it with `{typed('up', data=folder.root)}`."
    )
