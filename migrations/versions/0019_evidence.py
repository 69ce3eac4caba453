"""A cross-appointment keeps what shows it, and contracts come by a sheet."""

from migrations import sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    sql.run("0019_evidence.sql")
