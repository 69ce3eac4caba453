"""Systems that can be cut off; by which appointment cases, runs and records were entered."""

from migrations import sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    sql.run("0004_mends.sql")
