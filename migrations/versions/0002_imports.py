"""Spreadsheets that come in: imports, their files, what they made."""

from migrations import sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    sql.run("0002_imports.sql")
