"""What was entered before the grid had a history is kept by the migration that gives it one."""

from pathlib import Path

import asyncpg

from tests.conftest import Databases
from tests.world import TIANQIAO, id_of

VERSIONS = Path("migrations/versions")
#: name, level, parent, path, since: two units of one community bear number 001.
GRIDS = (
    ("street", "street", None, "", "2026-06-01"),
    ("community", "community", "street", "/001", "2026-06-01"),
    ("one", "quarter", "community", "/001/0001", "2026-06-01"),
    ("two", "quarter", "community", "/001/0002", "2025-06-01"),
    ("unit of one", "unit", "one", "/001/0001/001", "2026-01-01"),
    ("unit of two", "unit", "two", "/001/0002/001", "2025-06-01"),
    ("other of two", "unit", "two", "/001/0002/002", "2025-06-01"),
)


async def run(connection: asyncpg.Connection, file: str) -> None:
    for statement in (VERSIONS / file).read_text(encoding="utf-8").split(";\n\n"):
        await connection.execute(statement)


async def test_grids_and_households_are_as_they_were_since_they_were_entered(
    databases: Databases,
) -> None:
    await databases.executes("CREATE DATABASE before")
    connection = await asyncpg.connect(databases.url("before"))
    await run(connection, "0001_first.sql")
    await run(connection, "0002_imports.sql")
    await run(connection, "0003_appointments.sql")
    await run(connection, "0004_mends.sql")
    await run(connection, "0005_organisations.sql")
    await connection.execute(f"INSERT INTO street VALUES ({TIANQIAO}, '街道', '区', '市', '省')")
    for name, level, parent, path, since in GRIDS:
        await connection.execute(
            "INSERT INTO grid (street_id, id, level, name, management) VALUES ($1, $2, $3, $4, $5)",
            *(TIANQIAO, id_of(name), level, name, "three_nos" if level == "quarter" else None),
        )
        await connection.execute(
            "INSERT INTO grid_placement (street_id, grid_id, parent_id, path, during)"
            " VALUES ($1, $2, $3, $4, tstzrange($5::text::date, NULL))",
            *(TIANQIAO, id_of(name), parent and id_of(parent), f"{TIANQIAO}{path}", since),
        )
    await connection.execute(
        "INSERT INTO household (street_id, grid_id, address, residents) VALUES ($1, $2, '1室', 3)",
        *(TIANQIAO, id_of("unit of two")),
    )

    await run(connection, "0006_grid_history.sql")

    found = await connection.fetch(
        "SELECT d.name, p.unit_code, lower(p.during)::date::text AS since, d.during = p.during,"
        " d.management FROM grid_placement p JOIN grid_description d USING (grid_id) ORDER BY path"
    )
    assert [tuple(row) for row in found] == [
        ("street", None, None, True, None),
        ("community", None, "2025-06-01", True, None),
        ("one", None, "2026-01-01", True, "three_nos"),
        ("unit of one", "411104001001001", "2026-01-01", True, None),
        ("two", None, "2025-06-01", True, "three_nos"),
        ("other of two", "411104001001002", "2025-06-01", True, None),
        ("unit of two", "411104001001003", "2025-06-01", True, None),
    ]
    [home] = await connection.fetch(
        "SELECT h.address, p.grid_id::text, p.residents, lower(p.during)::date::text"
        " FROM household h JOIN household_placement p ON p.household_id = h.id"
    )
    assert tuple(home) == ("1室", id_of("unit of two"), 3, "2025-06-01")

    # Entered once more since, and elsewhere: what is there twice is told apart, nothing is lost.
    for unit in ("unit of two", "other of two"):
        await connection.execute(
            "WITH made AS (INSERT INTO household (street_id, address) VALUES ($1, '1室') RETURNING id)"
            " INSERT INTO household_placement (street_id, household_id, grid_id, residents, during)"
            " SELECT $1, id, $2, 4, '[2026-06-01,)' FROM made",
            *(TIANQIAO, id_of(unit)),
        )
    await run(connection, "0007_last_place.sql")
    await run(connection, "0011_import_parts.sql")
    homes = await connection.fetch("SELECT grid_id::text, address FROM household_placement")
    assert sorted(map(tuple, homes)) == sorted(
        [
            (id_of("unit of two"), "1室"),
            (id_of("unit of two"), "1室（重复2）"),
            (id_of("other of two"), "1室"),
        ]
    )
    await connection.close()
    await databases.executes("DROP DATABASE before")
