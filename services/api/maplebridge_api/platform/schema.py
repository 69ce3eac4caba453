"""How tables are declared: a street's first column is its street, a constraint is named after its problem.

A constraint's name is `<table>__<problem code>[__<field>]`; platform/problems.py reads it back, so that
what the database refuses is answered with our sentence and no slice needs a `try`.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, TSTZRANGE
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.compiler import DDLCompiler

from maplebridge_domain.problem import Problem

metadata = MetaData()

#: Every table as a street's or shared, parents first: the order in which a street is copied, erased or
#: distributed (DESIGN.md section 10). A test compares it with the catalogue.
STREET_TABLES = (
    "street",
    "event_head",
    "event",
    "signed_head",
    "idempotency",
    "grid",
    "grid_heir",
    "grid_placement",
    "household",
    "household_placement",
    "organisation",
    "grid_description",
    "person",
    "binding_code",
    "binding_try",
    "session",
    "post",
    "service_contract",
    "service_contract_end",
    "appointment",
    "appointment_history",
    "appointment_proposal",
    "committee_term",
    "committee_member",
    "dispute",
    "dispute_step",
    "rubric",
    "meeting",
    "attendance",
    "task",
    "ballot",
    "record",
    "evaluation_run",
    "evaluation_result",
    "import_run",
    "import_part",
    "import_made",
)
SHARED_TABLES = ("client", "client_secret", "login", "sandbox_clock")


class Names(StrEnum):
    """What a column names that no foreign key leads from: `Column(..., info={"names": Names.ACTOR})`.

    Whoever asks for all that is kept about them is shown the rows that name them so; a test finds the
    column that could and does not say (platform/references.py).
    """

    PERSON = "person"  # their id, where no foreign key can lead from
    APPOINTMENT = "appointment"  # its id
    ACTOR = "actor"  # persons/<id>, clients/<id>
    SUBJECT = "subject"  # people/<id>, appointments/<id>, ...
    WITHIN = "within"  # ids anywhere in JSON


class TemporalUnique(UniqueConstraint):
    """`UNIQUE (..., during WITHOUT OVERLAPS)`: unique at every instant (PostgreSQL 18)."""


class TemporalForeignKey(ForeignKeyConstraint):
    """`FOREIGN KEY (..., PERIOD during)`: what is referred to exists during the whole period."""


@compiles(TemporalUnique, "postgresql")
def _unique(constraint: TemporalUnique, compiler: DDLCompiler, **_: Any) -> str:
    *keys, during = [column.name for column in constraint.columns]
    return f"CONSTRAINT {constraint.name} UNIQUE ({', '.join(keys)}, {during} WITHOUT OVERLAPS)"


@compiles(TemporalForeignKey, "postgresql")
def _foreign_key(constraint: TemporalForeignKey, compiler: DDLCompiler, **_: Any) -> str:
    *keys, during = [column.name for column in constraint.columns]
    *targets, target_during = [element.column.name for element in constraint.elements]
    table = constraint.elements[0].column.table.name
    return (
        f"CONSTRAINT {constraint.name} FOREIGN KEY ({', '.join(keys)}, PERIOD {during}) "
        f"REFERENCES {table} ({', '.join(targets)}, PERIOD {target_during})"
    )


def street_table(name: str, *items: SchemaItem, key: tuple[str, ...] = ("id",)) -> Table:
    """Declare a table that belongs to a street: `street_id` leads its primary key."""
    if name not in STREET_TABLES:
        raise ValueError(f"list {name} in STREET_TABLES, after what it refers to")
    own_id = (
        [Column("id", Uuid, nullable=False, server_default=func.uuidv7())] if key == ("id",) else []
    )
    return Table(
        name,
        metadata,
        Column("street_id", Integer, nullable=False, autoincrement=False),
        *own_id,
        *items,
        PrimaryKeyConstraint("street_id", *key, name=f"{name}__id_taken"),
    )


def text(name: str, *, null: bool = False, names: Names | None = None) -> Column[str]:
    """Declare a column of text; its length is the request model's to limit."""
    return Column(name, Text, nullable=null, info={"names": names} if names else None)


def named(*, null: bool = False) -> list[Column[Any]]:
    """Declare a name with what it is found and listed by (maplebridge_domain.naming): written together."""
    keys = (
        Column(key, Text(collation="C"), nullable=null) for key in ("name_sought", "name_listed")
    )
    return [text("name", null=null), *keys]


