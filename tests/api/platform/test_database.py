"""Isolation, proven from below: raw SQL under each role, the gate, a poisoned session."""

import gc
import json
import re
from datetime import date, datetime
from uuid import UUID

import asyncpg
import pytest

from maplebridge_api.platform.database import EVERYWHERE, GATE, Database, Read, Scope
from maplebridge_api.platform.schema import SHARED_TABLES, STREET_TABLES, metadata
from tests.api.test_every_resource import BY_PATH
from tests.conftest import Databases
from tests.world import NEIGHBOUR, TIANQIAO, Tianqiao, ballot, dispute, id_of, outcome

FEED_VIEWS = "SELECT viewname::text FROM pg_views WHERE schemaname = 'feed'"
#: A value for everything that a read may be asked by but an id.
VALUES = {
    "no": 0,
    "within_days": 60,
    "shape": "people",
    "limit": 50,
    "after_street": 999_999_999,
    "after_id": UUID(int=2**128 - 1),
    "page_street": 0,
    "page_version": 0,
    "name": "chenguang",
    "after": 0,
    "streets": [TIANQIAO],
    "numbers": [0],
    "street_id": TIANQIAO,
    "actor": "clients/clerk_li",
    "key": "k",
    "at": datetime.fromisoformat("2026-10-13T20:00:00+08:00"),
    "then": datetime.fromisoformat("2026-10-13T20:00:00+08:00"),
    "level": "quarter",
    "number": 1,
    "kind": "member_score",
    "state": "reported",
    "step": 1,
    "places": [f"{TIANQIAO}/"],
    "filing": "missing",
    "households_min": 300,
    "households_max": 500,
    "from_": date(2026, 10, 1),
    "until": date(2026, 11, 1),
    "handover": "missing",
    "reached": False,
    "today": date(2026, 11, 2),
    "rows": '[{"lo": 0, "hi": 999999999, "last_day": "2027-12-31", "notices": []}]',
}


def asked_by(read: Read[object], id_: UUID) -> dict[str, object]:
    """Give a read a value for each name that it is asked by; what is not known is an id."""
    names = {
        name for form in (read.one, read.several) for name in {*form.names} - {*form.constants}
    }
    names -= {"lo", "hi"}
    return {name: VALUES.get(name, id_) for name in names}


def all_reads() -> list[Read[object]]:
    """Find every compiled read of the application, whichever slice it is in."""
    return [one for one in gc.get_objects() if isinstance(one, Read)]


