"""The command as an operator types it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maplebridge import secrets
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from tests.embedded.watching import stand_in


def maplebridge(folder: Path, *words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "maplebridge", *words],
        cwd=folder,
        env=inherited(),
        input=answer,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Where the operator stands: an installation that does not run."""
    street = tmp_path / "a street 天桥"
    street.mkdir()
    folder = DataFolder.at(street / ".maplebridge")
    folder.create()
    secrets.load_or_create(folder)
    return street


def test_reset_asks_before_it_deletes(street: Path) -> None:
    refused = maplebridge(street, "reset", answer="n\n")
    assert refused.returncode == 1
    assert (street / ".maplebridge").exists()

    agreed = maplebridge(street, "reset", answer="y\n")
    assert agreed.returncode == 0
    assert not (street / ".maplebridge").exists()


def test_reset_deletes_no_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    done = maplebridge(tmp_path, "reset", "--yes", "--data", "letters")
    assert done.returncode == 1
    assert "is not a data folder" in done.stderr
    assert (tmp_path / "letters").exists()


def test_reset_refuses_while_it_runs(street: Path) -> None:
    with stand_in(street / ".maplebridge") as up:
        assert up.says("all ready")
        done = maplebridge(street, "reset", "--yes")
        assert done.returncode == 1
        assert "stop it first" in done.stderr
    assert (street / ".maplebridge" / "secrets.json").exists()


def test_the_doctor_finds_nothing_wrong_before_the_first_start(tmp_path: Path) -> None:
    done = maplebridge(tmp_path, "doctor", "--port", "0")
    assert done.returncode == 0, done.stdout
    assert "PostgreSQL) 18" in done.stdout
    assert not (tmp_path / ".maplebridge").exists()


def test_the_doctor_says_that_others_can_read_the_secrets(street: Path) -> None:
    (street / ".maplebridge" / "secrets.json").chmod(0o644)
    done = maplebridge(street, "doctor", "--port", "0")
    assert done.returncode == 1
    assert "chmod 600" in done.stdout


def test_the_doctor_says_that_the_secrets_are_damaged(street: Path) -> None:
    (street / ".maplebridge" / "secrets.json").write_text(json.dumps({"half": 1}))
    done = maplebridge(street, "doctor", "--port", "0")
    assert done.returncode == 1
    assert "backup" in done.stdout


def test_the_doctor_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with taken_port() as port:
        done = maplebridge(tmp_path, "doctor", "--port", str(port))
        assert done.returncode == 1
        assert "--port" in done.stdout


def test_up_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with taken_port() as port:
        done = maplebridge(tmp_path, "up", "--port", str(port))
        assert done.returncode == 1
        assert f"Port {port} cannot be used" in done.stderr


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_new_token_key_signs_and_the_one_before_stays_to_verify(street: Path) -> None:
    folder = DataFolder.at(street / ".maplebridge")
    [first] = token_keys(folder)
    for _ in range(2):
        before = token_keys(folder)
        done = maplebridge(street, "key", "rotate")
        new, *rest = token_keys(folder)
        assert f"Key {new} signs" in done.stdout
        assert rest == before[:1]
    assert first not in token_keys(folder)


def token_keys(folder: DataFolder) -> list[str]:
    given = json.loads(secrets.load(folder.secrets).keys["MAPLEBRIDGE_TOKEN_KEY"])
    return [key["kid"] for key in given.get("keys", [given])]


def test_a_secret_cannot_be_changed_where_no_database_answers(street: Path) -> None:
    for act in ("rotate", "revoke"):
        done = maplebridge(street, "client", act, "department")
        assert done.returncode == 1
        assert "start it with `maplebridge up`" in done.stderr
