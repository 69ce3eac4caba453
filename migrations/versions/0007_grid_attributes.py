"""What a grid has: security equipment, halls, a central household, the party organisation that leads it."""

from migrations import sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    sql.run("0007_grid_attributes.sql")
