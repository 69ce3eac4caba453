"""What is asked of rows that hold for a time: whose they are, and whether they hold now, or then."""

from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, FromClause, and_, bindparam, func

#: The instant that is asked for.
AT: ColumnElement[datetime] = bindparam("at", type_=DateTime(timezone=True))


def of(table: FromClause, owner: FromClause, column: str = "grid_id") -> ColumnElement[bool]:
    """Say that a dated row is of an owner."""
    return and_(table.c.street_id == owner.c.street_id, table.c[column] == owner.c.id)


def lasts(table: FromClause) -> ColumnElement[bool]:
    """Say that a dated row holds now: a change closes it and adds another."""
    return func.upper_inf(table.c.during)


def then(table: FromClause) -> ColumnElement[bool]:
    """Say that a dated row holds at the instant."""
    return table.c.during.contains(AT)
