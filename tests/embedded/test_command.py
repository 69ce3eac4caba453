"""The command as an operator types it."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import maplebridge as maplebridge_command
from maplebridge import secrets, state
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.launch import User, launched
from maplebridge_domain.authority import Role
from tests.embedded.watching import REPOSITORY, eventually, processes_on, stand_in


def maplebridge(folder: Path, *words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "maplebridge", *words],
        cwd=folder,
        env=inherited(),
        input=answer,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,  # an `up` that should refuse would run for good
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


def test_reset_deletes_an_installation_whose_secrets_are_lost(street: Path) -> None:
    folder = DataFolder.at(street / ".maplebridge")
    folder.postgres.mkdir()
    (folder.postgres / "PG_VERSION").write_text("18")
    folder.secrets.unlink()
    told = maplebridge(street, "up", "--port", "0").stderr
    assert "maplebridge reset" in told
    done = maplebridge(street, "reset", "--yes")
    assert done.returncode == 0, done.stderr
    assert not folder.root.exists()


def test_reset_refuses_while_it_runs(street: Path) -> None:
    with stand_in(street / ".maplebridge") as up:
        assert up.says("all ready")
        done = maplebridge(street, "reset", "--yes")
        assert done.returncode == 1
        assert "stop it first" in done.stderr
    assert (street / ".maplebridge" / "secrets.json").exists()


def test_reset_leaves_the_demo_that_runs_below_and_what_it_wrote(street: Path) -> None:
    above = street / ".maplebridge"
    (above / "demo.json").write_text("{}")
    (above / "postgres").mkdir()
    with stand_in(above / "demo") as demo:
        assert demo.says("all ready")
        done = maplebridge(street, "reset", "--yes")
        assert done.returncode == 0, done.stderr
        assert "stays: demo, demo.json" in done.stdout
        known = state.read(DataFolder.at(above / "demo").state)
        assert known is not None
        assert set(known.parts) == {"postgres", "valkey", "desk"}
        assert all(part.runs() for part in known.parts.values())
    # Beside what the stand-in of this test has said.
    assert {path.name for path in above.iterdir() if path.suffix != ".txt"} == {
        "demo",
        "demo.json",
    }


@pytest.mark.parametrize(("begun", "again"), [((), ("--sandbox",)), (("--sandbox",), ())])
def test_a_sandbox_stays_one_and_a_street_never_becomes_one(
    tmp_path: Path, begun: tuple[str, ...], again: tuple[str, ...]
) -> None:
    folder = DataFolder.at(tmp_path / ".maplebridge")
    folder.create()
    secrets.load_or_create(folder, sandbox=bool(begun))
    refused = maplebridge(tmp_path, "up", "--port", "0", *again)
    assert refused.returncode == 1
    assert ("sandbox and never becomes" if begun else "whose clock nobody moves") in refused.stderr
    assert ("是沙盒" if begun else "是正式街道") in refused.stderr
    assert not folder.postgres.exists()


def test_a_sandbox_signs_statements_with_a_key_that_says_so(tmp_path: Path) -> None:
    sandbox, street = secrets.create(sandbox=True), secrets.create()
    kids = [json.loads(made.keys["MAPLEBRIDGE_STATEMENT_KEY"])["kid"] for made in (sandbox, street)]
    assert [kid.startswith("test-") for kid in kids] == [True, False]


def test_the_doctor_finds_nothing_wrong_before_the_first_start(tmp_path: Path) -> None:
    done = maplebridge(tmp_path, "doctor", "--port", "0")
    assert done.returncode == 0, done.stdout
    assert "PostgreSQL) 18" in done.stdout
    assert not (tmp_path / ".maplebridge").exists()


SCRIPT = Path(sys.executable).parent / "maplebridge"


@pytest.mark.parametrize(
    "called",
    [f"'{SCRIPT}'", f"cd '{SCRIPT.parent}' && ./maplebridge", f"'{sys.executable}' -m maplebridge"],
)
def test_the_command_that_the_doctor_names_works_where_it_was_asked(
    tmp_path: Path, called: str
) -> None:
    data = tmp_path / "a street 天桥"
    done = in_shell(f"{called} doctor --port 0 --data '{data}'", tmp_path)
    [up] = re.findall(r"none yet: `(.*)` makes it", done.stdout)
    assert data.name in up

    there = called.rpartition(" && ")[0] or "true"
    answered = in_shell(f"{there} && {up} --help", tmp_path)
    assert "Run the whole service" in answered.stdout, answered.stderr


def test_a_command_on_the_path_is_named_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(SCRIPT.parent), prepend=":")
    done = in_shell("maplebridge doctor --port 0", tmp_path)
    assert "`maplebridge up` makes it" in done.stdout


def test_no_text_names_the_command_as_if_it_were_on_the_path() -> None:
    for module in Path(maplebridge_command.__file__).parent.rglob("*.py"):
        # A module's own first line says what it is, and is read by developers.
        assert not re.findall(r'^(?!""").*`maplebridge ', module.read_text("utf-8"), re.MULTILINE)


def in_shell(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, shell=True, cwd=folder, env=inherited(), capture_output=True, text=True, check=False
    )


def test_the_doctor_says_that_it_was_killed(street: Path) -> None:
    with stand_in(street / ".maplebridge") as up:
        assert up.says("all ready")
        up.process.kill()
        up.ends()
    assert eventually(lambda: processes_on(street) == {})
    done = maplebridge(street, "doctor", "--port", "0")
    assert done.returncode == 1
    assert f"✗ processes: not running, process {up.process.pid} was killed" in done.stdout
    assert "maplebridge up` takes its data up again" in done.stdout


