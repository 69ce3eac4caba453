"""`maplebridge audit verify`: what a superuser did to the event log is named, whatever else they mended."""

import asyncio
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

from maplebridge import secrets
from maplebridge.audit import verify
from maplebridge.audit.proofs import read_kept
from maplebridge.environment import inherited
from maplebridge.folder import DataFolder
from maplebridge.trouble import Trouble
from maplebridge_api import jobs
from maplebridge_api.platform.chain import Told, content, sealed
from maplebridge_api.platform.database import Database
from maplebridge_api.platform.signing import read_keys, seal_keys
from maplebridge_api.settings import settings
from tests.conftest import Databases
from tests.world import NEIGHBOUR, TIANQIAO, Tianqiao, dispute, id_of, outcome

SHOW = "SELECT * FROM event WHERE street_id = $1 ORDER BY no"


@dataclass
class Log:
    """The street's log: its last number, how many are signed, and a superuser who works on it."""

    tianqiao: Tianqiao
    jobs_database: Database
    last: int = 0
    signed: int = 0

    async def sign(self) -> None:
        """Let the job worker sign what is there."""
        await jobs.sign_heads({"database": self.jobs_database})
        self.signed = self.last = await self.end()

    async def grow(self, count: int) -> None:
        for _ in range(count):
            await self.tianqiao.clerk_li.makes("/disputes", dispute())
        self.last = await self.end()

    async def end(self) -> int:
        end: int = await self.tianqiao.asks(
            "SELECT max(no) FROM event WHERE street_id = $1", TIANQIAO
        )
        return end

    async def superuser(self, *statements: str) -> None:
        """Do something as who owns the database and heeds no trigger."""
        connection = await asyncpg.connect(self.tianqiao.owner_url)
        assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = user")
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement.replace("$street", str(TIANQIAO)))
        await connection.close()

    async def seal(self, no: int) -> None:
        """Seal a row anew, as only who has the key can."""
        key = f"WHERE street_id = {TIANQIAO} AND no = {no}"
        connection = await asyncpg.connect(self.tianqiao.owner_url)
        row = await connection.fetchrow(f"SELECT *, data::text AS said FROM event {key}")
        await connection.close()
        assert row is not None
        told = Told(row["type"], row["time"], row["actor"], row["capacity"])
        told = replace(told, content=content(row["subject"], row["said"]))
        seal = sealed(seal_keys()[0], told)
        await self.superuser(f"UPDATE event SET seal = '\\x{seal.hex()}' {key}")

    async def mend(self, first: int) -> None:
        """Recompute all hashes from a number on, and the head, so that the chain fits again."""
        await self.superuser(
            f"""DO $$
            DECLARE one event; last bytea;
            BEGIN
                SELECT hash INTO last FROM event WHERE street_id = $street AND no < {first}
                ORDER BY no DESC LIMIT 1;
                last := coalesce(last, '');
                FOR one IN SELECT * FROM event WHERE street_id = $street AND no >= {first} ORDER BY no LOOP
                    last := sha256(last || convert_to(jsonb_build_array(
                        one.street_id, one.no, one.type,
                        to_char(one.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                        one.actor, one.capacity, one.subject, one.data)::text, 'UTF8'));
                    UPDATE event SET hash = last WHERE street_id = $street AND no = one.no;
                END LOOP;
                UPDATE event_head SET last_hash = last,
                    last_no = (SELECT max(no) FROM event WHERE street_id = $street)
                WHERE street_id = $street;
            END $$"""
        )

    async def found(self, *kept: Any) -> list[str]:
        """Say what the audit finds in the street."""
        key = settings().statement_key.get_secret_value()
        return [
            str(finding)
            async for street in verify(self.tianqiao.owner_url, key, TIANQIAO, kept)
            for finding in street.findings
        ]


@pytest.fixture
async def log(tianqiao: Tianqiao, databases: Databases, database: str) -> AsyncIterator[Log]:
    """Some sixty events, all but the last four signed, in three heads."""
    jobs_database = Database(databases.url(database, "mb_api"), 2)
    log = Log(tianqiao, jobs_database)
    for _ in range(3):
        await log.grow(3)
        await log.sign()
    await log.grow(4)
    yield log
    await jobs_database.close()


async def test_a_log_that_was_left_alone_is_sound(log: Log) -> None:
    assert await log.found() == []
    assert log.signed == log.last - 4 > 50


