"""What an import made is taken back only within a range, and no appointment by which somebody acted."""

from migrations import sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    sql.run("0013_undo.sql")
