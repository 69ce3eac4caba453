"""One streaming pass over every street's log, in one snapshot of the database."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from maplebridge.audit.compare import Comparison, Finding, Head, What
from maplebridge.audit.proofs import Proofs
from maplebridge.trouble import Trouble
from maplebridge_api.platform.chain import Row
from maplebridge_api.platform.database import Scope
from maplebridge_api.platform.heads import ROWS, Signed
from maplebridge_api.platform.signing import read_keys, read_seal_keys

STREETS = (
    "SELECT street_id FROM street UNION SELECT street_id FROM event_head"
    " UNION SELECT street_id FROM signed_head ORDER BY 1"
)
HEAD = "SELECT last_no, last_hash FROM event_head WHERE street_id = $1"
#: A seal says who, what and when, not about what: the same one twice was copied.
COPIES = (
    "SELECT array_agg(street_id ORDER BY street_id, no), array_agg(no ORDER BY street_id, no)"
    " FROM event WHERE seal IS NOT NULL GROUP BY seal HAVING count(*) > 1"
)
ROWS_AT_ONCE = 2000


@dataclass
class Street:
    """What was found in a street's log."""

    street_id: int
    events: int = 0
    signed: int = 0
    signed_at: datetime | None = None
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Note a finding; one that goes on from the last makes it longer."""
        if self.findings and finding.follows(self.findings[-1]):
            last = self.findings.pop()
            finding = Finding(last.first, finding.last, last.what, last.why, last.of)
        self.findings.append(finding)


async def verify(
    database_url: str, statement_key: str, street_id: int | None, kept: Sequence[Signed] = ()
) -> AsyncIterator[Street]:
    """Check the log of one street, or of each, from its first row to its head.

    `statement_key` is the API's setting; `kept` are heads that were kept outside the database.

    Raises:
        Trouble: there is no such street, or the database shows its rows to the API only.
    """
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            # Rather an error than rows that are hidden from us.
            await connection.execute("SET LOCAL row_security = off")
            streets = await _streets(connection, street_id, kept)
            copies = [list(zip(*row, strict=True)) for row in await connection.fetch(COPIES)]
            for one in streets:
                street = await _street(connection, statement_key, one, kept)
                for no in _copied(street, copies):
                    street.add(Finding(no, no, What.INSERTED, "with the seal of another"))
                yield street
    finally:
        await connection.close()


async def _streets(
    connection: asyncpg.Connection, street_id: int | None, kept: Iterable[Signed]
) -> list[int]:
    try:
        found = {row["street_id"] for row in await connection.fetch(STREETS)}
    except asyncpg.InsufficientPrivilegeError as error:
        raise Trouble("The database has to be read as its owner (BYPASSRLS).") from error
    found |= {head.street_id for head in kept}
    if street_id is not None and street_id not in found:
        raise Trouble(f"There is no street {street_id}.")
    return sorted(found) if street_id is None else [street_id]


async def _street(
    connection: asyncpg.Connection, statement_key: str, street_id: int, kept: Iterable[Signed]
) -> Street:
    street = Street(street_id)
    proofs = Proofs(connection, street_id, read_keys(statement_key))
    proofs.keep(kept)
    row = await connection.fetchrow(HEAD, street_id)
    head = Head(*row) if row is not None else None
    rows = _rows(connection, street)
    comparison = Comparison(street_id, aiter(proofs), rows, head, read_seal_keys(statement_key))
    async for finding in comparison.findings():
        street.add(finding)
    for finding in proofs.findings:
        street.add(finding)
    street.signed, street.signed_at = comparison.signed, proofs.at
    return street


def _copied(street: Street, copies: Iterable[list[tuple[int, int]]]) -> list[int]:
    """Return the numbers that bear another's seal: in a street all but the first, unless named already."""
    named = {no for one in street.findings for no in (one.first, one.last)}
    found: list[int] = []
    for copied in copies:
        ours = [no for street_id, no in copied if street_id == street.street_id]
        others = len(copied) > len(ours)
        left = [no for no in ours if no not in named]
        found += left if others else left[1:]
    return sorted(found)


async def _rows(connection: asyncpg.Connection, street: Street) -> AsyncIterator[Row]:
    sql, *arguments = ROWS.prepare(Scope(street.street_id, street.street_id), {})
    async for row in connection.cursor(sql, *arguments, prefetch=ROWS_AT_ONCE):
        street.events += 1
        yield Row(*row)
