"""Where a grid stood last is found without sorting: nearly every right that reaches a place asks it."""

from migrations import sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    sql.run("0007_last_place.sql")
