"""Committees' terms, from election to hand-over, and who was elected."""

from migrations import sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    sql.run("0007_committees.sql")
