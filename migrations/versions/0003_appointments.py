"""Why appointments and contracts end, what they said before, and how appointments are proposed."""

from migrations import sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    sql.run("0003_appointments.sql")
