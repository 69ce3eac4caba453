"""The first schema."""

from alembic import op

from migrations import sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Roles belong to the server, not to one database, and outlive it.
    for role in ("mb_api", "mb_evaluator"):
        op.execute(
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    sql.run("0001_first.sql")
