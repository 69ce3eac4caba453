"""A spreadsheet is checked as a whole, then entered, all or nothing; again it changes nothing."""

import io
from asyncio import gather
from datetime import timedelta

import pytest

from maplebridge_api.importing import work_on_next
from maplebridge_api.jobs import erase_what_is_due
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.database import Database
from maplebridge_api.platform.xlsx import Workbook
from tests.api.committees.test_term import term
from tests.api.imports.sheets import (
    GRIDS,
    HOUSEHOLDS,
    OFFICES,
    ORGANISATIONS,
    PEOPLE,
    UNIT,
    csv_of,
    faults_of,
    hands_in,
    imports,
    rows_of,
    xlsx_of,
)
from tests.world import NOW, TIANQIAO, Tianqiao, id_of, outcome, outcomes

LANE = f"{TIANQIAO}/001/0002/01"
HOMES = (HOUSEHOLDS, [UNIT, "201室", 2], [UNIT, "202室", "３人"], [f"{LANE}/021", "101室", 4])
#: A clerk's files in their order: each names what those before it have entered.
FILES = {
    "grids": csv_of(
        GRIDS,
        [f"{LANE}/021", "楼栋单元网格", "一单元", "", ""],  # before its parent
        [LANE, "街巷（楼院）网格", "东巷", "三无楼院", "2026/1/31"],
        [f"{TIANQIAO}/001/0001", "小区小网格", "huayuan", "专业物业", ""],  # is there already
    ),
    "households": xlsx_of(*HOMES),
    "organisations": csv_of(
        ORGANISATIONS,
        [TIANQIAO, "物业服务企业党组织", "安泰党支部", "安泰物业", ""],
        [TIANQIAO, "物业服务企业", "安泰物业", "", "９１411104MA0000015H"],
        [f"{TIANQIAO}/001", "community_party_org", "binhe committee", "", ""],
        encoding="utf-8-sig",
    ),
    "people": xlsx_of(
        PEOPLE,
        ["A-1", "高 明", "", "是"],
        ["", "欧阳春", 15400000009.0, ""],
        ["", "wang", "154 0000 0001", ""],  # is there already
    ),
    "appointments": csv_of(
        OFFICES,
        [LANE, "", "", "网格员", "", "", "a-1".upper(), "高明", "", "2026年2月1日", ""],
        [
            *(TIANQIAO, "物业服务企业", "安泰物业", "项目经理", "经理", 2),
            *("", "欧阳春", "15400000009", "2026-02-01", "2029-02-01"),
        ],
        [TIANQIAO, "物业服务企业", "安泰物业", "义务监督员", "", 3, "", "", "", "", ""],
    ),
}
MADE = {"grids": 2, "households": 2, "organisations": 2, "people": 2, "appointments": 3}
KEPT = {"grids": 1, "households": 1, "organisations": 1, "people": 1, "appointments": 0}


async def test_all_five_shapes_come_in_once(tianqiao: Tianqiao) -> None:
    for shape, content in FILES.items():
        run = await imports(tianqiao, shape, content)
        assert rows_of(run) == ("applied", MADE[shape], KEPT[shape]), await faults_of(tianqiao, run)
    told = await tianqiao.new_events()
    for shape, content in FILES.items():
        run = await imports(tianqiao, shape, content)
        assert rows_of(run) == ("applied", 0, MADE[shape] + KEPT[shape]), shape
    assert told.count("import.applied") == 5
    assert {"grid.created", "organisation.created", "post.created", "appointment.made"} <= {*told}
    quiet, looked = ["import.requested", "import.applied"], ["import.requested", "person.looked_up"]
    assert await tianqiao.new_events() == quiet * 3 + [*looked, "import.applied"] * 2
    assert await tianqiao.asks("SELECT count(*) FROM import_part") == 0  # no file is left

    shown = await tianqiao.clerk_li.gets(f"/grids/{id_of('binhe')}/totals")
    assert (shown.json()["households"], shown.json()["residents"]) == (4, 3 + 2 + 3 + 4)
    [uscc] = [await tianqiao.asks("SELECT uscc FROM organisation WHERE name = '安泰物业'")]
    assert uscc == "91411104MA0000015H"
    since = "SELECT lower(during) = '2026-01-31 00:00+08' FROM grid_placement WHERE path = $1"
    assert await tianqiao.asks(since, LANE)


