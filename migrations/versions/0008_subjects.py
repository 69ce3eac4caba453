"""Records are read by their subjects; proposals are taken back; contracts are withdrawn, and tell why."""

from migrations import sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    sql.run("0008_subjects.sql")
