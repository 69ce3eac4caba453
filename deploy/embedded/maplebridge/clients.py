"""The systems that call the API: made known, listed, cut off; a new secret beside the old, its end."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe as new_secret

import asyncpg

from maplebridge import secrets
from maplebridge.folder import DataFolder
from maplebridge.postgres import PostgresServer
from maplebridge.trouble import Trouble
from maplebridge.typed import typed
from maplebridge_domain.authority import AUTHORITY, SYSTEMS, Role

_ID = re.compile(r"[a-z][a-z0-9_-]{1,59}")
_STREETS = re.compile(r"(\d{9})-(\d{9})")


async def add(
    data: Path, database_url: str | None, client_id: str, role: Role, streets: str
) -> str:
    """Make a system known, with the rights of its role in a range of streets; return its secret.

    Raises:
        Trouble: the name, role or range is none, the name is taken, or the database does not answer.
    """
    from maplebridge_api.platform.database import Scope
    from maplebridge_api.platform.identity import ClientTaken, register_client

    if not _ID.fullmatch(client_id):
        raise Trouble("A client's name is of a-z, 0-9, - and _: 2 to 60, a letter first.")
    if role not in SYSTEMS:
        raise Trouble(f"{role} is a person's; a system is {', '.join(SYSTEMS)}.")
    ends = _STREETS.fullmatch(streets)
    if ends is None or ends[1] > ends[2]:
        raise Trouble(
            "A range of streets is two division codes of nine digits: 411104000-411104999."
        )
    folder = DataFolder.at(data)
    secret = new_secret(32)
    try:
        await register_client(
            _owner_url(folder, database_url),
            client_id=client_id,
            secret=secret,
            name=client_id,
            rights=AUTHORITY[role],
            scope=Scope(int(ends[1]), int(ends[2])),
            new=True,
        )
    except ClientTaken as error:
        raise Trouble(f"There is a client {client_id} already.") from error
    except (OSError, asyncpg.PostgresError) as error:
        raise _away(folder) from error
    return secret


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


async def listed(data: Path, database_url: str | None) -> list[str]:
    """List the clients: name, role, streets, and since when one is cut off.

    Raises:
        Trouble: the database does not answer.
    """
    from maplebridge_api.platform.client_states import registered

    folder = DataFolder.at(data)
    try:
        found = await registered(_owner_url(folder, database_url))
    except (OSError, asyncpg.PostgresError) as error:
        raise _away(folder) from error
    return [
        f"{one.client_id:25} {_role_of(one.rights):23} {one.streets.lo:09}-{one.streets.hi:09}"
        + (f"  disabled since {one.disabled_at:%Y-%m-%d %H:%M %Z}" if one.disabled_at else "")
        for one in found
    ]


def _role_of(rights: list[str]) -> str:
    roles = [role for role in SYSTEMS if AUTHORITY[role].keys() == set(rights)]
    return roles[0] if roles else "other rights"


async def cut_off(data: Path, database_url: str | None, client_id: str) -> None:
    """Refuse a client everything, in seconds.

    Raises:
        Trouble: the database does not answer, or there is no such client.
    """
    from maplebridge_api.platform.client_states import disable

    await _said(disable, data, database_url, client_id)


async def let_in(data: Path, database_url: str | None, client_id: str) -> None:
    """Let a client that was cut off call again.

    Raises:
        Trouble: the database does not answer, or there is no such client.
    """
    from maplebridge_api.platform.client_states import enable

    await _said(enable, data, database_url, client_id)


async def _said(
    say: Callable[[str, str], Awaitable[None]],
    data: Path,
    database_url: str | None,
    client_id: str,
) -> None:
    from maplebridge_api.platform.client_secrets import NoSuchClient

    folder = DataFolder.at(data)
    try:
        await say(_owner_url(folder, database_url), client_id)
    except NoSuchClient as error:
        raise Trouble(f"There is no client {client_id}.") from error
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
