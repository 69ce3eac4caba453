"""An address of a unit is one household's at a time: where a household lives tells its address, too."""

from migrations import sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    sql.run("0009_import_parts.sql")
