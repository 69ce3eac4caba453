"""What an import made is taken back only within a range, and no appointment by which somebody acted."""

from migrations import sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    sql.run("0014_undo.sql")
