"""What a grid has: security equipment, halls, a central household, the party organisation that leads it."""

from migrations import sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    sql.run("0009_grid_attributes.sql")
