"""A new key for personal data: make it, seal everything with it while the service runs, drop the old."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from maplebridge import secrets
from maplebridge.folder import DataFolder
from maplebridge.postgres import PostgresServer
from maplebridge.supervisor import Say
from maplebridge.trouble import Trouble
from maplebridge.typed import typed


def new_key(data: Path) -> str:
    """Make a key; return its id.

    Raises:
        Trouble: the installation runs. It would meet data that is sealed with a key it does not know.
    """
    folder = DataFolder.at(data)
    if folder.is_running():
        raise Trouble(
            f"Maple Bridge runs on {folder.root}: stop it, make the key, start it, "
            f"then `{typed('personal-data rotate', data=data)}`."
        )
    return secrets.add_personal_data_key(folder.secrets)


async def rotate(data: Path, database_url: str | None, say: Say) -> None:
    """Seal with the newest key what is sealed with an older one; stopped, it goes on the next time.

    Raises:
        Trouble: the database does not answer, or something is sealed with a key that is not there.
    """
    # Here and not above: loading the API takes longer than most commands.
    from maplebridge_api import main
    from maplebridge_api.platform import rotation
    from maplebridge_api.platform.personal import Keyring
    from maplebridge_api.settings import read_keys

    folder = DataFolder.at(data)
    assert main.SLICES  # importing the application has declared every table
    keys = Keyring(read_keys(_keys(folder)))
    async with _owner(folder, database_url) as connection:
        # Who entered or changed something meanwhile may have done so with the older key.
        while before := await rotation.left_over(connection, keys):
            async for progress in rotation.rotate(connection, keys):
                say(f"{progress.done:,} of {before:,} are sealed with key {keys.newest}.")
            if await rotation.left_over(connection, keys) >= before:
                raise Trouble(_stuck(before, keys.newest))
    say(f"Everything is sealed with key {keys.newest}.")


def _stuck(left: int, newest: str) -> str:
    return (
        f"{left:,} stay sealed with another key than {newest}: either that key is missing (bring it "
        "back from a backup, after a comma in MAPLEBRIDGE_PERSONAL_DATA_KEY), or a process that "
        "still encrypts with it has to be started again."
    )


async def drop_old_keys(data: Path, database_url: str | None) -> int:
    """Keep the newest key only; return how many are gone.

    Raises:
        Trouble: the database does not answer, or something is still sealed with an older key.
    """
    from maplebridge_api import main
    from maplebridge_api.platform import rotation
    from maplebridge_api.platform.personal import Keyring
    from maplebridge_api.settings import read_keys

    assert main.SLICES
    folder = DataFolder.at(data)
    keys = Keyring(read_keys(_keys(folder)))
    async with _owner(folder, database_url) as connection:
        left = await rotation.left_over(connection, keys)
    if left:
        how = typed("personal-data rotate", data=data)
        raise Trouble(f"{left:,} are still sealed with an older key: first `{how}`.")
    return secrets.drop_old_personal_data_keys(folder.secrets)


def _keys(folder: DataFolder) -> str:
    """Find the keys: this installation's; where `up` runs nothing, those of the processes' settings."""
    given = os.environ.get(secrets.PERSONAL_DATA_KEY)
    if given and not folder.secrets.exists():
        return given
    return secrets.load(folder.secrets).keys[secrets.PERSONAL_DATA_KEY]


@asynccontextmanager
async def _owner(
    folder: DataFolder, database_url: str | None
) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Reach the database as its owner.

    Raises:
        Trouble: it does not answer.
    """
    url = database_url
    if url is None:
        password = secrets.load(folder.secrets).role_passwords["mb_owner"]
        url = PostgresServer(folder.root, password).url()
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        raise Trouble(
            f"The database of {folder.root} does not answer: start it with "
            f"`{typed('up', data=folder.root)}`."
        ) from error
    try:
        yield connection
    finally:
        await connection.close()
