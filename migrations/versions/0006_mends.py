"""Systems that can be cut off; by which appointment cases, runs and records were entered."""

from migrations import sql

revision = "0006"
down_revision = "0003"


def upgrade() -> None:
    sql.run("0006_mends.sql")
