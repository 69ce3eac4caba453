"""The grid with its history: what it is called, and where households live, from when to when."""

from migrations import sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    sql.run("0002_grid_history.sql")
