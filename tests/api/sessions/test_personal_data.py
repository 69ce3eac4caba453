"""What hangs on a person by a login goes with them: erased, handed out, merged, sealed anew, kept a year."""

import base64
import os
from asyncio import create_task, gather, timeout
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from maplebridge_api import jobs
from maplebridge_api.main import create_app
from maplebridge_api.platform import sandbox
from maplebridge_api.platform.clock import clock, wall
from maplebridge_api.platform.personal import Keyring
from maplebridge_api.platform.rotation import left_over, rotate
from maplebridge_api.platform.schema import metadata
from maplebridge_api.sessions import queries
from maplebridge_api.settings import read_keys, settings
from tests.api.sessions.door import Door
from tests.world import TIANQIAO, id_of, outcome, outcomes

create_app()  # declares every table
OLD_KEY = os.environ["MAPLEBRIDGE_PERSONAL_DATA_KEY"]
NEW_KEY = f"k2:{base64.b64encode(bytes(range(32))).decode()}"
OF_LOGINS = ("login", "binding_code", "binding_try", "session")
YEAR = timedelta(days=366)
RESIDENT = {"street_id": TIANQIAO, "name": "周远"}


async def left(door: Door) -> dict[str, int]:
    """Count what logins have left behind."""
    return {table: await door.street.asks(f"SELECT count(*) FROM {table}") for table in OF_LOGINS}


