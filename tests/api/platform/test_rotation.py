"""A new key: everything is sealed anew while people go on entering and correcting; nothing is lost."""

import asyncio
import base64
import hmac
import os
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from maplebridge_api.platform import personal
from maplebridge_api.platform.personal import CannotUnseal, Keyring, place
from maplebridge_api.platform.rotation import Progress, left_over, rotate, sealed_columns
from maplebridge_api.platform.schema import metadata
from maplebridge_api.settings import read_keys
from tests.world import TIANQIAO, Tianqiao, id_of, new_id

OLD, NEW = ("k1", bytes(32)), ("k2", os.urandom(32))
BOTH, BEFORE = Keyring(dict([NEW, OLD])), Keyring(dict([OLD, NEW]))
NUMBER = 60


@pytest.fixture
async def owner(tianqiao: Tianqiao) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(tianqiao.owner_url)
    yield connection
    await connection.close()


def phone(number: int) -> str:
    return f"1540000{number:04d}"


async def many_people(tianqiao: Tianqiao) -> list[str]:
    items = [
        {"id": new_id(), "street_id": TIANQIAO, "name": f"周{n}", "phone": phone(n)}
        for n in range(1000, 1000 + NUMBER)
    ]
    answer = await tianqiao.clerk_li.posts("/people/batch", {"items": items})
    ids: list[str] = answer.json()["ids"]
    return ids


async def phones(owner: "asyncpg.Connection[Any]", keys: Keyring) -> dict[str, str]:
    rows = await owner.fetch("SELECT * FROM person WHERE phone_encrypted IS NOT NULL")
    return {
        str(row["id"]): keys.unseal(row["phone_encrypted"], place("person", row["id"], "phone"))
        for row in rows
    }


async def finished(owner: "asyncpg.Connection[Any]", batch: int = 7) -> Progress:
    *_, last = [Progress(), *[progress async for progress in rotate(owner, BOTH, batch)]]
    return last


def encrypts_with(keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "keyring", lambda: keys)
    monkeypatch.setattr("maplebridge_api.people.service.keyring", lambda: keys)


