"""The evaluator's way to a real database: what it reads of a street's month, and what it cannot."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import adbc_driver_manager
import asyncpg
import polars as pl
import pytest

from maplebridge.database import as_role, let_services_log_in, migrate
from maplebridge.postgres import PostgresServer
from maplebridge.secrets import create
from maplebridge_domain.evaluation import ResultKind
from maplebridge_domain.rubrics import shipped_rubric
from maplebridge_evaluator.feed import FRAMES, Database, RubricChanged, read_feed
from maplebridge_evaluator.scoring import score

TIANQIAO, NEIGHBOUR = 411104001, 411104002
COMMITTEE, ENTERPRISE, PARTY_ORG, WANG, LI, WANG_IN_OFFICE, LI_IN_OFFICE, RUBRIC, RUN = (
    UUID(int=n) for n in range(1, 10)
)
SECRETS = create()
# All rows of a street but its ballots. Tests of the feed look at columns, not at what the API
# guarantees about rows, so foreign keys are off.
ROWS = """
SET session_replication_role = replica;
INSERT INTO organisation (street_id, id, grid_id, kind, name, name_sought, name_listed, parent_id) VALUES
    ({street}, '{committee}', uuidv7(), 'owners_committee', '业委会', '', '', NULL),
    ({street}, '{enterprise}', uuidv7(), 'property_enterprise', '物业公司', '', '', NULL),
    ({street}, '{party_org}', uuidv7(), 'enterprise_party_org', '物业党支部', '', '', '{enterprise}');
INSERT INTO post (street_id, id, organisation_id, kind, name, seats) VALUES
    ({street}, '{committee}', '{committee}', 'director', '主任', 1),
    ({street}, '{party_org}', '{party_org}', 'secretary', '书记', 1);
INSERT INTO appointment (street_id, id, person_id, post_id, seat, during) VALUES
    ({street}, '{wang_in_office}', '{wang}', '{committee}', 1, '[2026-01-01, 2026-10-16)'),
    ({street}, '{li_in_office}', '{li}', '{party_org}', 1, '[2026-01-01,)');
INSERT INTO service_contract (street_id, id, enterprise_id, quarter_id, during, file_by) VALUES
    ({street}, uuidv7(), '{enterprise}', uuidv7(), '[2026-01-01,)', '2026-01-16'),
    ({street}, uuidv7(), uuidv7(), uuidv7(), NULL, '2026-01-16'); -- withdrawn
INSERT INTO record (street_id, subject_kind, subject_id, kind, class, code, title, basis,
                    occurred_on, repaired_at) VALUES
    ({street}, 'enterprise', '{enterprise}', 'penalty', 'minor', 'kept', 't', 'b', '2026-10-31', NULL),
    ({street}, 'enterprise', '{enterprise}', 'penalty', 'minor', 'later', 't', 'b', '2026-11-01', NULL),
    ({street}, 'enterprise', '{enterprise}', 'penalty', 'minor', 'mended', 't', 'b', '2026-10-01',
     '2026-10-20');
"""


@dataclass(frozen=True)
class Street:
    """A database with two streets, and the evaluator's way to it."""

    server: PostgresServer
    url: str
    database: Database

    async def executes(self, query: str, *values: Any) -> None:
        connection = await asyncpg.connect(self.server.url())
        try:
            await connection.execute(query, *values)
        finally:
            await connection.close()


@pytest.fixture(scope="module")
async def street(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("feed")
    with PostgresServer(folder, "owner's") as server:
        await migrate(server.url(), folder / "migrate.log")
        await let_services_log_in(server.url(), SECRETS)
        url = as_role(server.url(), "mb_evaluator", SECRETS.role_passwords["mb_evaluator"])
        it = Street(server, url, Database(url))
        for number in (TIANQIAO, NEIGHBOUR):
            await fill(it, number)
        yield it
        it.database.close()


async def fill(street: Street, number: int) -> None:
    names = {
        "committee": COMMITTEE,
        "enterprise": ENTERPRISE,
        "party_org": PARTY_ORG,
        "wang": WANG,
        "li": LI,
        "wang_in_office": WANG_IN_OFFICE,
        "li_in_office": LI_IN_OFFICE,
    }
    await street.executes(ROWS.format(street=number, **names))
    rubric = shipped_rubric("luohe")
    connection = await asyncpg.connect(street.server.url())
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        "INSERT INTO rubric (street_id, id, code, edition, document, sha256, form, during)"
        " VALUES ($1, $2, 'luohe', '1', $3, $4, '{}', '[2026-01-01,)')",
        number,
        RUBRIC,
        rubric.canonical_json(),
        bytes.fromhex(rubric.sha256()),
    )
    await connection.execute(
        "INSERT INTO evaluation_run (street_id, id, period_from, period_until, kinds, rubric_id,"
        " state, requested_by, requested_at) VALUES ($1, $2, '2026-10-01', '2026-11-01', $3, $4,"
        " 'computing', 'x', '2026-11-01')",
        number,
        RUN,
        ["credit_rating", "unit_assessment"],
        RUBRIC,
    )
    # The business month: from midnight in Luohe to midnight in Luohe, eight hours before UTC.
    for mark, cast_at, struck_at in (
        (11, datetime(2026, 9, 30, 15, 59, tzinfo=UTC), None),
        (80, datetime(2026, 9, 30, 16, 0, tzinfo=UTC), None),
        (90, datetime(2026, 10, 31, 15, 59, tzinfo=UTC), None),
        (12, datetime(2026, 10, 31, 16, 0, tzinfo=UTC), None),
        (13, datetime(2026, 10, 10, tzinfo=UTC), datetime(2026, 10, 11, tzinfo=UTC)),
    ):
        await connection.execute(
            "INSERT INTO ballot (street_id, id, meeting_id, rater_id, party, subject_kind,"
            " subject_id, marks, cast_at, channel, struck_at) VALUES ($1, uuidv7(), uuidv7(), $2,"
            " 'owners_committee', 'enterprise', $3, jsonb_build_object('cleaning', $4::int), $5,"
            " 'paper', $6)",
            number,
            WANG_IN_OFFICE,
            ENTERPRISE,
            mark,
            cast_at,
            struck_at,
        )
    await connection.execute(
        "INSERT INTO attendance (street_id, meeting_id, appointment_id, party, present)"
        " SELECT street_id, meeting_id, rater_id, party, true FROM ballot WHERE street_id = $1",
        number,
    )
    await connection.close()


