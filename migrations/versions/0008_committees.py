"""Committees' terms, from election to hand-over, and who was elected."""

from migrations import sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    sql.run("0008_committees.sql")