async def test_everything_is_sealed_with_the_newest_key_and_read_with_it_alone(
    tianqiao: Tianqiao, owner: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_people(tianqiao)
    before = await phones(owner, BEFORE)
    assert await left_over(owner, BOTH) == NUMBER + 1  # Wang has one
    progress = await finished(owner)
    assert (progress.done, progress.passed_over, progress.lost) == (NUMBER + 1, 0, 0)
    assert await left_over(owner, BOTH) == 0
    alone = Keyring(dict([NEW]))
    assert await phones(owner, alone) == before
    with pytest.raises(CannotUnseal):
        await phones(owner, Keyring(dict([OLD])))
    encrypts_with(alone, monkeypatch)
    sought = {"street_id": TIANQIAO, "phone": phone(1007)}
    assert len((await tianqiao.clerk_li.posts("/people/lookup", sought)).json()["items"]) == 1


async def test_while_it_runs_people_are_found_by_either_hash(
    tianqiao: Tianqiao, owner: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_people(tianqiao)
    encrypts_with(BOTH, monkeypatch)
    halfway = rotate(owner, BOTH, batch=20)
    await anext(halfway)
    for number in range(1000, 1000 + NUMBER, 11):
        sought = {"street_id": TIANQIAO, "phone": phone(number)}
        found = (await tianqiao.clerk_li.posts("/people/lookup", sought)).json()["items"]
        assert len(found) == 1, number
    await halfway.aclose()


async def test_stopped_it_goes_on_with_what_is_left(
    tianqiao: Tianqiao, owner: "asyncpg.Connection[Any]"
) -> None:
    await many_people(tianqiao)
    halfway = rotate(owner, BOTH, batch=20)
    assert (await anext(halfway)).done == 20
    await halfway.aclose()
    assert await left_over(owner, BOTH) == NUMBER + 1 - 20
    assert (await finished(owner)).done == NUMBER + 1 - 20
    assert (await finished(owner)).done == 0


@pytest.mark.parametrize("writers", [BEFORE, BOTH], ids=["with the old key", "with the new"])
async def test_what_is_written_meanwhile_is_not_lost(
    tianqiao: Tianqiao,
    owner: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
    writers: Keyring,
) -> None:
    """Corrections, entries and removals of phones race with small batches, over and over."""
    ids = await many_people(tianqiao)
    encrypts_with(writers, monkeypatch)
    expected = await phones(owner, BEFORE)
    clerk = tianqiao.clerk_li

    async def corrects(id_: str, number: int) -> None:
        new = phone(number) if number % 5 else None
        answer = await clerk.changes(f"/people/{id_}", "correction", {"phone": new})
        assert answer.status_code == 200, answer.text
        expected.pop(id_)
        if new:
            expected[id_] = new

    async def enters(number: int) -> None:
        body = {"street_id": TIANQIAO, "name": "周新", "phone": phone(number)}
        made = await clerk.makes("/people", body)
        expected[made["id"]] = phone(number)

    async def rotates() -> None:
        for _ in range(6):
            await finished(owner, batch=3)

    await asyncio.gather(
        rotates(),
        *(corrects(id_, 2000 + n) for n, id_ in enumerate(ids[::2])),
        *(enters(3000 + n) for n in range(15)),
    )
    assert await phones(owner, BOTH) == expected
    await finished(owner)
    assert await left_over(owner, BOTH) == 0
    assert await phones(owner, BOTH) == expected
    rows = await owner.fetch("SELECT phone_hash FROM person WHERE phone_hash IS NOT NULL")
    hashed = {row["phone_hash"] for row in rows}
    assert hashed == {BOTH.hashes("phone look-up", one)[0] for one in expected.values()}


async def test_between_reading_and_writing_back_a_change_wins(
    tianqiao: Tianqiao, owner: "asyncpg.Connection[Any]"
) -> None:
    """A phone that is corrected after the rotation has read it must not come back."""
    await many_people(tianqiao)
    second = await asyncpg.connect(tianqiao.owner_url)
    corrected: list[str] = []

    class Correcting:
        """The owner's connection, on which somebody else is quicker just before each writing."""

        async def fetch(self, sql: str, *values: Any) -> Any:
            if sql.startswith("UPDATE") and not corrected:
                id_ = str(values[1][0])  # the first of the batch that has been read
                corrected.append(id_)
                await second.execute(
                    "UPDATE person SET phone_encrypted = $1 WHERE id = $2",
                    *(BEFORE.seal("15499999999", place("person", id_, "phone")), id_),
                )
            return await owner.fetch(sql, *values)

    *_, progress = [one async for one in rotate(Correcting(), BOTH, batch=10)]  # type: ignore[arg-type]
    await second.close()
    assert progress.passed_over == 1
    assert (await phones(owner, BOTH))[corrected[0]] == "15499999999"
    assert await left_over(owner, BOTH) == 1  # and the next run takes it


async def test_what_no_key_opens_is_counted_and_left_alone(
    tianqiao: Tianqiao, owner: "asyncpg.Connection[Any]"
) -> None:
    lost = Keyring({"k0": os.urandom(32)}).seal("15400000001", f"person/{id_of('wang')}/phone")
    await owner.execute("UPDATE person SET phone_encrypted = $1 WHERE name = 'wang'", lost)
    assert (await finished(owner)).lost == 1
    kept = await owner.fetchval("SELECT phone_encrypted FROM person WHERE name = 'wang'")
    assert kept == lost


def test_a_sealed_phone_cannot_be_moved_to_another_row_or_passed_off_as_of_another_key() -> None:
    sealed = BOTH.seal("15400000001", "person/1/phone")
    assert BOTH.unseal(sealed, "person/1/phone") == "15400000001"
    for forged, where in (
        (sealed, "person/2/phone"),
        (sealed, "person/1/fax"),
        (sealed.replace(b"k2:", b"k1:", 1), "person/1/phone"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "person/1/phone"),
        (sealed.replace(b"k2:", b"k9:", 1), "person/1/phone"),
    ):
        with pytest.raises(CannotUnseal):
            BOTH.unseal(forged, where)


def test_keys_of_one_purpose_tell_nothing_of_another() -> None:
    """RFC 5869's expansion, computed by hand from its definition."""
    [one, _] = BOTH.hashes("phone look-up", "x")
    [other, _] = BOTH.hashes("account", "x")
    assert one != other
    derived = hmac.digest(NEW[1], b"maplebridge phone look-up\x01", "sha256")
    assert one == hmac.digest(derived, b"x", "sha256")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "k1",
        "k1:short",
        f":{base64.b64encode(bytes(32)).decode()}",
        f"k 1:{base64.b64encode(bytes(32)).decode()}",
        f"k1:{base64.b64encode(bytes(31)).decode()}",
        ",".join([f"k1:{base64.b64encode(bytes(32)).decode()}"] * 2),
    ],
)
def test_keys_that_cannot_be_told_apart_or_used_are_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"Key|Two keys") as refused:
        read_keys(wrong)
    assert base64.b64encode(bytes(31)).decode()[:10] not in str(refused.value)


def test_whatever_is_sealed_is_rotated() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_encrypted")
    }
    assert {f"{one.table}.{one.name}_encrypted" for one in sealed_columns()} == sealed
    assert sealed >= {"person.phone_encrypted"}