def text(*ids: UUID) -> set[str]:
    return {str(each) for each in ids}


async def test_a_feed_holds_one_streets_month_in_the_agreed_columns(street: Street) -> None:
    feed = read_feed(street.database, TIANQIAO, RUN)
    assert {name: getattr(feed, name).schema for name in FRAMES} == FRAMES
    assert (feed.run.start, feed.run.until) == (date(2026, 10, 1), date(2026, 11, 1))
    assert set(feed.run.kinds) == {ResultKind.CREDIT_RATING, ResultKind.UNIT_ASSESSMENT}
    assert sorted(feed.marks["mark"]) == [80, 90]
    assert set(feed.marks["person_id"]) == text(WANG)
    assert set(feed.records["code"]) == {"kept"}
    assert set(feed.subjects["subject_id"]) == text(
        COMMITTEE, PARTY_ORG, ENTERPRISE, WANG_IN_OFFICE, LI_IN_OFFICE
    )
    li = feed.interests.filter(pl.col("person_id") == str(LI))
    assert set(li["subject_id"]) == text(LI_IN_OFFICE, PARTY_ORG, ENTERPRISE)


async def test_a_ballot_of_somebody_listed_as_absent_does_not_count_until_the_list_is_corrected(
    street: Street,
) -> None:
    set_present = "UPDATE attendance SET present = $2 WHERE street_id = $1"
    await street.executes(set_present, TIANQIAO, False)
    assert read_feed(street.database, TIANQIAO, RUN).marks.is_empty()
    await street.executes(set_present, TIANQIAO, True)
    assert sorted(read_feed(street.database, TIANQIAO, RUN).marks["mark"]) == [80, 90]


async def test_what_was_read_can_be_scored(street: Street) -> None:
    assert score(read_feed(street.database, TIANQIAO, RUN)).body.startswith(b'{"engine_version"')


async def test_a_connection_that_served_one_street_shows_the_next_nothing_of_it(
    street: Street,
) -> None:
    one = Database(street.url)
    for number in (TIANQIAO, NEIGHBOUR):
        with one.snapshot(number) as cursor:
            cursor.execute("SELECT DISTINCT street_id FROM feed.mark_v1")
            assert cursor.fetch_polars().rows() == [(number,)]
    one.close()


async def test_the_evaluator_reads_the_feed_and_nothing_else(street: Street) -> None:
    with (
        pytest.raises(adbc_driver_manager.ProgrammingError, match="permission denied"),
        street.database.snapshot(TIANQIAO) as cursor,
    ):
        cursor.execute("SELECT * FROM person")
    with (
        pytest.raises(adbc_driver_manager.Error, match="read-only"),
        street.database.snapshot(TIANQIAO) as cursor,
    ):
        cursor.execute("CREATE TEMPORARY TABLE kept (street_id int)")


async def test_a_run_of_another_street_is_not_found(street: Street) -> None:
    with pytest.raises(LookupError):
        read_feed(street.database, 411104003, RUN)


async def test_a_rubric_that_is_not_the_one_of_the_run_is_refused(street: Street) -> None:
    await street.executes("UPDATE rubric SET sha256 = 'x' WHERE street_id = $1", NEIGHBOUR)
    with pytest.raises(RubricChanged):
        read_feed(street.database, NEIGHBOUR, RUN)


async def test_connections_that_the_server_closed_are_replaced(street: Street) -> None:
    read_feed(street.database, TIANQIAO, RUN)
    await street.executes(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mb_evaluator'"
    )
    assert read_feed(street.database, TIANQIAO, RUN).marks.height == 2


async def test_a_database_that_is_away_is_told_from_one_that_refuses() -> None:
    with (
        pytest.raises(adbc_driver_manager.OperationalError),
        Database("postgresql://nobody@127.0.0.1:1/none").snapshot(TIANQIAO),
    ):
        pass
