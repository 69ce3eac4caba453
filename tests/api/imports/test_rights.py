"""An import is entered, shown and undone by what somebody may do at that moment, and tells of nobody."""

import io
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID
from zipfile import ZipFile

import asyncpg
import pytest

from maplebridge_api.importing import work_on_next
from maplebridge_api.platform.clock import clock
from tests.api.imports.sheets import (
    GRIDS,
    OFFICE,
    OFFICES,
    PEOPLE,
    csv_of,
    faults_of,
    hands_in,
    imports,
)
from tests.conftest import Databases
from tests.world import TIANQIAO, Actor, Json, Tianqiao, dispute, enter, id_of, outcome

NANA = ["A-1", "欧阳娜娜", "13812345678", "是"]
CLERK = [str(TIANQIAO), "街道党工委", "working committee", "clerk", "clerks", 5]
LOOKED = ["import.requested", "person.looked_up"]


@pytest.fixture
async def street(tianqiao: Tianqiao) -> Tianqiao:
    await enter(tianqiao.clerk_li, OFFICE)
    await tianqiao.new_events()
    return tianqiao


async def state_of(street: Tianqiao, run: Json) -> str:
    shown = (await street.clerk_li.gets(f"/imports/{run['id']}")).json()
    return str(shown["state"])


async def test_what_names_people_goes_back_to_whom_it_came_from_alone(street: Tianqiao) -> None:
    an, bao = await street.in_office("an is clerk"), await street.in_office("bao is clerk")
    run = await imports(street, "people", csv_of(PEOPLE, NANA, ["A-2", "司马光", "xx", ""]), an)
    copy = f"/imports/{run['id']}/copy"
    await street.new_events()
    for other in (bao, street.clerk_li, await street.in_office("cui administers")):
        assert outcome(await other.gets(copy)) == "404 not_found"
    assert await street.new_events() == []
    mine = await an.gets(copy)
    with ZipFile(io.BytesIO(mine.content)) as book:
        assert NANA[1] in "".join(book.read(name).decode() for name in book.namelist())
    assert await street.new_events() == ["import.copy_taken"]
    offices = csv_of(OFFICES, [*CLERK, "", "欧阳娜娜", "13812345678", "", ""])
    run = await imports(street, "appointments", offices, an)
    assert outcome(await bao.gets(f"/imports/{run['id']}/copy")) == "404 not_found"
    grids = await imports(street, "grids", csv_of(GRIDS, [TIANQIAO, "?", "", "", ""]), an)
    assert outcome(await bao.gets(f"/imports/{grids['id']}/copy")) == "200"


async def test_whom_a_sheet_is_held_against_is_recorded_and_not_what_differs(
    street: Tianqiao,
) -> None:
    an = await street.in_office("an is clerk")

    async def compared() -> set[str]:
        told = "SELECT data->>'ids' FROM event WHERE type = 'person.looked_up' ORDER BY no DESC LIMIT 1"
        return set((await street.asks(told)).strip("[]").replace('"', "").split(", ")) - {""}

    rows = [["", "某某", f"154{n:08d}", ""] for n in range(6)]
    run = await imports(street, "people", csv_of(PEOPLE, *rows), an)
    assert await faults_of(street, run) == [(3, None, "person_kept_differently")]
    assert await street.new_events() == [*LOOKED, "import.refused"]
    assert await compared() == {id_of("wang")}

    for name, phone in (("wang", "15400000009"), ("某某", "15400000001")):
        run = await imports(street, "people", csv_of(PEOPLE, [id_of("wang"), name, phone, ""]), an)
        assert await faults_of(street, run) == [(2, None, "person_kept_differently")]
    await street.new_events()

    names = ("wang", "chen", "sun")
    for said in ("是", "否"):
        rows = [[id_of(name), name, "", said] for name in names]
        run = await imports(street, "people", csv_of(PEOPLE, *rows), an)
        assert (run["state"], run["rows_kept"]) == ("applied", 3)
        assert [(one["code"], one["count"]) for one in run["notes"]] == [("party_member_kept", 3)]
        assert await street.new_events() == [*LOOKED, "import.applied"]
        assert await compared() == {id_of(name) for name in names}

    held = [*CLERK, "", "某某", "15400000001", "2026-01-01", ""]
    run = await imports(street, "appointments", csv_of(OFFICES, held), an)
    assert await faults_of(street, run) == [(2, None, "person_kept_differently")]
    assert await street.new_events() == [*LOOKED, "import.refused"]
    assert await compared() == {id_of("wang")}