async def test_what_is_wrong_is_named_and_nothing_is_entered(tianqiao: Tianqiao) -> None:
    rows = (
        ["滨河社区住户表"],
        HOUSEHOLDS,
        [UNIT, "203室", 1],
        [UNIT, "203室", 1],
        [f"{TIANQIAO}/001/0009/001", "1室", "很多"],
        [f"{TIANQIAO}/001/0001", "2室", 1],
        [UNIT, "201室", 5],
        ["", "204室", -1],
        ["合计", "", 9],
    )
    run = await imports(tianqiao, "households", xlsx_of(*rows, name="住户"))
    assert rows_of(run) == ("refused", 0, 0)
    assert {*await faults_of(tianqiao, run)} == {
        (4, "B", "row_twice"),
        (5, "C", "cell_not_a_count"),
        (6, "A", "not_a_unit"),
        (7, "C", "kept_differently"),
        (8, "A", "cell_missing"),
        (8, "C", "cell_not_a_count"),
    }
    answer = (await tianqiao.clerk_li.gets(f"/imports/{run['id']}/faults")).json()
    assert answer["untold"] == 0
    told = answer["items"]
    assert {one["sheet"] for one in told} == {"住户"}
    wrong = next(one for one in told if one["code"] == "cell_not_a_count")
    assert (wrong["heading"], wrong["zh"]) == (
        "居住人数",
        "须为整数，不小于0，不大于100000，请改正。",
    )
    assert wrong["en"].startswith("This must be a whole number")
    assert [note["code"] for note in run["notes"]] == ["total_row"]
    assert (
        await tianqiao.asks("SELECT count(*) FROM household_placement WHERE address = '203室'") == 0
    )
    assert await tianqiao.new_events() == ["import.requested", "import.refused"]

    copy = await tianqiao.clerk_li.gets(f"/imports/{run['id']}/copy")
    marked = {row.number: row.cells[3:] for row in Workbook(io.BytesIO(copy.content)).rows("住户")}
    assert marked[2] == ["错误说明"]
    assert marked[4] == ["地址：与本表前面的行重复（第3行），请删去一行。"]
    assert not marked[3]
    again = await imports(tianqiao, "households", copy.content)
    assert again["faults_count"] == run["faults_count"]
    stranger = await tianqiao.stranger.gets(f"/imports/{run['id']}/copy")
    assert outcome(stranger) == "404 not_found"


