"""An address of a unit is one household's at a time: where a household lives tells its address, too."""

from migrations import sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    sql.run("0007_import_parts.sql")
