"""All that is kept of a person, as one document: nothing in the database that names them is left out."""

import json
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, Table, Uuid

from maplebridge_api.main import create_app
from maplebridge_api.platform.references import references, unsaid
from maplebridge_api.platform.schema import STREET_TABLES, metadata
from maplebridge_api.privacy import queries
from maplebridge_domain.authority import Right
from tests.api.committees import test_term
from tests.api.imports.sheets import PEOPLE, csv_of, imports
from tests.world import TERM, TIANQIAO, Actor, Json, Tianqiao, ballot, dispute, id_of, outcome

create_app()  # declares every table
WANG, CHEN = id_of("wang"), id_of("chen")
OFFICE = id_of("wang in huayuan branch")


async def a_busy_month(tianqiao: Tianqiao) -> None:
    """Let Wang do, and let there be done to Wang, whatever the street knows of."""
    clerk, wang = tianqiao.clerk_li, await tianqiao.in_office("wang in huayuan branch")
    key = {"Idempotency-Key": "report"}
    reported = await wang.posts("/disputes", dispute(), headers=key)
    await wang.changes(f"/disputes/{reported.json()['id']}", "steps", {"act": "accept"})
    await wang.makes("/ballots", ballot("wang in huayuan branch", "enterprise", "chenguang"))
    await clerk.makes("/ballots", ballot("liu in library", "appointment", "wang in huayuan branch"))
    await clerk.makes(
        "/cross-appointments",
        {
            "step": 3,
            "source_id": OFFICE,
            "post_id": id_of("members of chenguang branch"),
            "contract_id": id_of("contract of huayuan"),
            "during": TERM,
        },
    )
    subject = {"street_id": TIANQIAO, "subject_kind": "appointment", "subject_id": OFFICE}
    record = {"kind": "commendation", "code": "tidy", "title": "表扬", "basis": "街道决定"}
    await clerk.makes("/records", subject | record | {"occurred_on": "2026-10-01"})
    await clerk.changes(f"/people/{WANG}", "correction", {"party_member": True})
    proposal = {"person_id": WANG, "post_id": id_of("members of binhe committee"), "during": TERM}
    await clerk.makes("/appointment-proposals", proposal)
    await clerk.makes("/committee-terms", test_term.term(members=[{"person_id": WANG}]))
    run = await imports(tianqiao, "people", csv_of(PEOPLE, ["A-1", "王远", "15487654321", ""]))
    assert run["state"] == "applied", run
    again = await tianqiao.asks("SELECT id::text FROM person WHERE name = '王远'")
    merged = await clerk.changes(f"/people/{again}", "merge", {"into": WANG})
    assert outcome(merged) == "200"
    await _a_run(tianqiao)


async def _a_run(tianqiao: Tianqiao) -> None:
    """Let a run that Wang asked for have his office as a subject."""
    xu = await tianqiao.in_office("xu in working committee")
    period = {"from": "2026-10-01", "until": "2026-11-01"}
    run = {"street_id": TIANQIAO, "period": period, "rubric_id": id_of("rubric")}
    made = await xu.makes("/evaluation-runs", run | {"kinds": ["member_score"]})
    await tianqiao.asks(
        "INSERT INTO evaluation_result (street_id, run_id, kind, subject_kind, subject_id, grade,"
        " explanation) VALUES ($1, $2, 'member_score', 'appointment', $3, 'A', '{}')",
        *(TIANQIAO, made["id"], OFFICE),
    )
    await tianqiao.asks("UPDATE evaluation_run SET requested_by = $1", f"persons/{WANG}")


async def rows_that_name(tianqiao: Tianqiao, ids: list[str]) -> dict[str, list[Json]]:
    """Search every row of every table, as text, for any of some ids."""
    settings = {"timezone": "Asia/Shanghai"}  # as the API's sessions
    connection = await asyncpg.connect(tianqiao.owner_url, server_settings=settings)
    found = {
        table: [
            json.loads(row["row"])
            for row in await connection.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table} t")
            if any(id_ in row["row"] for id_ in ids)
        ]
        for table in STREET_TABLES
    }
    await connection.close()
    return found