CHANGE = "UPDATE event SET subject = 'disputes/other' WHERE street_id = $street AND no = {no}"
REMOVE = "DELETE FROM event WHERE street_id = $street AND no {no}"
#: From a number on, all numbers go up or down by one; by way of below zero, where none is taken.
RENUMBER = (
    "UPDATE event SET no = -no WHERE street_id = $street AND no >= {no}",
    "UPDATE event SET no = -no {by} WHERE street_id = $street AND no < 0",
)
INSERT = (
    "INSERT INTO event (street_id, no, type, time, actor, subject, data, seal, hash)"
    " SELECT street_id, {no}, type, time, actor, 'disputes/invented', data, seal, '\\x00'"
    " FROM event WHERE street_id = $street AND no = 7"
)


def renumber(no: int, by: str) -> list[str]:
    return [statement.format(no=no, by=by) for statement in RENUMBER]


@pytest.mark.parametrize("mended", [False, True], ids=["as it is", "with the chain recomputed"])
@pytest.mark.parametrize("column", ["type", "actor", "subject", "time", "data", "capacity"])
async def test_a_changed_row_is_named(log: Log, column: str, mended: bool) -> None:
    value = {
        "time": "time + interval '1 microsecond'",
        "data": "'{\"ids\": []}'",
        "capacity": "'00000000-0000-0000-0000-000000000001'",
    }.get(column, "'clients/y'")
    await log.superuser(
        f"UPDATE event SET {column} = {value} WHERE street_id = $street AND no = 20"
    )
    if mended:
        await log.mend(20)
    assert await log.found() == ["event 20 changed"]


async def test_a_hash_that_was_changed_alone_is_named(log: Log) -> None:
    await log.superuser("UPDATE event SET hash = '\\x00' WHERE street_id = $street AND no = 20")
    assert await log.found() == ["event 20 changed (its hash)"]


@pytest.mark.parametrize("mended", [False, True], ids=["as it is", "with the chain recomputed"])
async def test_removed_rows_are_named(log: Log, mended: bool) -> None:
    await log.superuser(REMOVE.format(no="IN (1, 20, 21, 22, 30)"))
    if mended:
        await log.mend(1)
    assert await log.found() == ["event 1 removed", "events 20 to 22 removed", "event 30 removed"]


async def test_a_removed_row_is_named_though_the_others_were_renumbered_and_all_recomputed(
    log: Log,
) -> None:
    await log.superuser(REMOVE.format(no="= 20"), *renumber(20, "- 1"))
    await log.mend(20)
    assert await log.found() == ["event 20 removed"]


async def test_an_inserted_row_is_named_though_the_others_were_renumbered_and_all_recomputed(
    log: Log,
) -> None:
    await log.superuser(*renumber(20, "+ 1"), INSERT.format(no=20))
    await log.mend(20)
    assert await log.found() == ["event 20 inserted"]


async def test_several_things_at_once_are_named_each(log: Log) -> None:
    await log.superuser(
        CHANGE.format(no=10),
        REMOVE.format(no="= 15"),
        *renumber(30, "+ 1"),
        INSERT.format(no=30),
        CHANGE.format(no=41),
        REMOVE.format(no="= 44"),
    )
    await log.mend(1)
    assert await log.found() == [
        "event 10 changed",
        "event 15 removed",
        "event 30 inserted",
        "event 41 changed",
        "event 43 removed",  # its number when it was written: one less than it had been given since
    ]


@pytest.mark.parametrize("mended", [False, True], ids=["as it is", "with the head edited to fit"])
async def test_a_tail_that_was_cut_off_is_named_as_far_as_it_was_signed(
    log: Log, mended: bool
) -> None:
    await log.superuser(REMOVE.format(no=f"> {log.signed - 2}"))
    if mended:
        await log.mend(log.signed - 3)
        cut, head = log.signed, [f"head {log.signed - 2} changed"]
    else:  # the head still knows how long the log was
        cut, head = log.last, []
    assert await log.found() == [f"events {log.signed - 1} to {cut} removed", *head]


async def test_a_head_that_was_edited_alone_is_named(log: Log) -> None:
    await log.superuser("UPDATE event_head SET last_hash = '\\x00' WHERE street_id = $street")
    assert await log.found() == [f"head {log.last} changed"]
    await log.superuser("UPDATE event_head SET last_no = 30 WHERE street_id = $street")
    assert await log.found() == ["head 30 changed"]
    await log.superuser("DELETE FROM event_head WHERE street_id = $street")
    assert await log.found() == [f"head {log.last} removed"]


