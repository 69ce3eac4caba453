"""Names are found by a part and listed by pinyin: by keys beside them, made as they are by the service."""

import sqlalchemy as sa
from alembic import op

from maplebridge_domain.naming import listed, sought
from migrations import sql

revision = "0009"
down_revision = "0008"

#: Names that are read and written again at a time.
BATCH = 10_000


def upgrade() -> None:
    sql.run("0009_names_1_keys.sql")
    for table in ("organisation", "person"):
        _fill(table, of_person=table == "person")
    sql.run("0009_names_2_order.sql")


def _fill(table: str, *, of_person: bool) -> None:
    names = sa.table(
        table,
        sa.column("street_id", sa.Integer),
        sa.column("id", sa.Uuid),
        sa.column("name", sa.Text),
        sa.column("name_sought", sa.Text),
        sa.column("name_listed", sa.Text),
    )
    unfilled = (
        sa.select(names.c.street_id, names.c.id, names.c.name)
        .where(names.c.name.is_not(None), names.c.name_listed.is_(None))
        .limit(BATCH)
    )
    fill = (
        names.update()
        .where(
            names.c.street_id == sa.bindparam("of_street"),
            names.c.id == sa.bindparam("named"),
        )
        .values(name_sought=sa.bindparam("by_part"), name_listed=sa.bindparam("by_pinyin"))
    )
    while rows := op.get_bind().execute(unfilled).all():
        op.get_bind().execute(
            fill,
            [
                {
                    "of_street": row.street_id,
                    "named": row.id,
                    "by_part": sought(row.name),
                    "by_pinyin": listed(row.name, of_person=of_person),
                }
                for row in rows
            ],
        )
