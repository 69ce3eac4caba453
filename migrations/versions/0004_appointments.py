"""Why appointments and contracts end, what they said before, and how appointments are proposed."""

from migrations import sql

revision = "0004"
down_revision = "0001"


def upgrade() -> None:
    sql.run("0004_appointments.sql")