async def exported(actor: Actor, id: str = WANG) -> Json:
    answer = await actor.gets(f"/people/{id}/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found: Json = answer.json()
    return found


async def test_every_row_that_names_a_person_is_in_their_export(tianqiao: Tianqiao) -> None:
    await a_busy_month(tianqiao)
    export = await exported(tianqiao.clerk_li)
    assert (export["name"], export["phone"]) == ("wang", "15400000001")
    for key in ("name_sought", "name_listed"):  # what is made from the name, as it is kept
        assert export[key] == await tianqiao.asks(f"SELECT {key} FROM person WHERE id = $1", WANG)
    assert export["party_member"] is True
    assert len(export["entries"]) == 2
    appointments = [row["id"] for row in export["kept"]["appointment"]]
    assert len(appointments) == 2
    there = await rows_that_name(tianqiao, [*export["entries"], *appointments])
    assert {row["id"] for row in there.pop("person")} == set(export["entries"])
    assert {table for table, rows in there.items() if rows} == set(export["kept"])
    assert set(export["kept"]) >= {
        *("appointment", "attendance", "ballot", "dispute", "dispute_step", "event", "idempotency"),
        *("record", "evaluation_run", "evaluation_result"),
        *("appointment_proposal", "committee_member", "import_made"),
    }
    for table, rows in there.items():
        shown = [_told(row) for row in export["kept"].get(table, [])]
        for row in rows:
            assert any(one.items() <= _told(row).items() for one in shown), (table, row)


def _told(row: dict[str, Any]) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in row.items()}


async def test_cases_whose_texts_name_them_are_named(tianqiao: Tianqiao) -> None:
    case = await tianqiao.clerk_li.makes("/disputes", dispute(summary="wang 说电梯又停了。"))
    export = await exported(tianqiao.clerk_li)
    assert export["mentioned_in"] == [case["id"]]
    assert export["accounts"] == []


async def test_who_marked_them_is_told_to_nobody(tianqiao: Tianqiao) -> None:
    await a_busy_month(tianqiao)
    ballots = (await exported(tianqiao.clerk_li))["kept"]["ballot"]
    by_wang = [one for one in ballots if one["subject_id"] == id_of("chenguang")]
    about_wang = [one for one in ballots if one["subject_id"] == OFFICE]
    assert by_wang[0]["rater_id"] == OFFICE
    assert about_wang[0]["marks"]
    assert about_wang[0].keys() == by_wang[0].keys() - {"rater_id", "party", "channel"}


async def test_a_person_is_given_their_own_and_nobody_elses(tianqiao: Tianqiao) -> None:
    chen = tianqiao.logged_in("chen")
    assert (await exported(chen, CHEN))["name"] == "chen"
    for other in (WANG, id_of("next person"), id_of("nobody at all")):
        answer = await chen.gets(f"/people/{other}/export")
        assert outcome(answer) == "403 right_missing"  # the same, whether there is such a person
    assert await tianqiao.new_events() == ["person.exported"]
    assert await tianqiao.asks("SELECT subject FROM event ORDER BY no DESC LIMIT 1") == (
        f"people/{CHEN}"
    )


async def test_others_are_given_it_with_the_right_to_unmask(tianqiao: Tianqiao) -> None:
    xu = await tianqiao.in_office("xu in working committee")
    assert (await exported(xu))["phone"] == "15400000001"
    told = await tianqiao.asks("SELECT data FROM event ORDER BY no DESC LIMIT 1")
    assert json.loads(told) == {"purpose": "answer_person"}
    reader = tianqiao.system("reader", rights=set(Right) - {Right.PEOPLE_UNMASK})
    he = await tianqiao.in_office("he in binhe committee")
    for actor in (reader, he):
        assert outcome(await actor.gets(f"/people/{WANG}/export")) == "403 right_missing"
    answer = await tianqiao.stranger.gets(f"/people/{WANG}/export")
    assert outcome(answer) == "404 not_found"


def test_no_column_of_ids_leaves_open_whether_it_names_a_person() -> None:
    """Fails on a new table whose column names somebody without a foreign key and without saying so."""
    assert list(unsaid(metadata)) == []


def test_every_table_that_names_a_person_is_asked() -> None:
    assert set(queries.kept()) == {one.table.name for one in references(metadata)} - {"person"}


@pytest.fixture
def with_new_tables() -> MetaData:
    """Give the schema of a day on which somebody adds tables."""
    new = MetaData()
    id_ = Column("id", Uuid, primary_key=True)
    street = Column("street_id", Integer, primary_key=True)
    Table("person", new, street, id_)
    to_person = ForeignKeyConstraint(["street_id", "holder"], ["person.street_id", "person.id"])
    keys = [Column("street_id", Integer), Column("holder", Uuid)]
    Table("badge", new, *keys, to_person)
    Table("visit", new, Column("street_id", Integer), Column("visitor", Uuid))
    return new


def test_a_new_table_cannot_be_forgotten(with_new_tables: MetaData) -> None:
    found = [(one.table.name, one.column) for one in references(with_new_tables)]
    assert found == [("badge", "holder")]  # by its foreign key, without another word
    assert list(unsaid(with_new_tables)) == ["visit.visitor"]  # refused by the test above


def test_a_ballots_columns_that_tell_of_its_rater_are_marked() -> None:
    hidden = {c.name for c in metadata.tables["ballot"].columns if c.info.get("tells_of")}
    assert hidden == {"rater_id", "party", "channel"}
