"""Records are read by their subjects; proposals are taken back; contracts are withdrawn, and tell why."""

from migrations import sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    sql.run("0007_subjects.sql")
