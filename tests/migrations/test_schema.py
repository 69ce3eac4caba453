"""The migrated database, the models and the rules of the schema, held against one another."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from maplebridge_api.main import SLICES
from maplebridge_api.platform.database import DIALECT
from maplebridge_api.platform.schema import SHARED_TABLES, STREET_TABLES, metadata
from maplebridge_domain.problem import Problem
from tests.conftest import Databases

assert SLICES  # importing the application has declared every table

COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY($1)
    ORDER BY 1, 2
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text = ANY($1)
      AND contype <> 'n' ORDER BY 1, 2
"""
INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = ANY($1) ORDER BY 1, 2
"""
TABLES = [*STREET_TABLES, *SHARED_TABLES]


@pytest.fixture
async def migrated(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(databases.url("maplebridge"))
    yield connection
    await connection.close()


async def rows(connection: asyncpg.Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.fetch(query, *values)]


async def test_what_was_migrated_is_what_the_models_say(
    databases: Databases, migrated: asyncpg.Connection
) -> None:
    await databases.executes("CREATE DATABASE models")
    models = await asyncpg.connect(databases.url("models"))
    await models.execute("CREATE EXTENSION btree_gist")
    for name in TABLES:
        table = metadata.tables[name]
        await models.execute(str(CreateTable(table).compile(dialect=DIALECT)))
        for index in table.indexes:
            await models.execute(str(CreateIndex(index).compile(dialect=DIALECT)))
    for query in (COLUMNS, CONSTRAINTS, INDEXES):
        assert await rows(models, query, TABLES) == await rows(migrated, query, TABLES)
    await models.close()
    await databases.executes("DROP DATABASE models")


async def test_the_lists_of_tables_are_whole(migrated: asyncpg.Connection) -> None:
    found = await rows(
        migrated,
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> 'alembic_version'",
    )
    assert {name for (name,) in found} == set(TABLES)


async def test_parents_are_listed_before_what_refers_to_them(migrated: asyncpg.Connection) -> None:
    references = await rows(
        migrated,
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f'",
    )
    for child, parent in references:
        assert TABLES.index(parent) <= TABLES.index(child), (child, parent)


async def test_every_table_of_a_street_is_isolated_by_force(migrated: asyncpg.Connection) -> None:
    isolated = await rows(
        migrated,
        "SELECT c.relname::text FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = 'street_range'"
        " AND p.polcmd = '*' AND p.polpermissive",
    )
    assert {name for (name,) in isolated} == set(STREET_TABLES)
    policies = await migrated.fetchval(
        "SELECT count(DISTINCT pg_get_expr(polqual, polrelid)) FROM pg_policy"
    )
    assert policies == 1


async def test_a_street_leads_every_key_index_and_reference(migrated: asyncpg.Connection) -> None:
    leading = await rows(
        migrated,
        "SELECT c.relname::text, i.indexrelid::regclass::text, a.attname::text"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE c.relname = ANY($1)",
        list(STREET_TABLES),
    )
    assert [row for row in leading if row[2] != "street_id"] == []
    references = await rows(
        migrated,
        "SELECT conname::text, a.attname::text FROM pg_constraint k"
        " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
        " WHERE k.contype = 'f'",
    )
    assert [row for row in references if row[1] != "street_id"] == []


async def test_a_constraint_is_named_after_a_problem_that_needs_no_more_to_be_told(
    migrated: asyncpg.Connection,
) -> None:
    names = await rows(
        migrated,
        "SELECT conname::text FROM pg_constraint WHERE contype IN ('p', 'u', 'f')"
        " AND connamespace = 'public'::regnamespace AND conrelid::regclass::text = ANY($1)",
        list(STREET_TABLES),
    )
    for (name,) in names:
        _, code, *_ = name.split("__")
        if code != "during":  # what a temporal reference points at; it cannot be broken by itself
            assert Problem.known[code]().detail("zh"), name


async def test_no_role_may_do_more_than_it_needs(migrated: asyncpg.Connection) -> None:
    granted = await rows(
        migrated,
        "SELECT grantee::text, privilege_type::text, count(*)::int"
        " FROM information_schema.role_table_grants"
        " WHERE grantee IN ('mb_api', 'mb_evaluator', 'PUBLIC')"
        " AND table_schema IN ('public', 'feed') GROUP BY 1, 2 ORDER BY 1, 2",
    )
    assert [(who, what) for who, what, _ in granted] == [
        ("mb_api", "INSERT"),
        ("mb_api", "SELECT"),
        ("mb_api", "UPDATE"),
        ("mb_evaluator", "SELECT"),
    ]
    feed = await migrated.fetchval("SELECT count(*) FROM pg_views WHERE schemaname = 'feed'")
    assert granted[-1][2] == feed
    for table in ("event", "event_head", "client"):
        may = "SELECT has_table_privilege('mb_api', $1, $2)"
        assert not await migrated.fetchval(may, table, "UPDATE, DELETE"), table