async def test_whose_office_ended_while_it_waited_enters_nothing(street: Tianqiao) -> None:
    an = await street.in_office("an is clerk")
    handed = (await hands_in(an, "people", csv_of(PEOPLE, NANA))).json()
    end = {"at": clock.now().isoformat(), "reason": "resignation"}
    place = f"/appointments/{id_of('an is clerk')}"
    assert outcome(await street.clerk_li.changes(place, "end", end)) == "200"
    clock.set_to = clock.now() + timedelta(hours=1)
    await street.new_events()
    assert await work_on_next(street.app.state.database)
    assert await state_of(street, handed) == "refused"
    shown = await street.clerk_li.gets(f"/imports/{handed['id']}/faults")
    assert [one["code"] for one in shown.json()["items"]] == ["requester_not_entitled"]
    assert await street.new_events() == ["import.refused"]


async def test_a_client_that_was_cut_off_while_it_waited_enters_nothing(street: Tianqiao) -> None:
    handed = (await hands_in(street.clerk_zheng, "people", csv_of(PEOPLE, NANA))).json()
    cut_off = "UPDATE client SET disabled_at = $1 WHERE client_id = 'clerk_zheng' RETURNING 1"
    assert await street.asks(cut_off, clock.now())
    assert await work_on_next(street.app.state.database)
    assert await state_of(street, handed) == "refused"
    shown = await street.clerk_li.gets(f"/imports/{handed['id']}/faults")
    assert [one["code"] for one in shown.json()["items"]] == ["requester_not_entitled"]


async def appoints(street: Tianqiao, actor: Actor, row: Sequence[object]) -> tuple[str, str]:
    """Import one appointment; return the import and the appointment."""
    run = await imports(street, "appointments", csv_of(OFFICES, row), actor)
    assert run["state"] == "applied", await faults_of(street, run)
    made = "SELECT ids[1]::text FROM import_made WHERE kind = 'appointment' AND import_id = $1"
    return run["id"], await street.asks(made, run["id"])


async def test_undone_is_what_one_may_end_oneself_and_that_nobody_acted_by(
    street: Tianqiao,
) -> None:
    cui, bao = await street.in_office("cui administers"), await street.in_office("bao is clerk")

    async def undoes(actor: Actor, run: str) -> str:
        return outcome(await actor.changes(f"/imports/{run}", "undo", None))

    run, made = await appoints(street, cui, [*CLERK, id_of("zhao"), "", "", "2026-01-01", ""])
    weak = street.system("weak", rights=["imports:write"])  # type: ignore[list-item]
    assert await undoes(weak, run) == "403 right_missing"
    assert await undoes(bao, run) == "403 office_not_yours_to_fill"
    by_it = {"Acting-Capacity": made}
    reported = await street.logged_in("zhao").posts("/disputes", dispute(), headers=by_it)
    assert outcome(reported) == "201"
    assert await undoes(cui, run) == "409 import_rested_on"

    member = [
        f"{TIANQIAO}/001/0002",
        "",
        "",
        "网格员",
        "",
        "",
        id_of("bao"),
        "",
        "",
        "2026-01-01",
        "",
    ]
    run, _ = await appoints(street, cui, member)
    assert await undoes(bao, run) == "403 own_office"
    assert await undoes(cui, run) == "200"


async def test_outside_a_range_nothing_is_undone(street: Tianqiao, databases: Databases) -> None:
    run = await imports(street, "people", csv_of(PEOPLE, NANA))
    database = await street.asks("SELECT current_database()")
    api = await asyncpg.connect(databases.url(database, "mb_api"))
    assert await api.fetchval("SELECT mb_undo_import($1, $2)", TIANQIAO, UUID(run["id"])) == 0
    await api.close()
    assert await street.asks("SELECT count(*) FROM import_made WHERE import_id = $1", run["id"])
