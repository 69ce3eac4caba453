"""Organisations that end, whom they answer to, the filing of contracts."""

from migrations import sql

revision = "0003"
down_revision = "0005"


def upgrade() -> None:
    sql.run("0003_organisations.sql")
