"""An erasure strikes the name from what people wrote about a person, and from answers that repeat it."""

from migrations import sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    sql.run("0015_privacy.sql")