async def test_a_row_put_before_the_first_or_far_behind_the_last_is_named(log: Log) -> None:
    far = 10**15
    await log.superuser(INSERT.format(no=0), INSERT.format(no=-5), INSERT.format(no=far))
    found = await log.found()
    assert found == ["event -5 inserted", "event 0 inserted", f"event {far} inserted"]


@pytest.mark.parametrize("signs", [False, True], ids=["not signed yet", "signed since"])
async def test_an_event_that_a_superuser_lets_the_trigger_number_is_named(
    log: Log, signs: bool
) -> None:
    """It is chained like any other; but only the API can seal it."""
    await log.tianqiao.asks(
        "INSERT INTO event (street_id, type, time, actor, subject, data)"
        " VALUES ($1, 'dispute.reported', now(), 'clients/clerk_li', 'disputes/invented', '{}')",
        TIANQIAO,
    )
    invented = await log.end()
    await log.grow(1)
    if signs:
        await log.sign()
    assert await log.found() == [f"event {invented} inserted (not by the API)"]


@pytest.mark.parametrize("signs", [False, True], ids=["not signed yet", "signed since"])
async def test_a_seal_is_good_for_one_event(log: Log, signs: bool) -> None:
    await log.tianqiao.asks(
        "INSERT INTO event (street_id, type, time, actor, subject, data, seal)"
        " SELECT street_id, type, time, actor, subject, data, seal FROM event"
        " WHERE street_id = $1 AND no = 20",
        TIANQIAO,
    )
    invented = await log.end()
    if signs:
        await log.sign()
    assert await log.found() == [f"event {invented} inserted (with the seal of another)"]


async def test_a_seal_says_who_did_what_to_what_and_when(log: Log) -> None:
    expected: list[str] = []
    for what in (
        *("type = 'x'", "actor = 'x'", "time = now()", "capacity = gen_random_uuid()"),
        *("subject = 'disputes/other'", """data = '{"reason": "x"}'"""),
    ):
        await log.grow(2)  # a row of its own for each, and one that was left alone
        no = log.last - 1
        await log.superuser(f"UPDATE event SET {what} WHERE street_id = $street AND no = {no}")
        await log.mend(no)
        expected.append(f"event {no} inserted (not by the API)")
        assert await log.found() == expected, what


async def test_rows_that_are_not_signed_yet_are_held_to_the_chain(log: Log) -> None:
    changed = log.signed + 2
    await log.superuser(CHANGE.format(no=changed))
    assert await log.found() == [f"event {changed} changed"]


async def test_an_unsigned_row_that_is_gone_leaves_a_gap(log: Log) -> None:
    gone = log.signed + 2
    await log.superuser(REMOVE.format(no=f"= {gone}"))
    assert await log.found() == [f"event {gone} removed"]


async def test_a_row_put_among_unsigned_ones_is_named(log: Log) -> None:
    at = log.signed + 2
    await log.superuser(*renumber(at, "+ 1"), INSERT.format(no=at))
    assert await log.found() == [f"event {at} inserted"]


async def test_signed_heads_that_were_changed_or_removed_are_named(log: Log) -> None:
    numbers = "SELECT array_agg(no ORDER BY no) FROM signed_head WHERE street_id = $1"
    first, second, _ = await log.tianqiao.asks(numbers, TIANQIAO)
    await log.superuser(f"DELETE FROM signed_head WHERE street_id = $street AND no = {second}")
    assert await log.found() == [f"signed heads {first + 1} to {second} removed"]
    await log.superuser(
        f"UPDATE signed_head SET jws = jws || 'x' WHERE street_id = $street AND no = {first}"
    )
    found = await log.found()
    assert found == [
        f"signed head {first} changed",
        f"signed heads 1 to {second} removed",
    ]
    await log.superuser(CHANGE.format(no=second - 1))  # still held to the chain
    assert f"event {second - 1} changed" in await log.found()


async def test_a_head_of_another_street_or_another_document_is_no_head(log: Log) -> None:
    await log.superuser(
        "UPDATE signed_head SET jws = (SELECT jws FROM signed_head WHERE street_id ="
        f" {NEIGHBOUR} LIMIT 1) WHERE street_id = $street AND no = {log.signed}"
    )
    assert f"signed head {log.signed} changed" in await log.found()


