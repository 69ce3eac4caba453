"""What an installation holds already is brought along by a migration."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from maplebridge.database import migrate
from maplebridge_domain.authority import FILLS, Role
from tests.conftest import Databases

#: Rows of before, entered without what they refer to: neither keys nor triggers are asked.
BEFORE = """
SET session_replication_role = replica;
INSERT INTO event (street_id, no, type, time, actor, capacity, subject, data, hash) VALUES
    (1, 1, 'dispute.reported', now(), 'persons/x', {office}, 'disputes/' || {case}, '{{}}', ''),
    (1, 2, 'evaluation_run.requested', now(), 'persons/x', {office}, 'evaluation-runs',
     jsonb_build_object('ids', jsonb_build_array({other}, {run})), ''),
    (1, 3, 'record.created', now(), 'persons/x', {office}, 'records/' || {record},
     jsonb_build_object('ids', jsonb_build_array({record})), ''),
    (2, 1, 'record.created', now(), 'persons/x', {other}, 'records/' || {record},
     jsonb_build_object('ids', jsonb_build_array({record})), ''),
    (1, 4, 'record.created', now(), 'clients/x', NULL, 'records/' || {other},
     jsonb_build_object('ids', jsonb_build_array({other})), '');
INSERT INTO dispute (street_id, id, quarter_id, category, title, summary, state, reported_at, due_at,
    last_step_at) VALUES (1, {case}, {other}, '0402', '', '', 'reported', now(), now(), now());
INSERT INTO evaluation_run (street_id, id, period_from, period_until, kinds, rubric_id, state,
    requested_by, requested_at) VALUES
    (1, {run}, '2026-10-01', '2026-11-01', '{{credit_rating}}', {other}, 'queued', 'persons/x', now());
INSERT INTO record (street_id, id, subject_kind, subject_id, kind, code, title, basis, occurred_on)
    SELECT 1, id, 'enterprise', {other}, 'commendation', '', '', '', '2026-10-01'
    FROM unnest(ARRAY[{record}, {other}]) id;
"""
IDS = {
    name: f"'00000000-0000-0000-0000-00000000000{n}'::uuid"
    for n, name in enumerate(("office", "case", "run", "record", "other"), 1)
}


async def upgrade(url: str, revision: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alembic", "upgrade", revision),
        env={**os.environ, "MAPLEBRIDGE_DATABASE_URL": url},
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


@pytest.fixture
async def old(databases: Databases) -> AsyncIterator[str]:
    """Give a database of the first release."""
    await databases.executes("CREATE DATABASE old")
    url = databases.url("old")
    await upgrade(url, "0001")
    yield url
    await databases.executes("DROP DATABASE old WITH (FORCE)")


async def test_the_sample_client_of_earlier_releases_is_cut_off_and_no_other(
    old: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(old)
    await connection.execute(
        "INSERT INTO client VALUES ('sample', 'sample', '{read}', 0, 999999999),"
        " ('operator', 'operator', '{read}', 0, 999999999),"
        " ('assessor', 'assessor', '{read,results:read}', 0, 999999999)"
    )
    await migrate(old, tmp_path / "migrate.log")
    cut_off = "SELECT array_agg(client_id) FROM client WHERE disabled_at IS NOT NULL"
    assert await connection.fetchval(cut_off) == ["sample"]
    # Who reads results read records by that right; they have a right of their own now.
    rights = "SELECT rights FROM client WHERE 'records:read' = ANY (rights)"
    assert await connection.fetchval(rights) == ["read", "results:read", "records:read"]
    await connection.close()


async def test_in_what_capacity_was_acted_is_taken_from_the_events(
    old: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(old)
    await connection.execute(BEFORE.format(**IDS))
    await migrate(old, tmp_path / "migrate.log")
    found = await connection.fetch(
        "SELECT 'dispute', reported_in_capacity FROM dispute"
        " UNION ALL SELECT 'run', requested_in_capacity FROM evaluation_run"
        f" UNION ALL SELECT 'record', entered_in_capacity FROM record WHERE id = {IDS['record']}"
        f" UNION ALL SELECT 'by a system', entered_in_capacity FROM record WHERE id = {IDS['other']}"
    )
    await connection.close()
    office = IDS["office"].split("'")[1]
    assert {what: capacity and str(capacity) for what, capacity in found} == {
        "dispute": office,
        "run": office,
        "record": office,
        "by a system": None,
    }


async def test_names_of_before_are_found_and_listed(old: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(old)
    await connection.execute(
        "SET session_replication_role = replica;"
        " INSERT INTO organisation (street_id, grid_id, kind, name)"
        " SELECT street_id, uuidv7(), 'resident_unit', '重庆　银行' FROM generate_series(1, 2) street_id;"
        " INSERT INTO person (street_id, name, name_masked, erased_at, entered_at) VALUES"
        " (1, '曾　国藩', '曾**', NULL, now()), (1, NULL, NULL, now(), now())"
    )
    await migrate(old, tmp_path / "migrate.log")
    keys = "SELECT DISTINCT name_sought, name_listed FROM {} ORDER BY 1"
    organisations = await connection.fetch(keys.format("organisation"))
    people = await connection.fetch(keys.format("person"))
    await connection.close()
    assert list(map(tuple, organisations)) == [("重庆银行", "chong2重 qing4庆 yin2银 hang2行")]
    assert list(map(tuple, people)) == [("曾国藩", "zeng1曾 guo2国 fan1藩"), (None, None)]


#: Two ends of one contract, the second nearer, by a clerk and by a system.
ENDS = """
SET session_replication_role = replica;
INSERT INTO service_contract (street_id, id, enterprise_id, quarter_id, during, file_by)
    VALUES (1, {case}, {other}, {other}, '[2025-01-01, 2026-06-01)', '2025-01-16');
