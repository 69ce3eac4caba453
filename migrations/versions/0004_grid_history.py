"""The grid with its history: what it is called, and where households live, from when to when."""

from migrations import sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    sql.run("0004_grid_history.sql")
