"""What a grid has: security equipment, halls, a central household, the party organisation that leads it."""

from migrations import sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    sql.run("0012_grid_attributes.sql")
