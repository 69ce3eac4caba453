"""Second posts by the five steps in a clerk's sheet: what they rest on is found, and every rule is asked."""

from typing import Any

from tests.api.appointments.test_cross_appoint import FILE
from tests.api.imports.sheets import OFFICES, csv_of, faults_of, imports, rows_of
from tests.world import TIANQIAO, Json, Tianqiao, id_of, outcome

HEADINGS = [
    *(*OFFICES, "交叉任职步骤", "业主表决日期", "业委会备案编号", "业委会备案日期"),
    *("全体业主人数", "全体专有部分面积（平方米）", "参与表决业主人数"),
    *("参与表决专有部分面积（平方米）", "同意业主人数", "同意专有部分面积（平方米）"),
    *("无利害关系声明日期", "证明材料", "所依据任职系统编号"),
]
EVIDENCE = f"证明材料.pdf；{FILE['sha256']}；2024-12-20；天桥社纪〔2024〕11号"
ELECTION: Json = {
    "业主表决日期": "2024-12-01",
    "业委会备案编号": "天桥备〔2024〕1号",
    "业委会备案日期": "2024年12月20日",
    "全体业主人数": 300,
    "全体专有部分面积（平方米）": 30000.5,
    "参与表决业主人数": "240人",
    "参与表决专有部分面积（平方米）": "２４０００㎡",
    "同意业主人数": 200,
    "同意专有部分面积（平方米）": 19000,
}
QUARTER = f"{TIANQIAO}/001/0001"
WHERE: dict[str, tuple[str, ...]] = {
    "1": (f"{TIANQIAO}/001/0002", "", "", "党建指导员", "party_building_instructor"),
    "2": (QUARTER, "业主委员会", "huayuan committee", "主任", "director"),
    "3": (str(TIANQIAO), "物业服务企业党组织", "chenguang branch", "委员/成员", "member"),
    "4": (f"{TIANQIAO}/001", "社区党组织", "binhe committee", "委员/成员", "member"),
    "5": (str(TIANQIAO), "物业服务企业", "chenguang", "义务监督员", "supervisor"),
}
SEATS = {"1": 1, "2": 1, "3": 3, "4": 5, "5": 3}
HOLDERS = {"1": "lin", "2": "wang", "3": "wang", "4": "sun", "5": "wang"}
SHOWN: dict[str, Json] = {
    "1": {"证明材料": EVIDENCE},
    "2": {"证明材料": EVIDENCE} | ELECTION,
    "5": {
        "证明材料": f"{EVIDENCE}\n另一份.pdf；{'1' * 64}；2024-12-21",
        "无利害关系声明日期": "2024-12-15",
    },
}


def row(step: str, **more: Any) -> list[Any]:
    who = ["", more.pop("until", "2028-01-01")]
    named = dict(zip(OFFICES, [*WHERE[step], SEATS[step]], strict=False))
    named |= {"人员编号": id_of(more.pop("who", HOLDERS[step])), "任职日期": "2025-01-01"}
    named |= {OFFICES[-1]: who[1], "交叉任职步骤": step} | SHOWN.get(step, {}) | more
    return [named.get(heading, "") for heading in HEADINGS]


async def test_the_five_steps_come_by_a_sheet_that_names_no_number(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    sheet = csv_of(HEADINGS, *(row(step) for step in "54321"))  # whatever their order
    run = await imports(tianqiao, "appointments", sheet)
    assert rows_of(run) == ("applied", 5, 0), await faults_of(tianqiao, run)
    made = (await clerk.gets("/appointments?limit=200")).json()["items"]
    by_step = {one["step"]: one for one in made if one["step"]}
    assert sorted(by_step) == [1, 2, 3, 4, 5]
    assert by_step[5]["rests_on"] == by_step[2]["id"]  # a director by the second step supervises
    contract = id_of("contract of huayuan")
    assert {one["contract_id"] for one in by_step.values()} == {None, contract}
    assert by_step[2]["election"]["votes"] == {
        "owners": 300,
        "owners_taking_part": 240,
        "owners_agreeing": 200,
        "area_cm2": 300_005_000,
        "area_taking_part_cm2": 240_000_000,
        "area_agreeing_cm2": 190_000_000,
    }
    history = (await clerk.gets(f"/appointments/{by_step[5]['id']}/history")).json()
    other = {"name": "另一份.pdf", "sha256": "1" * 64, "dated_on": "2024-12-21", "number": None}
    assert history["evidence"] == [FILE, other]
    again = await imports(tianqiao, "appointments", sheet)
    assert rows_of(again) == ("applied", 0, 5)
    assert outcome(await clerk.changes(f"/imports/{run['id']}", "undo", None)) == "200"
    left = (await clerk.gets("/appointments?limit=200")).json()["items"]
    assert [one for one in left if one["step"]] == []


async def test_what_a_step_lacks_is_named_by_its_cell(tianqiao: Tianqiao) -> None:
    few = ELECTION | {"同意业主人数": 100}
    sheet = csv_of(
        HEADINGS,
        row("1", who="liu"),
        row("2", 证明材料="", who="wang"),
        row("3", 任职日期="2024-12-01"),
        row("4", who="sun", until=""),
        row("5", who="chen", 无利害关系声明日期=""),
    )
    found = await faults_of(tianqiao, await imports(tianqiao, "appointments", sheet))
    assert found == [
        (2, "X", "source_unknown"),
        (3, "W", "evidence_missing"),
        (4, "X", "source_unknown"),
        (5, "X", "source_unknown"),
        (6, "V", "interest_not_excluded"),
    ]
    sheets = (
        ([row("5", who="chen", 证明材料="声明.pdf")], [(2, "W", "cell_not_in_form")]),
        (
            [row("2", 业委会备案编号="", 同意业主人数="")],
            [(2, "N", "cell_missing"), (2, "T", "cell_missing")],
        ),
        # What rests on a row that is refused is not at fault itself.
        ([row("2", **few), row("5")], [(2, "M", "too_few_owners_agreed")]),
    )
    for rows, expected in sheets:
        run = await imports(tianqiao, "appointments", csv_of(HEADINGS, *rows))
        assert await faults_of(tianqiao, run) == expected
    assert await tianqiao.asks("SELECT count(*) FROM appointment WHERE step IS NOT NULL") == 0
