"""Records are read by their subjects; proposals are taken back; contracts are withdrawn, and tell why."""

from migrations import sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    sql.run("0009_subjects.sql")