async def kept_elsewhere(log: Log, path: Path) -> list[Any]:
    """Fetch the heads over the API, as an auditor does, and keep them in a file."""
    answer = await log.tianqiao.clerk_li.gets(f"/event-heads?street_id={TIANQIAO}&limit=200")
    await asyncio.to_thread(path.write_bytes, answer.content)
    return read_kept(path, read_keys(settings().statement_key.get_secret_value()))


async def test_with_heads_kept_elsewhere_a_tail_is_missed_though_its_signed_heads_are_gone_too(
    log: Log, tmp_path: Path
) -> None:
    kept = await kept_elsewhere(log, tmp_path / "heads.json")
    cut = log.signed - 2
    await log.superuser(
        REMOVE.format(no=f"> {cut}"),
        f"DELETE FROM signed_head WHERE street_id = $street AND no > {cut}",
    )
    await log.mend(cut)
    assert f"event {cut + 1} removed" not in await log.found()
    found = await log.found(*kept)
    assert f"events {cut + 1} to {log.signed} removed" in found
    assert any(one.startswith("signed head") and one.endswith("removed") for one in found)


async def test_with_heads_kept_elsewhere_even_who_has_the_key_cannot_sign_another_past(
    log: Log, tmp_path: Path
) -> None:
    kept = await kept_elsewhere(log, tmp_path / "heads.json")
    await log.superuser("DELETE FROM signed_head", CHANGE.format(no=20))
    await log.seal(20)
    await log.mend(20)
    await log.sign()
    assert await log.found() == []
    found = await log.found(*kept)
    assert "event 20 changed" in found
    signed = log.signed - 4
    assert found == [
        "event 20 changed",
        f"signed heads 20 to {signed} changed (another was kept elsewhere)",
    ]


