"""The migrated database, the models and the rules of the schema, held against one another."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.schema import CreateIndex, CreateTable

from maplebridge.database import migrate
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
    assert {name for (name,) in isolated} == {*STREET_TABLES, "login"}
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
        " WHERE k.contype = 'f' AND k.conrelid::regclass::text = ANY($1)",
        list(STREET_TABLES),
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


#: What the API may change; of some rows one column only. Deleted are what logins leave, and answers
#: under keys, and files that were imported.
CHANGED = {
    "idempotency",
    "grid",
    "grid_heir",
    "grid_placement",
    "household",
    "household_placement",
    "organisation",
    "grid_description",
    "person",
    "binding_code",
    "binding_try",
    "session",
    "login",
    "post",
    "service_contract",
    "appointment",
    "appointment_proposal",
    "committee_term",
    "committee_member",
    "dispute",
    "meeting",
    "attendance",
    "task",
    "record",
    "evaluation_run",
    "import_run",
    "sandbox_clock",
}
OF_LOGINS = {"login", "binding_code", "binding_try", "session"}
GRANTS = """
    SELECT grantee::text, table_schema::text, privilege_type::text,
           array_agg(table_name::text ORDER BY table_name)
    FROM information_schema.role_table_grants
    WHERE grantee IN ('mb_api', 'mb_evaluator', 'PUBLIC') AND table_schema IN ('public', 'feed')
    GROUP BY 1, 2, 3
"""
COLUMN_GRANTS = """
    SELECT c.table_name::text, c.column_name::text FROM information_schema.column_privileges c
    WHERE c.grantee = 'mb_api' AND c.privilege_type = 'UPDATE' AND NOT c.table_name = ANY($1)
    ORDER BY 1, 2
