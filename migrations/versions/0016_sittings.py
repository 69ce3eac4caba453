"""When committees sit is to be seen by who seats somebody in one."""

from migrations import sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    sql.run("0016_sittings.sql")
