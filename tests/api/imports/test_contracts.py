"""Service contracts in a sheet: each cell that does not fit is named, and all of it is undone."""

from tests.api.imports.sheets import csv_of, faults_of, imports, rows_of
from tests.world import TIANQIAO, Tianqiao, id_of, outcome

HEADINGS = [
    *("小区网格编码", "物业服务企业", "合同起始日期", "合同届满日期（不含当日）"),
    *("签订日期", "备案日期"),
]
HUAYUAN, JIAYUAN = f"{TIANQIAO}/001/0001", f"{TIANQIAO}/001/0002"


async def test_contracts_come_by_a_sheet_once_and_go_by_its_undoing(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    term = ["2026-01-01", "2027年1月1日", "2025-12-20", "2025-12-30"]
    sheet = csv_of(HEADINGS, [JIAYUAN, "wanjia", *term])
    run = await imports(tianqiao, "contracts", sheet)
    assert rows_of(run) == ("applied", 1, 0), await faults_of(tianqiao, run)
    assert rows_of(await imports(tianqiao, "contracts", sheet)) == ("applied", 0, 1)
    listed = f"/service-contracts?quarter_id={id_of('jiayuan')}"
    [made] = (await clerk.gets(listed)).json()["items"]
    assert made["enterprise_id"] == id_of("wanjia")
    assert (made["signed_on"], made["filed_on"]) == ("2025-12-20", "2025-12-30")
    assert outcome(await clerk.changes(f"/imports/{run['id']}", "undo", None)) == "200"
    assert (await clerk.gets(listed)).json()["items"] == []


async def test_each_cell_of_a_contract_that_does_not_fit_is_named(tianqiao: Tianqiao) -> None:
    for number in range(2):
        company = {"grid_id": id_of("binhe"), "kind": "property_enterprise", "name": "双名物业"}
        place = {"grid_id": id_of("tiegong")} if number else {}
        await tianqiao.clerk_li.makes("/organisations", company | place)
    sheet = csv_of(
        HEADINGS,
        [HUAYUAN, "wanjia", "2027-01-01", "", "", ""],  # served until 2028
        [JIAYUAN, "wanjia", "2026-01-01", "2026-01-01", "", ""],
        [JIAYUAN, "library", "2026-01-01", "", "", ""],
        [f"{TIANQIAO}/001", "wanjia", "2026-01-01", "", "2026-01-02", "2026-01-01"],
        [f"{TIANQIAO}/009", "双名物业", "2029-01-01", "", "", ""],
        [HUAYUAN, "wanjia", "2025-01-01", "2029-01-01", "", ""],  # chenguang's, until 2028
    )
    found = await faults_of(tianqiao, await imports(tianqiao, "contracts", sheet))
    assert found == [
        (2, "C", "quarter_already_served"),
        (3, "D", "empty_period"),
        (4, "B", "organisation_unknown"),
        (5, "A", "not_a_quarter"),
        (5, "F", "contract_dates_wrong"),
        (6, "B", "organisation_ambiguous"),
        (6, "A", "grid_unknown"),
        (7, "B", "kept_differently"),
        (7, "D", "kept_differently"),
    ]
