"""An address of a unit is one household's at a time: where a household lives tells its address, too."""

from migrations import sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    sql.run("0011_import_parts.sql")
