"""Seal anew, with the newest key, what is sealed with an older one, while the service goes on.

An operator's act, as the owner of the database, over all streets. It takes some rows at a time and
writes each back only if nobody has changed it meanwhile; stopped and started again, it goes on with
what is left.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Table,
    Uuid,
    bindparam,
    column,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from .database import EVERYWHERE, Statement
from .personal import CannotUnseal, Keyring, hash_purpose, place
from .schema import metadata

ENCRYPTED = "_encrypted"


@dataclass(frozen=True)
class Sealed:
    """Something that is sealed: of which street and row, and how it stands there."""

    street_id: int
    id: UUID
    sealed: bytes


@dataclass
class Progress:
    """How far a rotation is: sealed anew, changed by somebody else meanwhile, and not to be unsealed."""

    done: int = 0
    passed_over: int = 0
    lost: int = 0


class SealedColumn:
    """A column that `schema.sealed` declared, with the statements that rotate it."""

    def __init__(self, table: Table, name: str) -> None:
        self.table = table.name
        self.name = name
        sealed, hashed = table.c[f"{name}{ENCRYPTED}"], table.c[f"{name}_hash"]
        key: tuple[ColumnElement[Any], ...] = (table.c.street_id, table.c.id)
        head = func.substr(sealed, literal_column("1"), func.length(_HEAD))
        old = (sealed.is_not(None), head != _HEAD)
        after = tuple_(bindparam("street_id", type_=Integer), bindparam("id", type_=Uuid))
        self.some = Statement(
            select(*key, sealed)
            .where(*old, tuple_(*key) > after)
            .order_by(*key)
            .limit(bindparam("limit", type_=Integer)),
            Sealed,
        )
        new = _new_rows()
        self.put_back = Statement(
            update(table)
            .where(
                table.c.street_id == new.c.street_id, table.c.id == new.c.id, sealed == new.c.before
            )
            .values({sealed: new.c.sealed, hashed: new.c.hashed})
            .returning(table.c.id),
            lambda id_: id_,
        )
        self.left = Statement(select(func.count()).select_from(table).where(*old), int)


_HEAD: ColumnElement[bytes] = bindparam("head", type_=LargeBinary)


def _new_rows() -> Any:
    """Write the rows that are put back, as a table: five arrays, one a column."""
    arrays = (
        bindparam("street_ids", type_=ARRAY(Integer)),
        bindparam("ids", type_=ARRAY(Uuid())),
        bindparam("befores", type_=ARRAY(LargeBinary)),
        bindparam("sealeds", type_=ARRAY(LargeBinary)),
        bindparam("hasheds", type_=ARRAY(LargeBinary)),
    )
    names = (
        column("street_id", Integer),
        column("id", Uuid),
        column("before", LargeBinary),
        column("sealed", LargeBinary),
        column("hashed", LargeBinary),
    )
    return func.unnest(*arrays).table_valued(*names, name="new").render_derived()


def sealed_columns() -> list[SealedColumn]:
    """Find every sealed column of every table.

    Raises:
        RuntimeError: no slice has declared its tables; that nothing is sealed would be a dangerous answer.
    """
    found = [
        SealedColumn(table, one.name.removesuffix(ENCRYPTED))
        for table in metadata.sorted_tables
        for one in table.columns
        if one.name.endswith(ENCRYPTED)
    ]
    if not found:
        raise RuntimeError("import maplebridge_api.main first")
    return found


async def rotate(
    connection: "asyncpg.Connection[Any]", keys: Keyring, batch: int = 500
) -> AsyncGenerator[Progress, None]:
    """Seal everything with the newest key; tells how far it is after each batch."""
    progress = Progress()
    head = f"{keys.newest}:".encode()
    for sealed in sealed_columns():
        last = Sealed(-1, UUID(int=0), b"")
        while rows := await _all(
            connection, sealed.some, head=head, street_id=last.street_id, id=last.id, limit=batch
        ):
            last = rows[-1]
            await _seal_anew(connection, sealed, keys, rows, progress)
            yield progress


async def left_over(connection: "asyncpg.Connection[Any]", keys: Keyring) -> int:
    """Count what is still sealed with another key than the newest."""
    head = f"{keys.newest}:".encode()
    return sum([(await _all(connection, one.left, head=head))[0] for one in sealed_columns()])


async def _seal_anew(
    connection: "asyncpg.Connection[Any]",
    sealed: SealedColumn,
    keys: Keyring,
    rows: list[Sealed],
    progress: Progress,
) -> None:
    new: list[tuple[Sealed, bytes, bytes]] = []
    for row in rows:
        where = place(sealed.table, row.id, sealed.name)
        try:
            text = keys.unseal(row.sealed, where)
        except CannotUnseal:
            progress.lost += 1
            continue
        new.append((row, keys.seal(text, where), keys.hashes(hash_purpose(sealed.name), text)[0]))
    written = await _all(
        connection,
        sealed.put_back,
        street_ids=[row.street_id for row, _, _ in new],
        ids=[row.id for row, _, _ in new],
        befores=[row.sealed for row, _, _ in new],
        sealeds=[again for _, again, _ in new],
        hasheds=[hashed for _, _, hashed in new],
    )
    progress.done += len(written)
    progress.passed_over += len(new) - len(written)


async def _all(
    connection: "asyncpg.Connection[Any]", statement: Statement[Any], **values: Any
) -> list[Any]:
    records = await connection.fetch(*statement.prepare(EVERYWHERE, values))
    return [statement.row(*record) for record in records]
