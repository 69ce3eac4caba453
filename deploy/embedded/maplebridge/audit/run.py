"""`maplebridge audit verify`: where the log and the keys are, and what is said of each street."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg

from maplebridge import secrets
from maplebridge.audit.compare import What
from maplebridge.audit.proofs import HEAD, read_kept
from maplebridge.audit.verify import Street, verify
from maplebridge.environment import ours
from maplebridge.folder import DataFolder
from maplebridge.postgres import PostgresServer
from maplebridge.supervisor import Say
from maplebridge.trouble import Trouble
from maplebridge.typed import typed
from maplebridge_api.platform.signing import read_keys

KEY = "MAPLEBRIDGE_STATEMENT_KEY"
SHOWN_MAX = 100


async def report(
    data: Path, street_id: int | None, heads: Path | None, database_url: str | None, say: Say
) -> bool:
    """Check the log of an installation and say what was found; True if all is as it was written.

    Raises:
        Trouble: the database or the key is not there, the file of heads is none, or there is no such street.
    """
    folder = DataFolder.at(data)
    known = secrets.load(folder.secrets)
    key = ours().get(KEY) or known.keys[KEY]
    kept = read_kept(heads, read_keys(key)) if heads else []
    url = database_url or PostgresServer(folder.root, known.role_passwords["mb_owner"]).url()
    sound = True
    try:
        async for street in verify(url, key, street_id, kept):
            for line in describe(street):
                say(line)
            sound = sound and not street.findings
    except (OSError, asyncpg.PostgresConnectionError) as error:
        start = typed("up", data=folder.root)
        raise Trouble(f"The database does not answer: start it with `{start}`.") from error
    return sound


def describe(street: Street) -> Iterator[str]:
    """Say what was found in a street, a line a finding."""
    for finding in street.findings[:SHOWN_MAX]:
        yield f"{street.street_id}: {finding}"
    if len(street.findings) > SHOWN_MAX:
        yield f"{street.street_id}: and {len(street.findings) - SHOWN_MAX} more"
    at = f" ({street.signed_at:%Y-%m-%d %H:%M})" if street.signed_at else ""
    signed = f"signed up to {street.signed:,}{at}" if street.signed else "none signed yet"
    if not street.findings:
        yield f"{street.street_id}: {street.events:,} events as they were written, {signed}"
    elif any(one.of == HEAD and one.what == What.REMOVED for one in street.findings):
        yield (
            f"{street.street_id}: where a signed head is missing, a row is held to its neighbours only"
        )
