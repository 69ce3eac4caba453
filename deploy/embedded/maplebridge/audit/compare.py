"""What was done to a street's log: its rows beside the hashes that were signed.

A signed hash covers the row with its number and everything before. So each row is known for itself, also
when all rows behind it, their hashes and the head were recomputed to fit. Where nothing is signed yet, a
row is held to the hash it carries and to its neighbours.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from maplebridge.audit.window import Window
from maplebridge_api.platform.chain import Row, link

#: So many rows in a run, inserted or removed with the others renumbered, are told from changed ones.
AHEAD_MAX = 100


class What(StrEnum):
    """What was done to a row."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"


@dataclass(frozen=True)
class Finding:
    """Rows that are not as they were written, by the numbers that they have, or had."""

    first: int
    last: int
    what: What
    why: str = ""
    of: str = "event"

    def follows(self, other: "Finding") -> bool:
        """Tell whether it says of the next rows what another says of those before."""
        same = (self.what, self.why, self.of) == (other.what, other.why, other.of)
        return same and self.first == other.last + 1

    def __str__(self) -> str:
        several = self.last > self.first
        numbers = f"s {self.first} to {self.last}" if several else f" {self.first}"
        return f"{self.of}{numbers} {self.what}" + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True)
class Head:
    """Where a street's log ends, as its head says."""

    no: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """What is signed of a number: the row's hash (none: the signed head is gone), and who wrote it."""

    no: int
    hash: bytes | None
    sealed: bool = True