async def test_what_does_not_fit_is_not_signed_but_logged(
    log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = log.signed + 2
    await log.superuser(CHANGE.format(no=changed))
    signed = log.signed
    await log.sign()
    said = capsys.readouterr().out
    assert re.search(rf"event_chain_broken .*number={changed} ", said), said
    highest = "SELECT max(no) FROM signed_head WHERE street_id = $1"
    assert await log.tianqiao.asks(highest, TIANQIAO) == changed - 1 == signed + 1


async def test_a_log_shortened_behind_its_signed_head_is_logged(
    log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    await log.superuser(REMOVE.format(no=f"> {log.signed - 2}"))
    await log.mend(1)
    first = log.signed - 1
    capsys.readouterr()
    await log.sign()
    said = capsys.readouterr().out
    assert re.search(rf"event_chain_broken .*number={first} ", said), said


async def test_a_key_that_was_changed_still_reads_what_the_one_before_signed(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = json.loads(settings().statement_key.get_secret_value())
    new = OKPKey.generate_key("Ed25519", parameters={"kid": "test-new"}, private=True)
    both = json.dumps({"keys": [new.as_dict(private=True), old]})
    monkeypatch.setenv("MAPLEBRIDGE_STATEMENT_KEY", both)
    settings.cache_clear()
    await log.grow(2)
    await log.sign()
    assert await log.found() == []
    published = (await log.tianqiao.http.get("/.well-known/jwks.json")).json()["keys"]
    assert {"test-new", old["kid"]} <= {key["kid"] for key in published}
    assert not any("d" in key for key in published)
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_long_log_is_signed_in_pieces(log: Log) -> None:
    await log.tianqiao.asks(
        "INSERT INTO event (street_id, type, time, actor, subject, data)"
        " SELECT $1, 'x', now(), 'x', i::text, '{}' FROM generate_series(1, 2500) AS i",
        TIANQIAO,
    )
    await log.sign()
    heads = await log.tianqiao.asks(
        "SELECT count(*) FROM signed_head WHERE street_id = $1", TIANQIAO
    )
    assert heads == 3 + 3
    assert len(await log.found()) == 1  # 2,500 rows that are not the API's, as one range


def an_installation(at: Path) -> Path:
    """Make a data folder with secrets, from where the command is called; return the file for heads."""
    folder = DataFolder.at(at / ".maplebridge")
    folder.create()
    secrets.load_or_create(folder)
    return at / "heads.json"


async def audits(log: Log, at: Path, *words: str) -> tuple[int, str]:
    """Call the command; return how it ended and what it said."""
    key = {"MAPLEBRIDGE_STATEMENT_KEY": settings().statement_key.get_secret_value()}
    done = await asyncio.to_thread(
        subprocess.run,
        [
            *(sys.executable, "-m", "maplebridge", "audit", "verify", *words),
            *("--database-url", log.tianqiao.owner_url),
        ],
        cwd=at,
        env=inherited() | key,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def test_the_log_verifies_after_an_erasure_and_a_merger(log: Log, tmp_path: Path) -> None:
    """By the heads that were signed and kept before, too: no event was touched, and none holds a name."""
    clerk, heads = log.tianqiao.clerk_li, an_installation(tmp_path)
    name, phone = "欧阳晓枫", "15412345678"
    for one, more in (("ouyang", {"phone": phone}), ("ouyang again", {})):
        person = {"id": id_of(one), "street_id": TIANQIAO, "name": name}
        await clerk.makes("/people", person | more)
    place = f"/people/{id_of('ouyang')}"
    told = await clerk.posts(f"{place}/unmask", {"purpose": "answer_person"})
    assert told.json()["name"] == name
    await log.sign()
    await kept_elsewhere(log, heads)
    merged = await clerk.changes(
        f"/people/{id_of('ouyang again')}", "merge", {"into": id_of("ouyang")}
    )
    erased = await clerk.changes(place, "erase", {"reason": "consent_withdrawn"})
    assert (outcome(merged), outcome(erased)) == ("200", "200")

    for signed in (False, True):
        if signed:
            await log.sign()
        code, said = await audits(log, tmp_path, "--heads", str(heads))
        assert (code, "events as they were written" in said) == (0, True), said
    events = await log.tianqiao.asks("SELECT string_agg(e::text, '|') FROM event e")
    assert id_of("ouyang") in events
    assert name not in events
    assert phone not in events


async def test_the_command_names_the_row_and_ends_with_an_error(log: Log, tmp_path: Path) -> None:
    heads = an_installation(tmp_path)
    await kept_elsewhere(log, heads)

    code, said = await audits(log, tmp_path)
    assert code == 0
    assert f"{TIANQIAO}: {log.last} events as they were written, signed up to {log.signed}" in said
    assert f"{NEIGHBOUR}: " in said

    await log.superuser(CHANGE.format(no=20))
    for words in ((), ("--street", str(TIANQIAO)), ("--heads", str(heads))):
        code, said = await audits(log, tmp_path, *words)
        assert (code, f"{TIANQIAO}: event 20 changed\n" in said) == (1, True), said
    code, said = await audits(log, tmp_path, "--street", str(NEIGHBOUR))
    assert (code, str(TIANQIAO) in said) == (0, False)
    code, said = await audits(log, tmp_path, "--street", "1")
    assert (code, "no street 1" in said) == (1, True)
    heads.write_text("nothing", encoding="utf-8")
    code, said = await audits(log, tmp_path, "--heads", str(heads))
    assert (code, "no signed head" in said) == (1, True)


async def test_a_role_from_whom_rows_are_hidden_is_told_so(log: Log) -> None:
    url = log.jobs_database.connections._url
    with pytest.raises(Trouble, match="owner"):
        [street async for street in verify(url, "{}", None)]


async def test_the_streets_heads_are_shown_to_who_may_read_its_events(log: Log) -> None:
    tianqiao = log.tianqiao
    page = (await tianqiao.clerk_li.gets(f"/event-heads?street_id={TIANQIAO}")).json()
    numbers = [one["number"] for one in page["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] == log.signed
    strangers = (await tianqiao.stranger.gets("/event-heads")).json()["items"]
    assert {one["street_id"] for one in strangers} == {NEIGHBOUR}
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert (await wang.gets("/event-heads")).status_code == 403


async def test_a_head_can_be_checked_with_the_published_keys_alone(log: Log) -> None:
    """By the RFCs and hashlib: nothing of ours."""
    published = (await log.tianqiao.http.get("/.well-known/jwks.json")).json()
    page = (await log.tianqiao.clerk_li.gets(f"/event-heads?street_id={TIANQIAO}")).json()
    signed = jws.deserialize_compact(
        page["items"][0]["head"], KeySet.import_key_set(published), algorithms=["EdDSA"]
    )
    assert signed.headers()["typ"] == "maplebridge-event-head+jws"
    head = json.loads(signed.payload)
    row = await log.tianqiao.asks(
        "SELECT encode(hash, 'hex') FROM event WHERE street_id = $1 AND no = $2",
        TIANQIAO,
        head["number"],
    )
    assert head["hash"] == row
    assert datetime.fromisoformat(head["at"]) <= datetime.now(UTC)
    assert (
        hashlib.sha256(b"").digest_size * (head["number"] - head["from"] + 1)
        == len(head["hashes"]) * 3 // 4
    )
