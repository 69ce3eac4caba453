"""What each part is told: enough for its work, and nothing that is another's."""

from pathlib import Path

import pytest

from maplebridge import parts, secrets
from maplebridge.folder import DataFolder
from maplebridge.parts import Place
from maplebridge.supervisor import Part


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(DataFolder(tmp_path / "天桥"), secrets.create(), port=8000)


def told(place: Place) -> dict[str, dict[str, str]]:
    return {
        part.name: {
            name: value
            for name, value in part.environment.items()
            if name.startswith(("MAPLEBRIDGE_", "PG"))
        }
        for part in parts.plan(place)
        if isinstance(part, Part)
    }


def test_the_evaluator_has_no_key_and_the_servers_know_nothing(place: Place) -> None:
    assert set(told(place)["evaluator"]) == {
        "MAPLEBRIDGE_DATABASE_URL",
        "MAPLEBRIDGE_REDIS_URL",
        "MAPLEBRIDGE_API_URL",
        "MAPLEBRIDGE_CLIENT_ID",
        "MAPLEBRIDGE_CLIENT_SECRET",
    }
    assert told(place)["postgres"] == told(place)["valkey"] == {}


def test_nobody_but_the_migration_is_told_the_owners_password(place: Place) -> None:
    password = place.secrets.role_passwords["mb_owner"]
    for part in parts.plan(place):
        if isinstance(part, Part):
            assert password not in str(part)
            assert not any(password in value for value in part.environment.values())


def test_api_and_job_worker_are_told_the_same(place: Place) -> None:
    assert told(place)["api"] == told(place)["jobs"]
    assert set(told(place)["api"]) == {
        "MAPLEBRIDGE_DATABASE_URL",
        "MAPLEBRIDGE_REDIS_URL",
        "MAPLEBRIDGE_TOKEN_KEY",
        "MAPLEBRIDGE_STATEMENT_KEY",
        "MAPLEBRIDGE_PERSONAL_DATA_KEY",
        "MAPLEBRIDGE_SANDBOX",
    }


def test_what_the_operator_sets_reaches_the_api_but_no_keys_nor_their_own_way_to_the_database(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPLEBRIDGE_DATABASE_CONNECTIONS", "20")
    monkeypatch.setenv("MAPLEBRIDGE_DATABASE_URL", "postgresql://owner:pw@db/maple")
    monkeypatch.setenv("MAPLEBRIDGE_STATEMENT_KEY", "of another installation")
    monkeypatch.setenv("PGPASSWORD", "pw")
    assert told(place)["api"]["MAPLEBRIDGE_DATABASE_CONNECTIONS"] == "20"
    assert "MAPLEBRIDGE_DATABASE_CONNECTIONS" not in told(place)["evaluator"]
    assert told(place)["api"].items() >= place.secrets.keys.items()
    for settings in told(place).values():
        assert "owner" not in settings.get("MAPLEBRIDGE_DATABASE_URL", "")
        assert "PGPASSWORD" not in settings


def test_a_proxy_is_not_asked_for_the_way_between_our_own_parts(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.luohe.cn:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.luohe.cn")
    (evaluator,) = [part for part in parts.plan(place) if part.name == "evaluator"]
    assert isinstance(evaluator, Part)
    assert evaluator.environment["HTTPS_PROXY"] == "http://proxy.luohe.cn:3128"
    assert evaluator.environment["NO_PROXY"] == "intranet.luohe.cn,127.0.0.1,localhost"
