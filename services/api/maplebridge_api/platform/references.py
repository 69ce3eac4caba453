"""Which columns of which tables name a person: by foreign keys, or by what a column says of itself.

Whoever asks for all that is kept about them, and whoever merges two entries, walks these: so a new table
cannot be forgotten. `unsaid` lists the columns that could name a person and do not say whether.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    Update,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from .database import in_scope
from .schema import Names

#: What of the rows is asked for: ids of a person's entries, of their appointments, and both as paths.
PERSON_IDS: ColumnElement[Any] = bindparam("person_ids", type_=ARRAY(Uuid()))
APPOINTMENT_IDS: ColumnElement[Any] = bindparam("appointment_ids", type_=ARRAY(Uuid()))
ACTORS: ColumnElement[Any] = bindparam("actors", type_=ARRAY(Text))
SUBJECTS: ColumnElement[Any] = bindparam("subjects", type_=ARRAY(Text))
ANY_ID: ColumnElement[Any] = bindparam("any_id", type_=Text)  # a pattern: one id or another


@dataclass(frozen=True)
class Reference:
    """A column that names a person, and how."""

    table: Table
    column: str
    names: Names | None  # none: the person's id itself, by a foreign key

    @property
    def is_person(self) -> bool:
        """Tell whether it holds the person's id itself: what a merger changes."""
        return self.names in (None, Names.PERSON)

    def found(self) -> ColumnElement[bool]:
        """Write the condition that a row names the person who is asked about."""
        column = self.table.c[self.column]
        if self.names is Names.WITHIN:
            return cast(column, Text).regexp_match(ANY_ID)
        asked = {
            None: PERSON_IDS,
            Names.PERSON: PERSON_IDS,
            Names.APPOINTMENT: APPOINTMENT_IDS,
            Names.ACTOR: ACTORS,
            Names.SUBJECT: SUBJECTS,
        }[self.names]
        return column == func.any(asked)


def references(metadata: MetaData) -> Iterator[Reference]:
    """List all references to persons, in the order of tables and columns."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            said = column.info.get("names")
            if said is not None:
                yield Reference(table, column.name, Names(said))
            elif _leads_to(table, column.name, "appointment"):
                yield Reference(table, column.name, Names.APPOINTMENT)
            elif _leads_to(table, column.name, "person"):
                yield Reference(table, column.name, None)


def unsaid(metadata: MetaData) -> Iterator[str]:
    """List columns of ids that neither a foreign key nor their own word explains."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            is_id = isinstance(column.type, Uuid) and column.name != "id"
            if is_id and not column.info.get("names") and not _targets(table, column.name):
                yield f"{table.name}.{column.name}"


def _targets(table: Table, name: str) -> list[tuple[Table, str]]:
    """Return the columns that the foreign keys of a column of ids, temporal ones too, lead to."""
    if not isinstance(table.c[name].type, Uuid):
        return []
    return [
        (element.column.table, element.column.name)
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
        for element in constraint.elements
        if element.parent.name == name
    ]


def _leads_to(table: Table, name: str, wanted: str) -> bool:
    """Tell whether a column's foreign keys end in the ids of a table, directly or over another one."""
    return any(
        (target.name, column) == (wanted, "id")
        or (column != "id" and _leads_to(target, column, wanted))
        for target, column in _targets(table, name)
    )


def rows_about_person(table: Table, found: list[Reference]) -> Select[Any]:
    """Write the rows of a table that name a person, as JSON, oldest first where that can be told.

    Without what is declared `secret`: hashes that prove a session, what is sealed. What tells of another
    person (who marked them, say) is left out of a row that names them otherwise.
    """
    parts: list[ColumnElement[Any]] = []
    for column in table.columns:
        if not column.info.get("secret"):
            parts += [literal_column(f"'{column.name}'"), column]
    row: ColumnElement[Any] = func.jsonb_build_object(*parts)
    hidden: dict[str, list[str]] = {}
    for column in table.columns:
        if teller := column.info.get("tells_of"):
            hidden.setdefault(teller, []).append(column.name)
    for teller, names in hidden.items():
        own = next(one.found() for one in found if one.column == teller)
        listed: ColumnElement[Any] = literal_column(
            "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]"
        )
        row = case((own, row), else_=row.op("-")(listed))
    return (
        select(func.coalesce(func.jsonb_agg(row), literal_column("'[]'::jsonb")))
        .select_from(table)
        .where(
            in_scope(table),
            table.c.street_id == bindparam("street_id", type_=Integer),
            or_(*(one.found() for one in found)),
        )
    )


def repointed(reference: Reference) -> Update:
    """Write the change that lets rows which name one entry of a person name another one."""
    table = reference.table
    column = table.c[reference.column]
    values: dict[str, Any] = {reference.column: bindparam("into", type_=Uuid)}
    if "version" in table.c:
        values["version"] = table.c.version + literal_column("1")
    return (
        update(table)
        .where(in_scope(table), column == bindparam("id", type_=Uuid))
        .values(values)
        .returning(table.c.street_id)
    )
