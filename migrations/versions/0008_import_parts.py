"""An address of a unit is one household's at a time: where a household lives tells its address, too."""

from migrations import sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    sql.run("0008_import_parts.sql")
