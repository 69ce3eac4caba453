"""Names in what people have written: struck from the rows of who is erased, named where others' rows say them.

All columns that are declared `free` (platform/schema.py); the texts of cases have their own verb, redaction.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from maplebridge_domain.person import STRUCK

from ..platform.database import Statement, Transaction, an_id, in_scope
from ..platform.references import Reference, references
from ..platform.schema import metadata

_STREET_ID = bindparam("street_id", type_=Integer)
_SAID: ColumnElement[str] = bindparam("said", type_=Text)
_SAID_IN_JSON: ColumnElement[str] = bindparam("said_in_json", type_=Text)
_STRUCK: ColumnElement[str] = literal_column(f"'{STRUCK}'")
_ALL: ColumnElement[str] = literal_column("'g'")


def patterns(words: Sequence[str]) -> dict[str, str]:
    """Write some words as patterns of PostgreSQL: in a text, and in JSON, where they are no member's name.

    A word of Latin letters or digits is one by itself: no part of another, nor of a digest.
    """
    one = "|".join(_pattern(word) for word in sorted(words, key=len, reverse=True))
    return {"said": f"(?:{one})", "said_in_json": f'(?:{one})(?![^"]*"\\s*:)'}


def _pattern(word: str) -> str:
    before = r"(?<![0-9A-Za-z])" if re.match("[0-9A-Za-z]", word) else ""
    after = r"(?![0-9A-Za-z])" if re.search("[0-9A-Za-z]$", word) else ""
    return before + re.escape(word) + after


async def strike(
    tx: Transaction, street_id: int, named: Mapping[str, Any], words: Sequence[str]
) -> None:
    """Strike words from the texts of rows that name a person, and from what was answered about these."""
    if not words:
        return
    said = patterns(words)
    struck: list[UUID] = []
    for statement in _strikes():
        struck += await tx.all(statement, **named, **said)
    await tx.run(
        _STRIKE_ANSWERS,
        street_id=street_id,
        ids=[str(id_) for id_ in struck],
        said_in_json=said["said_in_json"],
    )


async def saying(tx: Transaction, street_id: int, words: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows whose texts say one of some words, by table and id."""
    said = patterns(words)
    return [
        {"table": table, "id": id_}
        for table, statement in _searches().items()
        for id_ in (await tx.all(statement, street_id=street_id, **said) if words else [])
    ]


def free_columns(table: Table) -> list[Column[Any]]:
    """List the columns of a table in which people write what they like."""
    return [column for column in table.c if column.info.get("free")]


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSONB)


def _says(column: Column[Any]) -> ColumnElement[bool]:
    return cast(column, Text).regexp_match(_SAID_IN_JSON if _is_json(column) else _SAID)


def _without(column: Column[Any]) -> ColumnElement[Any]:
    pattern = _SAID_IN_JSON if _is_json(column) else _SAID
    return cast(func.regexp_replace(cast(column, Text), pattern, _STRUCK, _ALL), column.type)


@cache  # when first asked for: by then every slice has declared its tables
def _searches() -> dict[str, Statement[UUID]]:
    return {
        table.name: Statement(
            select(table.c.id)
            .where(in_scope(table), table.c.street_id == _STREET_ID, or_(*map(_says, columns)))
            .order_by(table.c.id),
            an_id,
        )
        for table in metadata.sorted_tables
        if (columns := free_columns(table))
    }


@cache
def _strikes() -> list[Statement[UUID]]:
    found = groupby(references(metadata), key=lambda one: one.table)
    return [_striking(table, list(names)) for table, names in found if free_columns(table)]


def _striking(table: Table, found: list[Reference]) -> Statement[UUID]:
    columns = free_columns(table)
    values = {column.name: _without(column) for column in columns}
    if "version" in table.c:
        values["version"] = table.c.version + literal_column("1")
    return Statement(
        update(table)
        .where(
            in_scope(table),
            table.c.street_id == _STREET_ID,
            or_(*(one.found() for one in found)),
            or_(*map(_says, columns)),
        )
        .values(values)
        .returning(table.c.id),
        an_id,
    )


_STRIKE_ANSWERS = Statement(
    select(
        func.mb_strike_answers(
            _STREET_ID, bindparam("ids", type_=ARRAY(Text)), _SAID_IN_JSON, _STRUCK
        )
    ),
    str,
)
