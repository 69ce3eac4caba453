"""A file in a request's body: taken piece by piece, sealed before it reaches a disk."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from tempfile import SpooledTemporaryFile
from typing import Annotated
from uuid import UUID

from fastapi import Request

from maplebridge_domain.importing import UnsupportedFile
from maplebridge_domain.spreadsheet import FileNotReadable

from .ids import new_id
from .personal import keyring, place
from .request import Once, asked_for, key_of
from .routing import Filled

PART_BYTES = 1_000_000
SPOOLED_BYTES = 4_000_000
#: Of old Office files, and of new ones with a password.
_OLE = b"\xd0\xcf\x11\xe0"
MEDIA_TYPES = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",  # what some browsers call a CSV file
)


def part_place(id: UUID, kind: str, no: int) -> str:
    """Name the place for which a piece of a file is sealed."""
    return place("import_part", id, f"{kind}/{no}")


class Upload:
    """A file as it comes: the id that it is to have, its sealed pieces, and the key it came under."""

    def __init__(self, key: str | None, head: str) -> None:
        self.id = new_id()
        self._key = key
        self._digest = hashlib.sha256(head.encode())
        self._file = SpooledTemporaryFile(SPOOLED_BYTES)  # noqa: SIM115 - the route closes it
        self._sizes: list[int] = []

    @property
    def once(self) -> Once:
        """The key under which it is taken once."""
        return Once(self._key, self._digest.digest() if self._key else b"")

    async def take(self, pieces: AsyncIterator[bytes]) -> None:
        """Take the file.

        Raises:
            FileNotReadable: it is empty.
            UnsupportedFile: it is an old Office file, or one with a password.
        """
        pending = bytearray()
        async for piece in pieces:
            self._digest.update(piece)
            pending += piece
            while len(pending) >= PART_BYTES:
                self._keep(bytes(pending[:PART_BYTES]))
                del pending[:PART_BYTES]
        if pending:
            self._keep(bytes(pending))
        if not self._sizes:
            raise FileNotReadable()

    def _keep(self, piece: bytes) -> None:
        if not self._sizes and piece.startswith(_OLE):
            raise UnsupportedFile()
        sealed = keyring().seal_bytes(piece, part_place(self.id, "upload", len(self._sizes)))
        self._file.write(sealed)
        self._sizes.append(len(sealed))

    def parts(self) -> Iterator[bytes]:
        """Return the pieces, each sealed for its place."""
        self._file.seek(0)
        for size in self._sizes:
            yield self._file.read(size)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


async def upload(request: Request) -> Upload:
    """Take a spreadsheet from the request's body; the route closes it.

    Raises:
        UnsupportedFile, FileNotReadable, IdempotencyKeyInvalid.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise UnsupportedFile()
    taken = Upload(key_of(request), asked_for(request, str(request.url)))
    try:
        await taken.take(request.stream())
    except BaseException:
        taken.close()
        raise
    return taken


Uploaded = Annotated[Upload, Filled(upload, takes_key=True)]