async def night(door: Door, later: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the job run when both clocks stand later."""

    async def stands(_: object) -> None:
        """The sandbox's clock stands where the test has set it."""

    now = wall() + later
    monkeypatch.setattr(sandbox, "resume", stands)
    monkeypatch.setattr("maplebridge_api.sessions.service.wall", lambda: now)
    clock.set_to = now
    await jobs.erase_what_is_due({"database": door.street.app.state.database})


async def test_who_is_erased_is_logged_out_and_no_account_leads_to_them(door: Door) -> None:
    registered = (await door.by_wechat("openid-r", **RESIDENT)).json()
    await door.code_for("chen")
    person = registered["person_id"]
    clerk = door.street.clerk_li
    await clerk.makes(f"/people/{person}/binding-codes", {})
    first = {"street_id": TIANQIAO, "binding_code": "AAAAA-AAAAA"}
    await door.by_wechat("openid-s", **first)  # a try that is somebody else's
    erased = await clerk.changes(f"/people/{person}", "erase", {"reason": "consent_withdrawn"})
    assert outcome(erased) == "200"
    assert await left(door) == {"login": 0, "binding_code": 1, "binding_try": 1, "session": 0}
    assert outcome(await door.refreshes(registered["refresh_token"])) == "401 refresh_token_wrong"
    door.street.app.state.session_states._until.clear()  # two seconds have passed
    assert outcome(await door.acting(registered).gets("/sessions")) == "401 not_authenticated"
    assert outcome(await door.by_wechat("openid-r")) == "422 first_login"


async def test_an_account_is_disclosed_beside_an_export_and_by_nothing_else(door: Door) -> None:
    await door.lets_in("wang")
    wang = id_of("wang")
    connection = await asyncpg.connect(door.api_url)

    async def given(kind: str, of: str) -> int:
        async with connection.transaction():
            await connection.execute("SELECT mb_enter(411104001, 411104001)")
            await connection.execute(
                "INSERT INTO event (street_id, type, time, actor, subject, data)"
                " VALUES (411104001, $2, now(), 'clients/x', 'people/' || $1, '{}')",
                *(of, kind),
            )
            asked = "SELECT count(*) FROM mb_disclose_accounts(411104001, $1::text::uuid)"
            return int(await connection.fetchval(asked, wang))

    assert await given("person.exported", wang) == 1
    assert await given("person.unmasked", wang) == 0
    assert await given("person.exported", id_of("chen")) == 0
    await connection.close()


async def test_the_tries_of_an_erased_persons_account_go_too(door: Door) -> None:
    wrong = {"street_id": TIANQIAO, "binding_code": "AAAAA-AAAAA"}
    await door.by_wechat("openid-r", **wrong)
    registered = (await door.by_wechat("openid-r", **RESIDENT)).json()
    assert (await left(door))["binding_try"] == 1
    place = f"/people/{registered['person_id']}"
    await door.street.clerk_li.changes(place, "erase", {"reason": "consent_withdrawn"})
    assert set((await left(door)).values()) == {0}


async def test_an_export_lists_accounts_codes_and_sessions_without_what_proves_them(
    door: Door,
) -> None:
    wrong = {"street_id": TIANQIAO, "binding_code": "AAAAA-AAAAA"}
    for openid in ("openid-of-wang", "openid-of-another"):
        await door.by_wechat(openid, **wrong)
    session = await door.lets_in("wang", device="Pixel 12")
    exported = await door.acting(session).gets(f"/people/{id_of('wang')}/export")
    kept = exported.json()["kept"]
    assert exported.json()["accounts"] == ["wechat wx0123456789abcdef openid-of-wang"]
    assert kept["session"][0]["id"] == session["id"]
    assert kept["session"][0]["device"] == "Pixel 12"
    assert set(kept["login"][0]) == {"id", "street_id", "person_id", "lets_in"}
    assert kept["binding_code"][0]["closed_at"]
    [tries] = kept["binding_try"]  # of their own account, and of no other
    assert (tries["street_id"], tries["wrong"]) == (TIANQIAO, 1)
    assert set(tries) == {"street_id", "wrong", "last_at"}
    connection = await asyncpg.connect(door.street.owner_url)
    for table in ("session", "login", "binding_code"):
        [row] = await connection.fetch(f"SELECT * FROM {table}")
        proofs = [name for name, value in row.items() if isinstance(value, bytes)]
        assert proofs, table
        for name in (*proofs, "selector"):
            assert name not in kept[table][0], name
            if name in proofs:
                assert row[name].hex() not in exported.text
    await connection.close()


def test_what_a_login_keeps_in_bytes_leaves_by_no_export() -> None:
    """Hashes, sealed accounts: a new one that nobody has declared secret fails here."""
    for name in OF_LOGINS:
        for column in metadata.tables[name].columns:
            if column.type.python_type is bytes:
                assert column.info.get("secret"), f"{name}.{column.name}"


async def test_a_merger_carries_accounts_codes_and_sessions_over(door: Door) -> None:
    registered = (await door.by_wechat("openid-r", **RESIDENT)).json()
    again, wang = registered["person_id"], id_of("wang")
    place = f"/people/{again}"
    issued = await door.street.clerk_li.makes(f"{place}/binding-codes", {})
    merged = await door.street.clerk_li.changes(place, "merge", {"into": wang})
    assert outcome(merged) == "200"
    door.street.app.state.session_states._until.clear()  # two seconds have passed
    # A token of before speaks as an entry that is gone; the next one as the one that is left.
    assert outcome(await door.acting(registered).gets("/sessions")) == "401 not_authenticated"
    refreshed = await door.refreshes(registered["refresh_token"])
    assert refreshed.json()["person_id"] == wang
    assert outcome(await door.acting(refreshed.json()).gets("/sessions")) == "200"
    assert (await door.by_wechat("openid-r")).json()["person_id"] == wang
    bound = {"street_id": TIANQIAO, "binding_code": issued["binding_code"]}
    assert (await door.by_wechat("openid-2", **bound)).json()["person_id"] == wang


async def test_no_code_is_issued_for_who_is_erased_or_merged(door: Door) -> None:
    clerk = door.street.clerk_li
    for name, act, body, refusal in (
        ("one", "erase", {"reason": "unlawful"}, "410 person_erased"),
        ("two", "merge", {"into": id_of("wang")}, "410 person_merged"),
    ):
        person = {"id": id_of(name), "street_id": TIANQIAO, "name": "周远"}
        await clerk.makes("/people", person)
        await clerk.changes(f"/people/{id_of(name)}", act, body)
        refused = await clerk.posts(f"/people/{id_of(name)}/binding-codes", {})
        assert outcome(refused) == refusal


@pytest.mark.parametrize(
    ("act", "body"), [("erase", {"reason": "unlawful"}), ("merge", {"into": id_of("wang")})]
)
async def test_who_binds_an_account_meanwhile_leaves_none_at_an_entry_that_is_gone(
    door: Door, act: str, body: dict[str, str]
) -> None:
    clerk = door.street.clerk_li
    for number in range(5):
        person = id_of(f"resident {number}")
        await clerk.makes("/people", {"id": person, "street_id": TIANQIAO, "name": "周远"})
        code = (await clerk.makes(f"/people/{person}/binding-codes", {}))["binding_code"]
        answers = await gather(
            clerk.posts(f"/people/{person}/{act}", body, headers={"If-Match": '"1"'}),
            door.by_wechat(f"openid-{number}", street_id=TIANQIAO, binding_code=code),
        )
        assert outcomes(answers) in (["200", "201"], ["200", "403 binding_code_wrong"])
        for table in ("login", "session", "binding_code"):
            count = f"SELECT count(*) FROM {table} WHERE person_id = $1"
            assert await door.street.asks(count, person) == 0, (number, table)


async def test_a_changed_key_hashes_accounts_anew_and_the_old_one_can_be_dropped(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of who does not log in between."""
    await door.lets_in("wang", "openid-w")
    before = await door.street.asks("SELECT account_hash FROM login")
    both = f"{NEW_KEY},{OLD_KEY}"
    monkeypatch.setenv("MAPLEBRIDGE_PERSONAL_DATA_KEY", both)
    settings.cache_clear()
    keys = Keyring(read_keys(both))
    owner = await asyncpg.connect(door.street.owner_url)
    assert await left_over(owner, keys) == 2  # the account, and Wang's phone
    async for progress in rotate(owner, keys):
        assert progress.lost == 0
    assert await left_over(owner, keys) == 0
    await owner.close()
    assert await door.street.asks("SELECT account_hash FROM login") != before
    monkeypatch.setenv("MAPLEBRIDGE_PERSONAL_DATA_KEY", NEW_KEY)
    settings.cache_clear()
    assert (await door.by_wechat("openid-w")).json()["person_id"] == id_of("wang")


async def test_an_account_that_is_hashed_anew_just_when_it_logs_in_is_known(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change of the key comes between the login's two statements: it was found, and then moves."""
    await door.lets_in("wang", "openid-w")
    both = f"{NEW_KEY},{OLD_KEY}"
    monkeypatch.setenv("MAPLEBRIDGE_PERSONAL_DATA_KEY", both)
    settings.cache_clear()
    owner = await asyncpg.connect(door.street.owner_url)
    database = door.street.app.state.database
    find = database.shared

    async def find_and_then_rotate(statement: Any, **values: Any) -> Any:
        found = await find(statement, **values)
        if statement is queries.FIND_LOGIN:
            async for progress in rotate(owner, Keyring(read_keys(both))):
                assert progress.lost == 0
        return found

    monkeypatch.setattr(database, "shared", find_and_then_rotate)
    answer = await door.by_wechat("openid-w")
    await owner.close()
    assert outcome(answer) == "201"
    assert answer.json()["person_id"] == id_of("wang")


async def test_who_logs_in_and_the_nightly_job_lock_in_one_order(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who logs in holds the login and then needs the person: the job must not hold that one yet."""
    registered = (await door.by_wechat("openid-r", **RESIDENT)).json()
    owner = await asyncpg.connect(door.street.owner_url)
    await owner.execute("UPDATE session SET used_at = '2020-01-01', ends_at = '2020-01-01'")
    login = owner.transaction()
    await login.start()
    await owner.execute("UPDATE login SET account_hash = account_hash")
    job = create_task(night(door, YEAR * 2, monkeypatch))
    async with timeout(10):
        while not await door.street.asks("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not job.done()
    await owner.execute(
        "SELECT FROM person WHERE id = $1 FOR KEY SHARE NOWAIT", registered["person_id"]
    )
    await login.commit()
    await owner.close()
    await job
    assert (await left(door))["login"] == 0


async def test_what_logins_leave_goes_after_a_year_and_what_is_in_force_stays(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await door.lets_in("wang")
    await door.by_wechat("openid-s", street_id=TIANQIAO, binding_code="AAAAA-AAAAA")
    assert outcome(await door.acting(session).asks("DELETE", f"/sessions/{session['id']}")) == "200"
    await night(door, YEAR - timedelta(days=3), monkeypatch)
    assert await left(door) == {"login": 1, "binding_code": 1, "binding_try": 1, "session": 1}
    await night(door, YEAR + timedelta(days=3), monkeypatch)
    assert await left(door) == {"login": 1, "binding_code": 0, "binding_try": 0, "session": 0}


async def test_a_resident_who_uses_the_service_is_kept(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = (await door.by_wechat("openid-r", **RESIDENT)).json()
    connection = await asyncpg.connect(door.street.owner_url)
    used = wall() + timedelta(days=300)
    await connection.execute("UPDATE session SET used_at = $1, ends_at = $1", used)
    await connection.close()
    count = "SELECT count(name) FROM person WHERE id = $1"
    await night(door, YEAR + timedelta(days=3), monkeypatch)
    assert await door.street.asks(count, registered["person_id"]) == 1
    await night(door, timedelta(days=300) + YEAR, monkeypatch)
    assert await door.street.asks(count, registered["person_id"]) == 0
    assert (await left(door))["login"] == 0