async def test_of_very_many_faults_it_is_told_how_many_are_not_named(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maplebridge_api.imports.findings.FAULTS_MAX", 2)
    run = await imports(
        tianqiao, "households", csv_of(HOUSEHOLDS, *([UNIT, f"{n}室", "多"] for n in range(5)))
    )
    answer = (await tianqiao.clerk_li.gets(f"/imports/{run['id']}/faults")).json()
    assert (answer["count"], answer["untold"], len(answer["items"])) == (5, 3, 2)
    copy = await tianqiao.clerk_li.gets(f"/imports/{run['id']}/copy")
    [head, *_] = [row.cells for row in Workbook(io.BytesIO(copy.content)).rows("CSV")]
    assert head[-1] == "错误说明（共5处，只标出前2处，改正后请再次导入）"


async def test_a_row_that_names_a_wrong_one_is_not_at_fault(tianqiao: Tianqiao) -> None:
    grids = csv_of(
        GRIDS,
        [f"{TIANQIAO}/009", "大网格", "新区", "", ""],
        [f"{TIANQIAO}/009/0001", "小区小网格", "东苑", "", ""],
        [f"{TIANQIAO}/008/0001", "小区小网格", "西苑", "", ""],
    )
    organisations = csv_of(
        ["所在网格编码", "组织类型", "组织名称", "上级组织名称", "统一社会信用代码"],
        [TIANQIAO, "物业服务企业", "安泰物业", "", "91"],
        [TIANQIAO, "物业服务企业党组织", "安泰党支部", "安泰物业", ""],
        [TIANQIAO, "物业服务企业党组织", "永安党支部", "永安物业", ""],
    )
    run = await imports(tianqiao, "grids", grids)
    assert await faults_of(tianqiao, run) == [
        (2, "B", "cell_not_listed"),
        (4, "A", "grid_unknown"),
    ]
    run = await imports(tianqiao, "organisations", organisations)
    assert await faults_of(tianqiao, run) == [
        (2, "E", "cell_not_in_form"),
        (4, "D", "organisation_unknown"),
    ]


async def test_what_comes_from_an_export_keeps_its_id_and_none_is_given_twice(
    tianqiao: Tianqiao,
) -> None:
    heads = [*GRIDS, "网格系统编号"]
    lane, quarter = "街巷（楼院）网格", f"{TIANQIAO}/001/0002"
    new, huayuan = id_of("new lane"), [f"{TIANQIAO}/001/0001", "小区小网格", "huayuan", "", ""]
    first = [f"{quarter}/01", lane, "东巷", "", "", new.upper()]
    wrong = (
        [f"{quarter}/02", lane, "西巷", "", "", new],
        [f"{quarter}/03", lane, "南巷", "", "", "18"],
        [*huayuan, new],
    )
    run = await imports(tianqiao, "grids", csv_of(heads, first, *wrong))
    assert await faults_of(tianqiao, run) == [
        (3, "F", "row_twice"),
        (4, "F", "cell_not_in_form"),
        (5, "F", "kept_differently"),
    ]
    run = await imports(tianqiao, "grids", csv_of(heads, first, [*huayuan, id_of("huayuan")]))
    assert rows_of(run) == ("applied", 1, 1)
    assert (await tianqiao.clerk_li.gets(f"/grids/{new}")).json()["name"] == "东巷"
    taken = [f"{quarter}/04", lane, "北巷", "", "", new]
    run = await imports(tianqiao, "grids", csv_of(heads, taken))
    assert [code for *_, code in await faults_of(tianqiao, run)] == ["id_taken"]


async def test_what_a_verb_refuses_is_led_back_to_its_row(tianqiao: Tianqiao) -> None:
    director = [f"{TIANQIAO}/001", "共驻共建单位", "library", "主任", "director", ""]
    seat = [*director, id_of("lin"), "", "", "2026-01-01", ""]
    free = [TIANQIAO, "物业服务企业", "chenguang", "项目经理", "manager", "", "", "", "", "", ""]
    run = await imports(tianqiao, "appointments", csv_of(OFFICES, free, seat))
    assert await faults_of(tianqiao, run) == [(3, "D", "post_taken")]


async def test_what_the_ledger_would_refuse_is_named_cell_by_cell_and_all_at_once(
    tianqiao: Tianqiao,
) -> None:
    secretary = [f"{TIANQIAO}/001", "社区党组织", "binhe committee", "书记", "第二书记", ""]
    director = [f"{TIANQIAO}/001/0002", "业主委员会", "jiayuan committee", "主任"]
    wang, lin = ([id_of(name), "", "", "2026-01-01", "2027-01-01"] for name in ("wang", "lin"))
    nobody = ["", "", "", "", ""]
    run = await imports(
        tianqiao,
        "appointments",
        csv_of(
            OFFICES,
            [*secretary, *nobody],
            [*director, "director", "", *wang],
            [*director, "director", "", *lin],
        ),
    )
    assert await faults_of(tianqiao, run) == [
        (2, "D", "leader_there_already"),
        (4, "D", "post_taken"),
    ]
    code = "91411104MA0000015H"
    run = await imports(
        tianqiao,
        "organisations",
        csv_of(
            ORGANISATIONS,
            [TIANQIAO, "物业服务企业", "安泰物业", "", code],
            [TIANQIAO, "物业服务企业", "安宁物业", "", code],
            [TIANQIAO, "物业服务企业", "安康物业", "", code],
        ),
    )
    assert await faults_of(tianqiao, run) == [
        (3, "E", "credit_code_taken"),
        (4, "E", "credit_code_taken"),
    ]


async def test_what_only_a_verb_refuses_names_the_column_that_holds_its_field(
    tianqiao: Tianqiao,
) -> None:
    await tianqiao.clerk_li.makes("/committee-terms", term())  # until October 2029
    seat = [f"{TIANQIAO}/001/0001", "业主委员会", "huayuan committee", "委员/成员"]
    seat += ["member of huayuan committee", "", id_of("qian"), "", "", "2027-01-01", "2030-01-01"]
    run = await imports(tianqiao, "appointments", csv_of(OFFICES, seat))
    assert await faults_of(tianqiao, run) == [(2, "J", "committee_not_sitting")]


async def test_nobody_but_the_office_imports_and_nobody_beyond_their_rights(
    tianqiao: Tianqiao,
) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert outcome(await hands_in(wang, "households", csv_of(*HOMES))) == "403 right_missing"
    other = await hands_in(tianqiao.clerk_li, "households", csv_of(*HOMES), TIANQIAO + 1)
    assert outcome(other) == "404 not_found"
    secretary = [TIANQIAO, "街道党工委", "working committee", "书记", "secretary", ""]
    rows = [*secretary, id_of("lin"), "", "", "2030-01-01", ""]
    weak = tianqiao.system(
        "weak",
        rights={"imports:write", "appointments:write", "organisations:write"},  # type: ignore[arg-type]
    )
    run = await imports(tianqiao, "appointments", csv_of(OFFICES, rows), weak)
    assert await faults_of(tianqiao, run) == [(2, None, "office_not_yours_to_fill")]


async def test_a_file_that_is_none_is_refused(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert (
        outcome(await hands_in(clerk, "people", b"\xd0\xcf\x11\xe0 old")) == "415 unsupported_file"
    )
    assert outcome(await hands_in(clerk, "people", b"")) == "422 file_not_readable"
    broken = await imports(tianqiao, "people", b"PK\x03\x04 not a workbook")
    assert await faults_of(tianqiao, broken) == [(None, None, "file_not_readable")]
    other = await imports(tianqiao, "people", csv_of(["甲", "乙"], [1, 2]))
    assert await faults_of(tianqiao, other) == [(None, None, "headings_missing")]


async def test_handed_in_twice_under_one_key_it_is_one_import(tianqiao: Tianqiao) -> None:
    content = csv_of(*HOMES[:3])
    answers = await gather(
        *(hands_in(tianqiao.clerk_li, "households", content, key="k") for _ in range(2))
    )
    assert outcomes(answers) == ["202", "202"]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await hands_in(tianqiao.clerk_li, "households", content + b"\n", key="k")
    assert outcome(other) == "422 idempotency_key_reused"


async def test_a_file_is_sealed_while_it_lasts_and_its_marked_copy_goes_after_a_week(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = csv_of(PEOPLE, ["A-1", "诸葛青云", "1540000", ""], encoding="utf-8")
    await hands_in(tianqiao.clerk_li, "people", content)
    kept = "SELECT count(*) FROM import_part WHERE position($1 IN sealed) > 0"
    assert await tianqiao.asks("SELECT count(*) FROM import_part") == 1
    assert await tianqiao.asks(kept, "诸葛".encode()) == 0
    database = tianqiao.app.state.database
    assert await work_on_next(database)
    assert not await work_on_next(database)
    assert await tianqiao.asks("SELECT array_agg(kind) FROM import_part") == ["copy"]
    assert await tianqiao.asks(kept, b"PK\x03\x04") == 0
    told = await tianqiao.asks("SELECT jsonb_agg(to_jsonb(r))::text FROM import_run r")
    assert "诸葛" not in told
    assert "154" not in told

    async def stands(_: Database) -> None:
        """The sandbox's clock is not looked up: it stands where the test has set it."""

    monkeypatch.setattr("maplebridge_api.platform.sandbox.resume", stands)
    for days, left in ((6, 1), (8, 0)):
        clock.set_to = NOW + timedelta(days=days)
        await erase_what_is_due({"database": database})
        assert await tianqiao.asks("SELECT count(*) FROM import_part") == left


async def test_two_imports_of_the_same_rows_at_once_enter_them_once(tianqiao: Tianqiao) -> None:
    content = csv_of(HOUSEHOLDS, *([UNIT, f"{n}号", 1] for n in range(300)))
    for actor in (tianqiao.clerk_li, tianqiao.clerk_zheng):
        assert outcome(await hands_in(actor, "households", content)) == "202"
    database = tianqiao.app.state.database
    while any(await gather(*(work_on_next(database) for _ in range(4)))):
        pass
    listed = (await tianqiao.clerk_li.gets("/imports?state=applied")).json()["items"]
    assert sorted(one["rows_made"] for one in listed) == [0, 300]
    assert (
        await tianqiao.asks("SELECT count(*) FROM household_placement WHERE address LIKE '%号'")
        == 300
    )


async def test_an_import_is_undone_as_a_whole_while_nothing_rests_on_it(tianqiao: Tianqiao) -> None:
    runs = {shape: await imports(tianqiao, shape, content) for shape, content in FILES.items()}

    async def undoes(shape: str) -> str:
        return outcome(
            await tianqiao.clerk_li.changes(f"/imports/{runs[shape]['id']}", "undo", None)
        )

    assert await undoes("grids") == "409 import_rested_on"  # households are in them
    assert await undoes("people") == "409 import_rested_on"
    for shape in reversed(FILES):
        assert await undoes(shape) == "200"
    assert await undoes("grids") == "409 import_not_in_state"
    for table in ("grid", "household", "organisation", "person", "post", "appointment"):
        ids = "SELECT count(*) FROM event WHERE type = 'import.undone'"
        assert await tianqiao.asks(ids) == 5, table
    assert (
        await tianqiao.asks("SELECT count(*) FROM household_placement WHERE address = '202室'") == 0
    )
    assert await tianqiao.asks("SELECT count(*) FROM post WHERE name = '经理'") == 0
    again = await imports(tianqiao, "grids", FILES["grids"])
    assert rows_of(again) == ("applied", 2, 1)


async def test_a_units_number_and_a_grids_beginning_are_checked_in_the_sheet(
    tianqiao: Tianqiao,
) -> None:
    quarter = f"{TIANQIAO}/001/0002"  # jiayuan, since 2025; huayuan beside it has unit 012
    unit, lane = "楼栋单元网格", "街巷（楼院）网格"
    run = await imports(
        tianqiao,
        "grids",
        csv_of(
            GRIDS,
            [f"{quarter}/012", unit, "一单元", "", ""],
            [f"{quarter}/031", unit, "二单元", "", "2024-12-31"],
            [f"{quarter}/01", lane, "东巷", "", "2026-01-31"],
            [f"{quarter}/01/032", unit, "三单元", "", "2026-01-30"],
            [f"{quarter}/01/033", unit, "四单元", "", "2027-01-30"],
            [f"{quarter}/01/034", unit, "五单元", "", ""],
            [f"{quarter}/034", unit, "六单元", "", ""],
        ),
    )
    assert {*await faults_of(tianqiao, run)} == {
        (2, "A", "unit_number_taken"),
        (3, "E", "before_last_change"),
        (5, "E", "before_last_change"),
        (6, "E", "change_in_the_future"),
        (8, "A", "unit_number_taken"),
    }


async def test_who_answers_to_a_grid_and_its_central_household_come_by_the_sheets_after_it(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    yard, unit = f"{TIANQIAO}/001/0009", f"{TIANQIAO}/001/0009/021"
    grids = csv_of(
        GRIDS,
        [yard, "小区小网格", "新院", "", "2026-01-01"],
        [unit, "楼栋单元网格", "一单元", "", "2026-01-01"],
    )
    runs = [await imports(tianqiao, "grids", grids)]
    headings = [*HOUSEHOLDS, "登记日期", "党员中心户所在网格编码"]
    early, elsewhere = ["102室", 1, "2025-12-31", ""], ["103室", 1, "", f"{TIANQIAO}/001/0001"]
    wrong = csv_of(headings, [unit, *early], [unit, *elsewhere])
    found = await faults_of(tianqiao, await imports(tianqiao, "households", wrong))
    assert found == [(2, "D", "before_last_change"), (3, "E", "central_household_elsewhere")]
    right = csv_of(headings, [unit, "101室", 2, "", f"{unit}、{yard}"])
    runs.append(await imports(tianqiao, "households", right))

    headings = [*ORGANISATIONS, "负责网格编码"]
    branch = [yard, "小区党组织", "新院党支部", "", ""]
    wrong = csv_of(headings, [*branch, unit], [yard, "业主委员会", "新院业委会", "", "", yard])
    found = await faults_of(tianqiao, await imports(tianqiao, "organisations", wrong))
    assert found == [(2, "F", "party_org_not_of_level"), (3, "F", "party_org_not_of_level")]
    clock.set_to = NOW + timedelta(minutes=1)
    runs.append(await imports(tianqiao, "organisations", csv_of(headings, [*branch, yard])))
    assert [run["state"] for run in runs] == ["applied"] * 3
    other = csv_of(headings, [yard, "小区党组织", "新院第二党支部", "", "", yard])
    found = await faults_of(tianqiao, await imports(tianqiao, "organisations", other))
    assert found == [(2, "F", "kept_differently")]

    [new] = [
        one["id"]
        for one in (await clerk.gets("/grids?limit=200&level=quarter")).json()["items"]
        if one["name"] == "新院"
    ]
    grid = (await clerk.gets(f"/grids/{new}")).json()
    assert grid["party_org_id"] is not None
    assert grid["central_household_id"] is not None
    # The last first, each takes back what it gave, and the grid is as it was entered.
    for run in reversed(runs):
        undone = await clerk.changes(f"/imports/{run['id']}", "undo", None)
        assert outcome(undone) == "200", undone.text
    assert outcome(await clerk.gets(f"/grids/{new}")) == "404 not_found"