@pytest.fixture
async def as_api(databases: Databases, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(databases.url(database, "mb_api"))


async def test_without_a_range_no_row_is_seen(as_api: asyncpg.Connection) -> None:
    for table in STREET_TABLES:
        assert await as_api.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    await as_api.close()


async def test_in_another_streets_range_only_its_rows_are_seen(as_api: asyncpg.Connection) -> None:
    async with as_api.transaction():
        await as_api.execute(f"SELECT mb_enter({NEIGHBOUR}, {NEIGHBOUR})")
        for table in STREET_TABLES:
            streets = await as_api.fetch(f"SELECT DISTINCT street_id FROM {table}")
            assert {row["street_id"] for row in streets} <= {NEIGHBOUR}, table
        assert await as_api.fetchval("SELECT count(*) FROM grid") == 3
        assert await as_api.fetchval("SELECT count(*) FROM interest") == 0
    await as_api.close()


async def test_a_row_of_another_street_cannot_be_written(as_api: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with as_api.transaction():
            await as_api.execute(f"SELECT mb_enter({NEIGHBOUR}, {NEIGHBOUR})")
            await as_api.execute("INSERT INTO person (street_id, name) VALUES ($1, 'x')", TIANQIAO)
    await as_api.close()


async def test_a_range_ends_with_its_transaction(as_api: asyncpg.Connection) -> None:
    async with as_api.transaction():
        await as_api.execute(f"SELECT mb_enter({TIANQIAO}, {TIANQIAO})")
        assert await as_api.fetchval("SELECT count(*) FROM street") == 1
    assert await as_api.fetchval("SELECT count(*) FROM street") == 0
    await as_api.close()


async def test_a_range_is_entered_once(as_api: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.PostgresError, match="already entered"):
        async with as_api.transaction():
            await as_api.execute(f"SELECT mb_enter({NEIGHBOUR}, {NEIGHBOUR})")
            await as_api.execute(f"SELECT mb_enter({TIANQIAO}, {TIANQIAO})")
    await as_api.close()


async def test_the_evaluator_reads_the_feed_and_nothing_else(
    tianqiao: Tianqiao, databases: Databases, database: str
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/ballots", ballot("liu in library", "enterprise", "chenguang"))
    for path in ("/records", "/evaluation-runs", "/tasks"):
        await clerk.makes(path, BY_PATH[path].new(0))
    connection = await asyncpg.connect(databases.url(database, "mb_evaluator"))
    views = [view for (view,) in await connection.fetch(FEED_VIEWS)]
    assert len(views) >= 6
    for table in (*STREET_TABLES, *SHARED_TABLES, "interest", "subject"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT 1 FROM {table}")
    for table in STREET_TABLES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"UPDATE {table} SET street_id = 0")
    for view in views:
        assert await connection.fetchval(f"SELECT count(*) FROM feed.{view}") == 0, view
    seen = set()
    for street_id in (TIANQIAO, NEIGHBOUR):
        async with connection.transaction():
            await connection.execute(f"SELECT mb_enter({street_id}, {street_id})")
            for view in views:
                streets = await connection.fetch(f"SELECT DISTINCT street_id FROM feed.{view}")
                assert {row["street_id"] for row in streets} <= {street_id}, view
                seen |= {view for _ in streets if street_id == TIANQIAO}
    assert seen == {*views}  # each has shown rows of Tianqiao, and to Tianqiao only
    await connection.close()


async def test_the_services_make_no_temporary_tables(databases: Databases) -> None:
    for role in ("mb_api", "mb_evaluator"):
        connection = await asyncpg.connect(databases.url("maplebridge", role))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="temporary tables"):
            await connection.execute("CREATE TEMP TABLE event_head (street_id int)")
        await connection.close()


#: Looked at in the place of the log's heads and of the logins, it would run as the owner.
STAND_IN = """
    CREATE TEMP TABLE ran (who text);
    GRANT ALL ON ran TO PUBLIC;
    CREATE FUNCTION pg_temp.run() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO pg_temp.ran VALUES (current_user); RETURN NEW; END $$;
    CREATE TEMP TABLE event_head AS SELECT * FROM public.event_head;
    CREATE TRIGGER run BEFORE UPDATE ON pg_temp.event_head
        FOR EACH ROW EXECUTE FUNCTION pg_temp.run();
    CREATE TEMP TABLE login (account_hash bytea, street_id int, person_id uuid);
    INSERT INTO pg_temp.login VALUES ('x', 411104001, gen_random_uuid());
    GRANT ALL ON pg_temp.event_head, pg_temp.login TO PUBLIC;
"""
EVENT = """
    INSERT INTO event (street_id, type, time, actor, subject, data)
    VALUES ($1, 'x', now(), 'clients/x', 'streets/x', '{}') RETURNING no
"""


async def test_a_temporary_table_does_not_stand_in_for_one_that_the_owners_rights_reach(
    as_api: asyncpg.Connection, tianqiao: Tianqiao, database: str
) -> None:
    """Also where somebody has let the API's role make them: nothing of its own runs as the owner."""
    await tianqiao.asks(f"GRANT TEMPORARY ON DATABASE {database} TO mb_api")
    last = await tianqiao.asks("SELECT last_no FROM event_head WHERE street_id = $1", TIANQIAO)
    async with as_api.transaction():
        await as_api.execute(f"SELECT mb_enter({TIANQIAO}, {TIANQIAO})")
        await as_api.execute(STAND_IN)
        assert await as_api.fetchval(EVENT, TIANQIAO) == last + 1
        assert await as_api.fetch("SELECT who FROM pg_temp.ran") == []
        assert await as_api.fetch("SELECT * FROM mb_find_login(ARRAY['x'::bytea])") == []
    await as_api.close()


@pytest.mark.parametrize("wrong", [(NEIGHBOUR, NEIGHBOUR), (0, 999_999_999)])
async def test_on_a_poisoned_session_nothing_is_read_or_written(
    tianqiao: Tianqiao, wrong: tuple[int, int]
) -> None:
    """A range left behind on a connection must give an error, never another street's rows."""
    database: Database = tianqiao.app.state.database
    async with database.connections.use() as one:  # the last used is the next
        await one.execute(f"SET mb.lo = '{wrong[0]}'; SET mb.hi = '{wrong[1]}'")
    for answer in (
        await tianqiao.clerk_li.gets("/grids"),
        await tianqiao.clerk_li.gets(f"/grids/{id_of('huayuan')}"),
        await tianqiao.clerk_li.posts("/disputes", dispute()),
        await tianqiao.clerk_li.posts("/people", {"street_id": TIANQIAO, "name": "某人"}),
    ):
        assert outcome(answer) == "500 internal_error"
    async with database.connections.use() as one:
        await one.execute("RESET mb.lo; RESET mb.hi")
    assert await tianqiao.new_events() == []


async def test_on_a_poisoned_session_no_read_at_all_gives_rows(
    databases: Databases, database: str
) -> None:
    """Every read of the application, by names of both streets, in either range, poisoned by either."""
    connection = await asyncpg.connect(databases.url(database, "mb_api"))
    for left_behind in (Scope(TIANQIAO, TIANQIAO), Scope(NEIGHBOUR, NEIGHBOUR)):
        await connection.execute(f"SET mb.lo = '{left_behind.lo}'; SET mb.hi = '{left_behind.hi}'")
        for read in all_reads():
            for name in ("huayuan", "flooded kitchen", "next quarter"):
                for scope in (Scope(TIANQIAO, TIANQIAO), Scope(NEIGHBOUR, NEIGHBOUR), EVERYWHERE):
                    sql, *arguments = read.prepare(scope, asked_by(read, UUID(id_of(name))))
                    try:
                        found = await connection.fetch(sql, *arguments)
                    except asyncpg.PostgresError as error:
                        assert error.sqlstate == "MB001"  # noqa: PT017 - or no row at all
                    else:
                        assert found == [], sql
    await connection.close()


def test_every_read_lies_behind_the_gate() -> None:
    reads = all_reads()
    assert len(reads) > 25
    for read in reads:
        for sql, named in ((read.one.sql, "="), (read.several.sql, "(BETWEEN|=)")):
            head, _, behind = sql.partition("LATERAL")
            assert re.search(r"mb_enter\(\$\d+::INTEGER, \$\d+::INTEGER\) AS ok", head), sql
            assert str(GATE) in behind, sql
            assert "LIMIT" in behind, sql
            assert re.search(rf"street_id {named} \$", behind), sql


async def test_no_read_shows_a_neighbour_what_belongs_to_the_street(tianqiao: Tianqiao) -> None:
    """Each read, with every value that could name a row of Tianqiao, in the neighbour's range."""
    database: Database = tianqiao.app.state.database
    ids = [
        UUID(id_of(name)) for name in ("huayuan", "flooded kitchen", "wang", "rubric", "meeting")
    ]
    ids.append(UUID(id_of("wang in huayuan branch")))
    for read in all_reads():
        for id_ in ids:
            named = asked_by(read, id_)
            for scope in (Scope(NEIGHBOUR, NEIGHBOUR), Scope(0, TIANQIAO - 1)):
                found = await database.read(read, scope, **named)
                shown = json.dumps(found, default=str)
                assert str(TIANQIAO) not in shown, read.one.sql
                assert id_of("huayuan") not in shown, read.one.sql


async def test_the_installations_own_range_reaches_every_street(tianqiao: Tianqiao) -> None:
    database: Database = tianqiao.app.state.database
    async with database.transaction(EVERYWHERE) as tx:
        count = await tx.connection.fetchval("SELECT count(*) FROM street")
    assert count == 2


def test_every_table_is_listed_as_a_streets_or_shared() -> None:
    assert set(metadata.tables) == {*STREET_TABLES, *SHARED_TABLES}