INSERT INTO service_contract_end (street_id, contract_id, reason, ends_at, planned_until, entered_at) VALUES
    (1, {case}, 'agreed', '2026-09-01', '2028-01-01', '2026-02-01'),
    (1, {case}, 'breach', '2026-06-01', '2026-09-01', '2026-03-01');
INSERT INTO event (street_id, no, type, time, actor, capacity, subject, data, hash) VALUES
    (1, 1, 'service_contract.ended', '2026-02-01', 'persons/x', {office}, 'service-contracts/' || {case},
     '{{}}', ''),
    (1, 2, 'service_contract.ended', '2026-03-01', 'clients/x', NULL, 'service-contracts/' || {case},
     '{{}}', '');
"""


async def test_who_ended_a_contract_is_taken_from_the_events_and_its_term_is_kept_whole(
    old: str, tmp_path: Path
) -> None:
    await upgrade(old, "0006")
    connection = await asyncpg.connect(old)
    await connection.execute(ENDS.format(**IDS))
    await migrate(old, tmp_path / "migrate.log")
    found = await connection.fetch(
        "SELECT entered_by, entered_in_capacity::text, lower(during)::date::text,"
        " upper(during)::date::text FROM service_contract_end ORDER BY entered_at"
    )
    await connection.close()
    office = IDS["office"].split("'")[1]
    assert [tuple(row) for row in found] == [
        ("persons/x", office, "2025-01-01", "2028-01-01"),
        ("clients/x", None, "2025-01-01", "2026-09-01"),
    ]


#: Somebody in the street's office and somebody in a library, each with an account and a session.
BOUND = """
SET session_replication_role = replica;
INSERT INTO organisation (street_id, id, grid_id, kind, name) VALUES
    (1, {office}, {other}, 'street_working_committee', ''), (1, {case}, {other}, 'resident_unit', '');
INSERT INTO post (street_id, id, organisation_id, kind, name, seats)
    SELECT 1, id, id, 'administrator', '', 1 FROM organisation;
INSERT INTO appointment (street_id, person_id, post_id, seat, during)
    SELECT 1, id, id, 1, '[2025-01-01, 2028-01-01)' FROM post;
INSERT INTO login (account_hash, street_id, id, person_id, account_encrypted)
    SELECT id::text::bytea, 1, id, id, '' FROM post;
INSERT INTO session (street_id, person_id, client_id, family_sha256, refresh_sha256, begun_at, used_at, ends_at)
    SELECT 1, id, 'wechat', '', '', now(), now(), now() FROM post;
"""


async def test_who_is_bound_goes_on_in_the_streets_office_only_where_they_held_it(
    old: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(old)
    await connection.execute(BOUND.format(**IDS))
    await migrate(old, tmp_path / "migrate.log")
    for table in ("login", "session"):
        kept = await connection.fetch(f"SELECT person_id, lets_in FROM {table} ORDER BY 1")
        official, other = (set(one["lets_in"]) for one in kept)
        assert other == FILLS[Role.STREET_CLERK], table
        assert official == other | FILLS[Role.STREET_SECRETARY], table
    await connection.close()
