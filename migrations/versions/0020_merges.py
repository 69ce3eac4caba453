"""Which grid stood for one that was merged, at every instant: also where that was merged in its turn."""

from migrations import sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    sql.run("0020_merges.sql")