def test_the_doctor_says_that_a_database_was_silent(street: Path) -> None:
    with taken_port() as port:
        database = f"postgresql://owner@127.0.0.1:{port}/maple"
        done = maplebridge(street, "doctor", "--port", "0", "--database-url", database)
    assert "✗ database: does not answer (TimeoutError)" in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("verb", ["doctor", "up"])
def test_a_user_without_a_name_hears_what_initdb_wants(verb: str) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chown(folder, 54321, 54321)
        command = launched(
            [sys.executable, "-m", "maplebridge", verb, "--port", "0", "--data", f"{folder}/data"],
            User(54321, 54321),
        )
        done = subprocess.run(
            command, env=inherited(), capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert "User id 54321 has no name in /etc/passwd" in done.stdout + done.stderr


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


def test_make_up_takes_a_port() -> None:
    dry = ["make", "--dry-run", "up"]
    for words, told in (([], "maplebridge up\n"), (["PORT=8001"], "maplebridge up --port 8001\n")):
        done = subprocess.run(
            [*dry, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert told in done.stdout.replace(" \n", "\n"), done.stdout + done.stderr


def test_token_shows_one_holder_of_each_role_and_finds_the_others(tmp_path: Path) -> None:
    listed = maplebridge(tmp_path, "token").stdout.splitlines()
    roles = [line.split()[-1 if line.startswith("--") else 1] for line in listed[:-3]]
    assert set(roles) == set(Role)
    assert len(roles) == len(set(roles))
    assert len(maplebridge(tmp_path, "token", "业委会委员").stdout.splitlines()) > 100
    nobody = maplebridge(tmp_path, "token", "Waldo")
    assert nobody.returncode == 1
    assert "No name or office" in nobody.stderr


def test_token_says_that_nobody_acts_for_another_in_a_real_street(street: Path) -> None:
    with stand_in(street / ".maplebridge") as up:
        assert up.says("all ready")
        done = maplebridge(street, "token", "--person", "林满仓")
    assert done.returncode == 1
    assert "--person works only with --sandbox" in done.stderr


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


def test_a_client_cannot_be_seen_or_changed_where_no_database_answers(street: Path) -> None:
    for act in ("rotate department", "revoke department", "disable department", "list"):
        done = maplebridge(street, "client", *act.split())
        assert done.returncode == 1
        assert "start it with `" in done.stderr
    assert "maplebridge up`" in done.stderr
