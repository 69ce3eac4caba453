"""The notice board lists who holds an office by pinyin."""

from migrations import sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    sql.run("0017_board.sql")