"""


async def test_no_role_may_do_more_than_it_needs(migrated: asyncpg.Connection) -> None:
    granted = {
        (role, schema, what): set(tables)
        for role, schema, what, tables in await rows(migrated, GRANTS)
    }
    views = {
        "committee_sitting",
        "interest",
        "office_holder",
        "own_subject",
        "place_held",
        "run_basis",
        "subject",
    }
    read = {*TABLES, *views}
    feed = await rows(migrated, "SELECT viewname::text FROM pg_views WHERE schemaname = 'feed'")
    assert granted.pop(("mb_api", "public", "SELECT")) - {"alembic_version"} == read - {
        "person",
        "login",
    }
    assert granted == {
        ("mb_api", "public", "INSERT"): {*STREET_TABLES, "login", "sandbox_clock"} - {"event_head"},
        ("mb_api", "public", "DELETE"): {"idempotency", "import_part", *OF_LOGINS},
        ("mb_api", "public", "UPDATE"): CHANGED,
        ("mb_evaluator", "feed", "SELECT"): {name for (name,) in feed},
    }
    assert await rows(migrated, COLUMN_GRANTS, list(CHANGED)) == [
        ("appointment_history", "evidence"),
        ("appointment_history", "note"),
        ("ballot", "struck_at"),
        ("dispute_step", "note"),
        ("evaluation_result", "statement"),
        ("import_part", "no"),  # locked, by who works on the import
        ("service_contract_end", "note"),
    ]


async def test_the_apis_role_reads_no_name_no_sealed_phone_and_no_sealed_account(
    migrated: asyncpg.Connection,
) -> None:
    unread = await rows(
        migrated,
        "SELECT a.attrelid::regclass::text, a.attname::text FROM pg_attribute a"
        " WHERE a.attrelid IN ('person'::regclass, 'login'::regclass) AND a.attnum > 0"
        " AND NOT has_column_privilege('mb_api', a.attrelid, a.attnum, 'SELECT') ORDER BY 1, 2",
    )
    assert unread == [
        ("login", "account_encrypted"),
        ("person", "name"),
        ("person", "name_listed"),  # they say what it is
        ("person", "name_sought"),
        ("person", "phone_encrypted"),
    ]


async def test_the_services_roles_are_ordinary_ones(migrated: asyncpg.Connection) -> None:
    roles = await rows(
        migrated,
        "SELECT rolname::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname LIKE 'mb_%' AND rolname <> 'mb_owner' ORDER BY 1",
    )
    assert roles == [(name, *[False] * 5) for name in ("mb_api", "mb_evaluator")]
    memberships = await migrated.fetchval(
        "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
        " WHERE r.rolname IN ('mb_api', 'mb_evaluator')"
    )
    assert memberships == 0
    for role, schema in (
        ("mb_api", "public"),
        ("mb_evaluator", "public"),
        ("mb_evaluator", "feed"),
    ):
        may = "SELECT has_schema_privilege($1, $2, 'CREATE')"
        assert not await migrated.fetchval(may, role, schema), (role, schema)
    assert not await migrated.fetchval("SELECT has_schema_privilege('mb_api', 'feed', 'USAGE')")


async def test_what_runs_with_its_owners_rights_is_known_and_looks_nowhere_else(
    migrated: asyncpg.Connection,
) -> None:
    definers = await rows(
        migrated,
        "SELECT proname::text, proconfig[1] FROM pg_proc WHERE prosecdef"
        " AND pronamespace IN ('public'::regnamespace, 'feed'::regnamespace) ORDER BY 1",
    )
    path = "search_path=pg_catalog, public, pg_temp"  # last: it would be looked at first
    outside = (
        "mb_disclose",
        "mb_disclose_accounts",
        "mb_list_people",
        "mb_replace_answers",
        "mb_strike_answers",
        "mb_search_people",
        "mb_undo_import",
    )  # they look past the range: each repeats it
    names = {"mb_begin_event_log", "mb_find_login", "mb_number_event", *outside}
    assert definers == [(name, path) for name in sorted(names)]
    for name in outside:
        body = await migrated.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", name)
        assert re.search(r"feed\.visible\((of_street|p\.street_id)\)", body)
    for name in (*outside, "mb_find_login"):
        asks = (
            "SELECT has_function_privilege($1, p.oid, 'EXECUTE') FROM pg_proc p WHERE proname = $2"
        )
        assert await migrated.fetchval(asks, "mb_api", name), name
        assert not await migrated.fetchval(asks, "mb_evaluator", name), name


async def test_views_obey_the_range_of_who_asks(migrated: asyncpg.Connection) -> None:
    """The API's by row-level security; the feed's, and the notice board, by themselves, behind a barrier."""
    views = await rows(
        migrated,
        "SELECT relnamespace::regnamespace::text, relname::text, reloptions::text[],"
        " pg_get_viewdef(oid) FROM pg_class WHERE relkind IN ('v', 'm')"
        " AND relnamespace IN ('public'::regnamespace, 'feed'::regnamespace)",
    )
    assert len(views) > 6
    for schema, name, options, definition in views:
        if schema == "feed" or name == "office_holder":
            assert options == ["security_barrier=true"], name
            assert "feed.visible(" in definition, name
        else:
            assert options == ["security_invoker=true"], name


async def test_migrating_again_changes_nothing_and_the_newest_is_the_only_head(
    databases: Databases, tmp_path: Path
) -> None:
    scripts = ScriptDirectory.from_config(Config("alembic.ini"))
    [head] = scripts.get_heads()
    name = await databases.copy("maplebridge")
    connection = await asyncpg.connect(databases.url(name))
    before = [await rows(connection, query, TABLES) for query in (COLUMNS, CONSTRAINTS, INDEXES)]
    await migrate(databases.url(name), tmp_path / "migrate.log")
    after = [await rows(connection, query, TABLES) for query in (COLUMNS, CONSTRAINTS, INDEXES)]
    assert after == before
    assert await rows(connection, "SELECT version_num::text FROM alembic_version") == [(head,)]
    await connection.close()
    await databases.drop(name)
