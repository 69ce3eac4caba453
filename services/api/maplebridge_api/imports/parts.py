"""Files in pieces, each sealed for its place: a sheet may name people."""

from collections.abc import AsyncIterator, Iterator
from typing import IO
from uuid import UUID

from ..platform.database import Transaction
from ..platform.personal import keyring
from ..platform.uploads import PART_BYTES, part_place
from . import queries


def sealed_parts(id: UUID, kind: str, file: IO[bytes]) -> Iterator[bytes]:
    """Read a file in sealed pieces."""
    file.seek(0)
    no = 0
    while piece := file.read(PART_BYTES):
        yield keyring().seal_bytes(piece, part_place(id, kind, no))
        no += 1


async def fetch(tx: Transaction, id: UUID, file: IO[bytes]) -> None:
    """Write a file that came into another, which nobody else can open."""
    async for piece in pieces_of(tx, id, "upload"):
        file.write(piece)


async def pieces_of(tx: Transaction, id: UUID, kind: str) -> AsyncIterator[bytes]:
    """Return a file's pieces as they were."""
    no = 0
    while sealed := await tx.maybe(queries.PART, id=id, kind=kind, no=no):
        yield keyring().unseal_bytes(sealed, part_place(id, kind, no))
        no += 1
