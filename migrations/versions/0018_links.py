"""An import that says what grids have besides can be undone."""

from migrations import sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    sql.run("0018_links.sql")
