"""What `up` does to a database, embedded or somebody else's, before the services start."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from maplebridge import doctor
from maplebridge.database import (
    answers,
    as_role,
    keep_kind,
    let_services_log_in,
    migrate,
    prepare_database,
)
from maplebridge.postgres import PostgresServer
from maplebridge.secrets import create
from maplebridge.trouble import Trouble

SECRETS = create()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path / "天桥 100%", "owner's") as server:
        yield server


async def test_it_is_migrated_and_the_services_may_log_in_and_twice_is_as_once(
    server: PostgresServer, tmp_path: Path
) -> None:
    for _ in range(2):
        await migrate(server.url(), tmp_path / "migrate.log")
        await let_services_log_in(server.url(), SECRETS)
    for role in ("mb_api", "mb_evaluator"):
        assert await answers(as_role(server.url(), role, SECRETS.role_passwords[role]))
        assert not await answers(as_role(server.url(), role, "guess"))


async def test_the_doctor_tells_a_database_that_is_ready_from_one_that_is_not(
    server: PostgresServer, tmp_path: Path
) -> None:
    assert await troubles(server) == ["schema", "roles"]
    await migrate(server.url(), tmp_path / "migrate.log")
    assert await troubles(server) == ["roles"]
    await let_services_log_in(server.url(), SECRETS)
    assert await troubles(server) == []


async def troubles(server: PostgresServer) -> list[str]:
    return [
        found.what async for found in doctor.look_at_database(server.url(), "up") if not found.ok
    ]


@pytest.mark.parametrize("sandbox", [True, False])
async def test_a_database_stays_a_sandboxs_or_a_streets_with_any_data_folder(
    server: PostgresServer, tmp_path: Path, sandbox: bool
) -> None:
    log = tmp_path / "migrate.log"
    for _ in range(2):
        await prepare_database(server.url(), create(sandbox=sandbox), log)
    with pytest.raises(Trouble, match="是沙盒" if sandbox else "是正式街道"):
        await prepare_database(server.url(), create(sandbox=not sandbox), log)


async def test_a_street_that_was_prepared_by_hand_does_not_become_a_sandbox(
    server: PostgresServer, tmp_path: Path
) -> None:
    await migrate(server.url(), tmp_path / "migrate.log")
    connection = await asyncpg.connect(server.url())
    await connection.execute(
        "INSERT INTO street (street_id, name, district, city, province) "
        "VALUES (411104001, '天桥街街道', '召陵区', '漯河市', '河南省')"
    )
    await connection.close()
    with pytest.raises(Trouble, match="是正式街道"):
        await keep_kind(server.url(), sandbox=True)


async def test_a_migration_that_fails_names_its_log(server: PostgresServer, tmp_path: Path) -> None:
    connection = await asyncpg.connect(server.url())
    await connection.execute("CREATE TABLE street (in_the_way boolean)")
    await connection.close()
    with pytest.raises(Trouble, match=r"migrate\.log"):
        await migrate(server.url(), tmp_path / "migrate.log")
    assert "already exists" in (tmp_path / "migrate.log").read_text()


def test_a_service_keeps_the_owners_way_to_the_server() -> None:
    owner = "postgresql://root:pw@db.luohe.cn:5433/maple?sslmode=require&user=other"
    assert as_role(owner, "mb_api", "p/w") == (
        "postgresql://mb_api:p%2Fw@db.luohe.cn:5433/maple?sslmode=require"
    )
