"""Records are read by their subjects; proposals are taken back; contracts are withdrawn, and tell why."""

from migrations import sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    sql.run("0010_subjects.sql")
