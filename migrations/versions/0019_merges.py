"""Which grid stood for one that was merged, at every instant: also where that was merged in its turn."""

from migrations import sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    sql.run("0019_merges.sql")
