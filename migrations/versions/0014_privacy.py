"""An erasure strikes the name from what people wrote about a person, and from answers that repeat it."""

from migrations import sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    sql.run("0014_privacy.sql")
