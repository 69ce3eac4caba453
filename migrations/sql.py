"""A migration's statements live in a .sql file beside it, where they read as what they are."""

from pathlib import Path

from alembic import op


def run(file: str) -> None:
    """Execute the statements of a file beside the migrations, one by one.

    A statement ends with a semicolon and an empty line, so that function bodies stay whole.
    """
    text = (Path(__file__).parent / "versions" / file).read_text(encoding="utf-8")
    for statement in text.split(";\n\n"):
        op.get_bind().exec_driver_sql(statement)
