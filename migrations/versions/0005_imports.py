"""Spreadsheets that come in: imports, their files, what they made."""

from migrations import sql

revision = "0005"
down_revision = "0001"


def upgrade() -> None:
    sql.run("0005_imports.sql")
