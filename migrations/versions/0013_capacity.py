"""An account acts in no office that the code which bound it did not let it into."""

from migrations import sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    sql.run("0013_capacity.sql")
