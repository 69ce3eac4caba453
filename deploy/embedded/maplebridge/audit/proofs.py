"""What was signed of a street's log: by the heads in the database, and by those kept elsewhere."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from maplebridge.audit.compare import Finding, Proof, What
from maplebridge.trouble import Trouble
from maplebridge_api.platform.heads import Signed
from maplebridge_api.platform.signing import NotOurs

SIGNED = "SELECT no, jws FROM signed_head WHERE street_id = $1 ORDER BY no, id"
COMPACT_JWS = re.compile(r"[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
HEAD = "signed head"


def read_kept(path: Path, keys: tuple[Any, ...]) -> list[Signed]:
    """Read the heads in a file: answers of `/v1/event-heads`, or whatever else holds their text.

    Raises:
        Trouble: the file cannot be read, holds none, or one that this installation has not signed.
    """
    try:
        text = path.read_text(encoding="utf-8")
        heads = [Signed.read(jws, keys) for jws in COMPACT_JWS.findall(text)]
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}).") from error
    except NotOurs as error:
        raise Trouble(f"{path} holds a head that this installation's keys did not sign.") from error
    if not heads:
        raise Trouble(f"{path} holds no signed head.")
    return heads


@dataclass
class Proofs:
    """The proofs of a street's numbers, from one on; notes what is wrong with the heads themselves."""

    connection: asyncpg.Connection
    street_id: int
    keys: tuple[Any, ...]
    kept: dict[int, Proof] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    at: datetime | None = None  # when the last one was signed
    another_past: bool = False  # the database's heads contradict those kept elsewhere

    def keep(self, heads: Iterable[Signed]) -> None:
        """Hold heads that were kept elsewhere; they are believed before the database's."""
        for head in heads:
            if head.street_id == self.street_id:
                self.kept |= {proof.no: proof for proof in _proofs(head)}

    async def __aiter__(self) -> AsyncIterator[Proof]:
        """Read the proofs."""
        covered = forged = 0
        async for no, jws in self.connection.cursor(SIGNED, self.street_id, prefetch=20):
            head = self._read(no, jws)
            if head is None:
                forged = no
                continue
            for proof in self._missing(covered, head.first - 1, told=forged >= head.first - 1):
                yield proof
            for proof in _proofs(head):
                if proof.no > covered:
                    yield self._compared(proof)
            covered = max(covered, head.no)
            self.at = datetime.fromisoformat(head.at)
        for proof in self._missing(covered, max(self.kept, default=0), told=False):
            yield proof

    def _read(self, no: int, jws: str) -> Signed | None:
        try:
            head = Signed.read(jws, self.keys)
        except NotOurs:
            head = None
        if head is None or (head.street_id, head.no) != (self.street_id, no):
            self.findings.append(Finding(no, no, What.CHANGED, of=HEAD))
            return None
        return head

    def _missing(self, covered: int, last: int, *, told: bool) -> Iterable[Proof]:
        """Fill a gap between the database's heads, as far as others were kept."""
        if last > covered and not told:
            self.findings.append(Finding(covered + 1, last, What.REMOVED, of=HEAD))
        for no in range(covered + 1, last + 1):
            yield self.kept.get(no) or Proof(no, None)

    def _compared(self, proof: Proof) -> Proof:
        kept = self.kept.get(proof.no)
        if kept is not None and kept.hash != proof.hash:
            self.another_past = True
            why = "another was kept elsewhere"
            self.findings.append(Finding(proof.no, proof.no, What.CHANGED, why, HEAD))
        # What was signed on top of another past proves nothing.
        return kept or (Proof(proof.no, None) if self.another_past else proof)


def _proofs(head: Signed) -> Iterable[Proof]:
    unsealed = set(head.unsealed)
    for no, digest in enumerate(head.hashes, start=head.first):
        yield Proof(no, digest, no not in unsealed)