def integer(name: str, *, null: bool = False, default: int | None = None) -> Column[int]:
    """Declare a column of whole numbers (32 bits)."""
    return Column(
        name, Integer, nullable=null, server_default=None if default is None else str(default)
    )


def capacity(name: str = "capacity") -> Column[Any]:
    """Declare by which appointment an act was done: beside every actor; none for a system or resident."""
    return Column(name, Uuid, info={"names": Names.APPOINTMENT})


def instant(name: str, *, null: bool = False) -> Column[Any]:
    """Declare a point in time, stored as UTC."""
    return Column(name, TIMESTAMP(timezone=True), nullable=null)


def during(*, null: bool = False, default: str | None = None) -> Column[Any]:
    """Declare the period in which the row holds."""
    return Column("during", TSTZRANGE, nullable=null, server_default=default)


def sealed(table: str, name: str) -> list[SchemaItem]:
    """Declare three columns for what is kept encrypted: sealed, masked to be shown, hashed to be found.

    A key is changed for all such columns (platform/rotation.py).
    """
    names = [f"{name}_encrypted", f"{name}_masked", f"{name}_hash"]
    return [
        Column(names[0], LargeBinary),
        Column(names[1], Text),
        Column(names[2], LargeBinary),
        CheckConstraint(f"num_nonnulls({', '.join(names)}) IN (0, 3)", name=f"{table}__{name}"),
    ]


def secret(column: Column[Any]) -> Column[Any]:
    """Declare that a column proves something or hides something: it leaves by no export."""
    column.info["secret"] = True
    return column


def free(column: Column[Any]) -> Column[Any]:
    """Declare that people write in a column what they like: an erasure looks for the name there.

    Not the texts of cases: a person reads these before anything is struck from them.
    """
    column.info["free"] = True
    return column


def version() -> Column[int]:
    """Declare the number of the representation: the strong ETag."""
    return Column("version", Integer, nullable=False, server_default="1")


def one_of(
    table: str,
    name: str,
    values: type[StrEnum],
    *,
    null: bool = False,
    tells_of: str | None = None,
) -> list[SchemaItem]:
    """Declare a column that holds one code of an enumeration, and the check that it does."""
    listed = ", ".join(f"'{value}'" for value in values)
    return [
        Column(name, Text, nullable=null, info={"tells_of": tells_of} if tells_of else None),
        CheckConstraint(f"{name} IN ({listed})", name=f"{table}__{name}"),
    ]


def some_of(table: str, name: str, values: type[StrEnum]) -> list[SchemaItem]:
    """Declare a column that holds one or several codes of an enumeration, and the check that it does."""
    listed = ", ".join(f"'{value}'" for value in values)
    known = f"cardinality({name}) > 0 AND {name} <@ ARRAY[{listed}]"
    return [
        Column(name, ARRAY(Text), nullable=False),
        CheckConstraint(known, name=f"{table}__{name}"),
    ]


def reference(
    table: str, name: str, to: str, *, null: bool = False, target: str = "id"
) -> list[SchemaItem]:
    """Declare a column that names a row of the same street, and its foreign key."""
    return [
        Column(name, Uuid, nullable=null),
        ForeignKeyConstraint(
            ["street_id", name],
            [f"{to}.street_id", f"{to}.{target}"],
            name=f"{table}__unknown_reference__{name}",
        ),
    ]


def in_street(table: str) -> ForeignKeyConstraint:
    """Declare that the row's street exists."""
    return ForeignKeyConstraint(
        ["street_id"], ["street.street_id"], name=f"{table}__unknown_reference__street_id"
    )


def unique(table: str, *columns: str, unless: type[Problem]) -> UniqueConstraint:
    """Declare that no two rows of a street share the columns; named after the problem it means."""
    return UniqueConstraint("street_id", *columns, name=f"{table}__{unless.code}")


def without_overlaps(table: str, *columns: str, unless: type[Problem]) -> TemporalUnique:
    """Declare that no two rows of a street share the columns at the same time."""
    return TemporalUnique("street_id", *columns, "during", name=f"{table}__{unless.code}")


def within(
    table: str, name: str, to: str, *, unless: type[Problem], field: str
) -> TemporalForeignKey:
    """Declare that the row named by `name`, a request's `field`, holds during this row's whole period."""
    return TemporalForeignKey(
        ["street_id", name, "during"],
        [f"{to}.street_id", f"{to}.id", f"{to}.during"],
        name=f"{table}__{unless.code}__{field}",
    )