class Comparison:
    """One pass over a street's rows, in order, beside its proofs."""

    def __init__(
        self,
        street_id: int,
        proofs: AsyncIterator[Proof],
        rows: AsyncIterator[Row],
        head: Head | None,
        seal_keys: Sequence[bytes],
    ) -> None:
        self.street_id = street_id
        self.head = head
        self.proofs = Window(proofs)
        self.rows = Window(rows)
        self.seal_keys = seal_keys
        self.number = 1  # the number that is looked for, as it was given when it was written
        self.shift = (
            0  # how far rows have been renumbered: up by what was inserted, down by what is gone
        )
        self.before: bytes | None = (
            b""  # the hash before it, as signed or as carried; None: not known
        )
        self.carried = b""  # the hash that the row before carries
        self.signed = 0
        self.last: Row | None = None
        self.last_is_sound = True

    async def findings(self) -> AsyncIterator[Finding]:
        """Name every row that is not as it was written, and a head that does not fit."""
        while True:
            proof, row = await self.proofs.peek(), await self.rows.peek()
            if row is None and proof is None:
                break
            found = await self._step(proof, row)
            if found is not None:
                yield found
        for found in self._at_the_end():
            yield found

    async def _step(self, proof: Proof | None, row: Row | None) -> Finding | None:
        if row is None or (row.no > self.number + self.shift and not self._is(row, proof)):
            return self._gap(proof, row)
        if row.no < self.number + self.shift:
            return self._inserted(row)
        if proof is not None and proof.hash is not None:
            return await self._signed(proof, proof.hash, row)
        return await self._unsigned(proof, row)

    # A number with a proof.

    async def _signed(self, proof: Proof, signed: bytes, row: Row) -> Finding | None:
        if self._is(row, proof):
            self.shift = row.no - self.number
            # Recomputed behind another row's change, its hash is no change of its own.
            mended = link(self.carried, self.street_id, row.no, row.text) == row.hash
            is_whole = row.hash == signed or mended
            self._pass(row, proof, signed, sound=is_whole and proof.sealed)
            if not is_whole:
                return Finding(row.no, row.no, What.CHANGED, "its hash")
            return None if proof.sealed else _not_ours(row)
        what = await self._what_happened()
        if what == What.INSERTED:
            return self._inserted(row, shifts=True)
        if what == What.REMOVED:
            self.shift -= 1
            return self._removed(proof, self.number)
        self._pass(row, proof, signed, sound=False)
        return Finding(row.no, row.no, What.CHANGED)

    def _is(self, row: Row | None, proof: Proof | None) -> bool:
        """Tell whether a row is what was signed under the number that is looked for."""
        if row is None or proof is None or proof.hash is None or self.before is None:
            return False
        return link(self.before, self.street_id, proof.no, row.text) == proof.hash

    async def _what_happened(self) -> What:
        """Look ahead: the row that is missing here stands further on, or the next ones have moved up."""
        proof, row = await self.proofs.peek(), await self.rows.peek()
        if await self._follows(1, 1):
            return What.CHANGED
        for steps in range(1, AHEAD_MAX):
            other = await self.rows.peek(steps)
            if other is not None and self._is(other, proof):
                return What.INSERTED
            if row is not None and await self._follows(steps, 0):
                return What.REMOVED
            if other is None and await self.proofs.peek(steps) is None:
                break
        return What.CHANGED

    async def _follows(self, proof_steps: int, row_steps: int) -> bool:
        """Tell whether a row further on is what was signed under a number further on."""
        before, proof = await self.proofs.peek(proof_steps - 1), await self.proofs.peek(proof_steps)
        row = await self.rows.peek(row_steps)
        if before is None or proof is None or row is None or before.hash is None:
            return False
        return link(before.hash, self.street_id, proof.no, row.text) == proof.hash

    # A number without one.

    async def _unsigned(self, proof: Proof | None, row: Row) -> Finding | None:
        if self._links(row):
            sealed = row.is_sealed(self.seal_keys)
            self._pass(row, proof, row.hash, sound=sealed)
            return None if sealed else _not_ours(row)
        following = await self.rows.peek(1)
        if following is not None and self._links(following) and proof is None:
            return self._inserted(row, shifts=True)
        self._pass(row, proof, row.hash, sound=False)
        return Finding(row.no, row.no, What.CHANGED)

    def _links(self, row: Row) -> bool:
        """Tell whether a row goes on the chain: under its first number, or as it was recomputed."""
        if self.before is None:  # the row before is gone, and was named
            return True
        return row.hash in (
            link(self.before, self.street_id, self.number, row.text),
            link(self.carried, self.street_id, row.no, row.text),
        )

    # Going on.

    def _gap(self, proof: Proof | None, row: Row | None) -> Finding:
        """Numbers are missing here: rows are gone, or a row was put far behind the end."""
        if proof is not None or row is None:
            return self._removed(proof, self.number)
        if self.head is not None and row.no > self.head.no:
            return self._inserted(row)
        return self._removed(None, row.no - self.shift - 1)

    def _removed(self, proof: Proof | None, last: int) -> Finding:
        finding = Finding(self.number, last, What.REMOVED)
        if proof is not None:
            self.signed = proof.no
            self.proofs.drop()
        self.before = proof.hash if proof is not None else None
        self.number = last + 1
        return finding

    def _inserted(self, row: Row, *, shifts: bool = False) -> Finding:
        self.shift += shifts
        self.last, self.last_is_sound, self.carried = row, False, row.hash
        self.rows.drop()
        return Finding(row.no, row.no, What.INSERTED)

    def _pass(self, row: Row, proof: Proof | None, true_hash: bytes, *, sound: bool) -> None:
        if proof is not None:
            self.signed = proof.no
            self.proofs.drop()
        self.last, self.last_is_sound, self.carried = row, sound, row.hash
        self.before = true_hash
        self.number += 1
        self.rows.drop()

    def _at_the_end(self) -> Iterator[Finding]:
        """Compare the head with what was read."""
        end = self.last.no if self.last is not None else 0
        if self.head is None:
            yield Finding(end, end, What.REMOVED, of="head")
            return
        no = self.head.no
        if no >= self.number and not self.shift:
            yield Finding(self.number, no, What.REMOVED)
        if no < self.signed or (self.last_is_sound and self._head_is_off(end, self.head)):
            yield Finding(no, no, What.CHANGED, of="head")

    def _head_is_off(self, end: int, head: Head) -> bool:
        """Tell whether the head says another end than the last row; renumbered rows may have left it."""
        if head.no == end:
            return not self.shift and head.hash != self.carried
        return head.no < end - self.shift


def _not_ours(row: Row) -> Finding:
    return Finding(row.no, row.no, What.INSERTED, "not by the API")
