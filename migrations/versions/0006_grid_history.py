"""The grid with its history: what it is called, and where households live, from when to when."""

from migrations import sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    sql.run("0006_grid_history.sql")
