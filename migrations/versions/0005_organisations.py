"""Organisations that end, whom they answer to, the filing of contracts."""

from migrations import sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    sql.run("0005_organisations.sql")
