"""What must be in the database before the services start, embedded or not."""

import asyncio
import base64
import hashlib
import hmac
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from maplebridge.environment import inherited
from maplebridge.launch import launched
from maplebridge.secrets import Secrets, not_the_same_kind
from maplebridge.trouble import Trouble
from maplebridge_domain.authority import AUTHORITY, Role

#: What each system of an installation is, and in which streets; others are added by `client add`. The
#: last two a sandbox has: an integrator of the sample street, and the department of Zhaoling District
#: (411104), where it lies, which sees statements and nothing else.
CLIENTS: Mapping[str, tuple[Role, tuple[int, int]]] = {
    "evaluator": (Role.EVALUATOR, (0, 999_999_999)),
    "operator": (Role.OPERATOR, (0, 999_999_999)),
    "integrator": (Role.INTEGRATOR, (411_104_001, 411_104_001)),
    "department": (Role.MANAGEMENT_DEPARTMENT, (411_104_000, 411_104_999)),
}
SERVICE_ROLES = ("mb_api", "mb_evaluator")
VERSION_MIN = 18

MARK_SANDBOX = "COMMENT ON TABLE sandbox_clock IS 'of a sandbox'"
MARK_REAL = "COMMENT ON TABLE sandbox_clock IS 'of a real street: never set'"
#: Whether a database is a sandbox's; null: it is new. One that was prepared by hand has no mark.
KIND = """
SELECT CASE
    WHEN obj_description('sandbox_clock'::regclass) IS NOT NULL
        THEN obj_description('sandbox_clock'::regclass) = 'of a sandbox'
    WHEN EXISTS (SELECT FROM sandbox_clock) THEN true
    WHEN EXISTS (SELECT FROM street) THEN false
END
"""
REPOSITORY = Path(__file__).parents[3]


async def answers(url: str) -> bool:
    """Whether the database answers a query now."""
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    try:
        return bool(await connection.fetchval("SELECT 1") == 1)
    finally:
        await connection.close()


async def prepare_database(owner_url: str, secrets: Secrets, log: Path) -> None:
    """Bring the schema to the newest form, let the services log in, register the clients.

    Doing it again changes nothing.

    Raises:
        Trouble: the server is too old, the migration failed, or the database was begun as the
            other of sandbox and real installation.
    """
    await check_version(owner_url)
    await migrate(owner_url, log)
    await keep_kind(owner_url, sandbox=secrets.sandbox)
    await let_services_log_in(owner_url, secrets)
    await register_clients(owner_url, secrets)


async def check_version(owner_url: str) -> None:
    """Refuse a server that lacks temporal keys and `uuidv7()`.

    Raises:
        Trouble: PostgreSQL is older than 18.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        version = connection.get_server_version()
    finally:
        await connection.close()
    if version.major < VERSION_MIN:
        raise Trouble(f"The database is PostgreSQL {version.major}; {VERSION_MIN} or newer please.")


async def migrate(owner_url: str, log: Path) -> None:
    """Run the migrations up to the newest.

    Raises:
        Trouble: a migration failed; its words are in the log.
    """
    alembic = [sys.executable, "-P", "-m", "alembic", "-c", str(REPOSITORY / "alembic.ini")]
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *launched([*alembic, "upgrade", "head"]),
            env={**inherited(), "MAPLEBRIDGE_DATABASE_URL": owner_url},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if code != 0:
        raise Trouble(f"The migration failed; what it said is in {log}.")


async def keep_kind(owner_url: str, *, sandbox: bool) -> None:
    """Mark a new database as a sandbox's or a real street's; refuse one of the other kind.

    The data folder knows it too, but another folder may be used with the same database.

    Raises:
        Trouble: it was begun as the other kind.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        known = await connection.fetchval(KIND)
        if known is not None and known != sandbox:
            raise Trouble(not_the_same_kind("该数据库", "The database", is_sandbox=known))
        await connection.execute(MARK_SANDBOX if sandbox else MARK_REAL)
    finally:
        await connection.close()


async def let_services_log_in(owner_url: str, secrets: Secrets) -> None:
    """Give the roles that the migrations made the passwords of this installation."""
    connection = await asyncpg.connect(owner_url)
    try:
        for role in SERVICE_ROLES:
            # The verifier instead of the password: statements end up in logs.
            verifier = scram_verifier(secrets.role_passwords[role], os.urandom(16))
            await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{verifier}'")
    finally:
        await connection.close()


async def register_clients(owner_url: str, secrets: Secrets) -> None:
    """Make the systems of this installation known to the API, with what each may do."""
    # Here and not above: loading the API takes longer than most commands.
    from maplebridge_api.platform.database import Scope
    from maplebridge_api.platform.identity import register_client

    for client_id in secrets.client_secrets.keys() & CLIENTS.keys():
        role, streets = CLIENTS[client_id]
        await register_client(
            owner_url,
            client_id=client_id,
            secret=secrets.client_secrets[client_id],
            name=client_id,
            rights=AUTHORITY[role],
            scope=Scope(*streets),
        )


def scram_verifier(password: str, salt: bytes, iterations: int = 4096) -> str:
    """Compute what PostgreSQL stores for a password (RFC 5802); 4096 is its own default."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored = base64.b64encode(hashlib.sha256(client_key).digest()).decode()
    server = base64.b64encode(hmac.digest(salted, b"Server Key", "sha256")).decode()
    return f"SCRAM-SHA-256${iterations}:{base64.b64encode(salt).decode()}${stored}:{server}"


def as_role(owner_url: str, role: str, password: str) -> str:
    """Give the URL by which another role reaches the owner's database."""
    url = urlsplit(owner_url)
    where = url.netloc.rpartition("@")[2]
    query = [(key, value) for key, value in parse_qsl(url.query) if key not in {"user", "password"}]
    return urlunsplit(
        url._replace(
            netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{where}",
            query=urlencode(query, quote_via=quote),
        )
    )
