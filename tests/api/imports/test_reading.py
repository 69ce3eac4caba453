"""Real clerks' files are read as they were meant; what would be a guess is refused."""

import csv
import io
import tracemalloc
import zipfile
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter

from maplebridge_api.imports.findings import Findings
from maplebridge_api.imports.reading import find_source, read_lines
from maplebridge_api.imports.writing import comma_separated, marked_copy, template, workbook
from maplebridge_api.platform.csv_file import csv_rows
from maplebridge_api.platform.xlsx import Workbook
from maplebridge_domain.hierarchy import CreditCodeTaken
from maplebridge_domain.shape import Shape
from maplebridge_domain.sheets import SHEETS
from maplebridge_domain.spreadsheet import FileHoldsTooMuch, FileNotReadable, HeadingsMissing
from tests.api.imports.sheets import GRIDS, HOUSEHOLDS, PEOPLE, csv_of, xlsx_of
from tests.world import id_of

PATH = "411104001/001/0001/001"
#: As a cell holds it: without a zone.
A_DAY = datetime(2026, 1, 31)  # noqa: DTZ001
AN_HOUR = datetime.fromisoformat("2026-01-31T09:30:00+08:00")


def read(content: bytes, shape: Shape) -> tuple[list[dict[str, Any]], Findings]:
    findings = Findings()
    source = find_source(io.BytesIO(content), shape)
    lines = [line for batch in read_lines(source, shape, findings) for line in batch]
    return [line.values for line in lines if line.sound], findings


def codes(findings: Findings) -> list[tuple[int | None, int | None, str]]:
    return [(fault.row, fault.column, fault.problem.code) for fault in findings.faults]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_file_is_read_however_it_is_encoded(encoding: str) -> None:
    rows, findings = read(
        csv_of(HOUSEHOLDS, [PATH, "３号楼５０１室", "3"], encoding=encoding), Shape.HOUSEHOLDS
    )
    nothing_else = {"since": None, "central_of": None}
    home = {"grid_path": PATH, "address": "3号楼501室", "residents": 3}
    assert rows == [home | nothing_else]
    assert not findings.faults


def test_titles_merged_headings_hidden_rows_formulas_and_totals_are_told_apart() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("封面").write(0, 0, "说明")
        page = book.add_worksheet("住户")
        page.merge_range(0, 0, 0, 3, "滨河社区住户情况表", None)
        page.write_row(1, 0, ["序号", "单元网格编码 *", "住址", "常住人口"])
        page.write_row(2, 0, [1, PATH, " 1号楼  101室 ", "３"])
        page.write_row(3, 0, [2, PATH, 102, 2.0])
        page.set_row(3, None, None, {"hidden": True})
        page.write_row(4, 0, [3, PATH, "103室"])
        page.write_formula(4, 3, "=1+3", None, 4)
        page.write_row(6, 0, ["合 计", "", "", 9])
    rows, findings = read(file.getvalue(), Shape.HOUSEHOLDS)
    assert [(row["address"], row["residents"]) for row in rows] == [
        ("1号楼 101室", 3),
        ("102", 2),
        ("103室", 4),
    ]
    told = {note["code"]: (note["count"], note["first_row"]) for note in findings.shown_notes()}
    assert told == {
        "hidden_row": (1, 4),
        "formula": (1, 5),
        "total_row": (1, 7),
        "column_unknown": (1, 2),
    }
    assert findings.rows_read == 3


def test_headings_of_two_rows_are_read_as_they_look() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet("人员")
        page.merge_range(0, 0, 0, 4, "人员名册", None)
        page.merge_range(1, 0, 2, 0, "序号", None)
        page.merge_range(1, 1, 2, 1, "姓名", None)
        page.merge_range(
            1, 2, 1, 3, "联系电话", None
        )  # the heading of a group, and known as one of a cell
        page.write_row(2, 2, ["座机", "手机"])
        page.merge_range(1, 4, 2, 4, "编号", None)
        page.write_row(3, 0, [None, "高明", "0395-1", "15400000009", "A-1", "党员"])
        page.write_row(4, 0, [2, "高亮", "", "15400000008", "A-2", "群众"])
    rows, findings = read(file.getvalue(), Shape.PEOPLE)
    assert [(row["name"], row["phone"], row["person_key"]) for row in rows] == [
        ("高明", "15400000009", "A-1"),
        ("高亮", "15400000008", "A-2"),
    ]
    assert findings.faults == []
    assert left_out(findings) == {"column_unknown": ["A", "C"], "column_untitled": ["F"]}


def left_out(findings: Findings) -> dict[str, list[str]]:
    return {note["code"]: note["columns"] for note in findings.shown_notes()}


def test_of_two_headings_the_lower_counts_and_what_a_group_holds_beside_it_is_told() -> None:
    """人数 is known as a heading, and here stands over two columns of which the lower row names one."""
    rows, findings = read(
        csv_of(
            ["住户情况表", "", "", "", ""],
            ["", "单元网格编码", "地址", "人数", ""],
            ["", "", "", "流动", "常住人口"],
            ["1", PATH, "101室", "9", "2"],
        ),
        Shape.HOUSEHOLDS,
    )
    assert [(row["address"], row["residents"]) for row in rows] == [("101室", 2)]
    assert left_out(findings) == {"column_unknown": ["D"], "column_untitled": ["A"]}


def test_a_column_that_begins_far_down_under_no_heading_is_told() -> None:
    full = [[PATH, f"{n}室", "", 1] for n in range(1_200)]
    content = xlsx_of([*HOUSEHOLDS[:2], "", HOUSEHOLDS[2]], *full, [PATH, "末室", "党员", 1])
    rows, findings = read(content, Shape.HOUSEHOLDS)
    assert len(rows) == 1_201
    assert left_out(findings) == {"column_untitled": ["C"]}


def test_one_row_of_headings_keeps_the_row_below_though_it_lacks_what_it_may_not() -> None:
    content = csv_of(PEOPLE, ["A-1", "", "15400000009", ""])
    _, findings = read(content, Shape.PEOPLE)
    assert findings.rows_read == 1
    assert [fault.problem.code for fault in findings.faults] == ["cell_missing"]


def test_a_copy_says_that_there_is_more_than_it_marks() -> None:
    content = csv_of(HOUSEHOLDS, [PATH, "102", "多"])
    _, findings = read(content, Shape.HOUSEHOLDS)
    copy = io.BytesIO()
    marked_copy(find_source(io.BytesIO(content), Shape.HOUSEHOLDS), findings.faults, 2_345, copy)
    [head, *_] = [row.cells for row in Workbook(copy).rows("CSV")]
    assert head[-1] == "错误说明（共2345处，只标出前1处，改正后请再次导入）"
    findings.refuse(CreditCodeTaken())  # by the whole of the file
    marked_copy(find_source(io.BytesIO(content), Shape.HOUSEHOLDS), findings.faults, 2, copy)
    [head, *_] = [row.cells for row in Workbook(copy).rows("CSV")]
    assert str(head[-1]).startswith("错误说明；该统一社会信用代码")


def test_dates_are_read_as_excel_keeps_them_and_as_people_write_them() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, GRIDS)
        given = ["2026-1-31", "2026年1月31日", "2026/01/31", "２０２６.1.31", "20260131", 20260131]
        day = book.add_format({"num_format": "yyyy/m/d"})
        for number, value in enumerate([*given, A_DAY], start=1):
            page.write_row(number, 0, [f"411104001/{number:03d}", "社区大网格", "滨河", ""])
            if isinstance(value, datetime):
                page.write_datetime(number, 4, value, day)
            else:
                page.write(number, 4, value)
        page.write_row(9, 0, ["411104001/009", "社区大网格", "滨河", "", 46053])
        page.write_row(10, 0, ["411104001/010", "社区大网格", "滨河", "", "2026-02-30"])
    rows, findings = read(file.getvalue(), Shape.GRIDS)
    assert {row["since"].isoformat() for row in rows} == {"2026-01-31T00:00:00+08:00"}
    assert len(rows) == 7
    assert codes(findings) == [(10, 4, "cell_not_a_day"), (11, 4, "cell_not_a_day")]


def test_numbers_that_lost_digits_and_id_numbers_are_refused() -> None:
    rows, findings = read(
        xlsx_of(
            PEOPLE,
            ["A1", "王建国", 15400000001, "是"],
            [411104199001011234.0, "王建国", "", ""],
            ["411104199001011234", "王建国", "", "党员"],
            ["A2", "王 建国", "1.54E+10", ""],
            ["A3", "", "1540000001", ""],
        ),
        Shape.PEOPLE,
    )
    assert rows == [
        {"person_key": "A1", "name": "王建国", "phone": "15400000001", "party_member": True}
    ]
    assert codes(findings) == [
        (3, 0, "cell_lost_digits"),
        (4, 0, "cell_holds_id_number"),
        (4, 3, "cell_not_listed"),
        (5, 2, "cell_lost_digits"),
        (6, 1, "cell_missing"),
        (6, 2, "cell_not_a_phone"),
    ]
    told = str(findings.shown_faults())
    assert "1990" not in told
    assert "建国" not in told


def test_the_marked_copy_holds_the_file_and_says_what_is_wrong() -> None:
    content = csv_of(["表"], HOUSEHOLDS, [PATH, "=1+1", 3], [PATH, "102", "多"])
    _, findings = read(content, Shape.HOUSEHOLDS)
    copy = io.BytesIO()
    marked_copy(find_source(io.BytesIO(content), Shape.HOUSEHOLDS), findings.faults, 1, copy)
    book = Workbook(copy)
    rows = [row.cells for row in book.rows("CSV")]
    assert rows[:3] == [["表"], [*HOUSEHOLDS, "错误说明"], [PATH, "=1+1", "3"]]
    assert rows[3][:3] == [PATH, "102", "多"]
    assert str(rows[3][3]).startswith("居住人数：须为整数")


@pytest.mark.parametrize("shape", list(Shape))
def test_a_template_has_every_heading_and_offers_the_values_of_lists(shape: Shape) -> None:
    content = template(shape)
    source = find_source(io.BytesIO(content), shape)
    assert source.places == [*range(len(SHEETS[shape].columns))]
    assert not list(source.rows)
    parts = zipfile.ZipFile(io.BytesIO(content))
    listed = [column for column in SHEETS[shape].columns if column.listed]
    page = parts.read("xl/worksheets/sheet1.xml").decode()
    assert page.count('<dataValidation type="list"') == len(listed)
    for column in listed:
        assert column.listed
        for zh, value in column.listed.items():
            assert column.clean(zh) == value == column.clean(str(value))


def test_what_is_written_is_read_again() -> None:
    has = ("professional", "signed", True, None, "议事厅")
    rows = [("411104001/001", "community", "=滨河（一）", *has, AN_HOUR, id_of("binhe"))]
    again, findings = read(workbook(Shape.GRIDS, rows), Shape.GRIDS)
    assert not findings.faults
    assert again[0]["name"] == "=滨河（一）"
    assert again[0]["level"] == "community"
    assert (again[0]["cameras"], again[0]["access_control"]) == ("signed", True)


RUN_BY_A_SPREADSHEET = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "'=1+1", "''-1")


def test_no_text_leaves_as_a_formula_and_each_comes_back_as_it_was() -> None:
    texts = [*RUN_BY_A_SPREADSHEET, "'一单元", "一=二", "'"]
    rows = [(PATH, text, 1, None, None) for text in texts]
    content = comma_separated(Shape.HOUSEHOLDS, rows)
    cells = [row[1] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))][1:]
    assert cells == [*(f"'{text}" for text in RUN_BY_A_SPREADSHEET), "'一单元", "一=二", "'"]
    again, _ = read(content, Shape.HOUSEHOLDS)
    assert [row["address"] for row in again] == texts


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", " " * 50_000_000)
    return file.getvalue()


def with_part(name: str, text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_of(HOUSEHOLDS))) as old, zipfile.ZipFile(file, "w") as new:
        for one in old.namelist():
            new.writestr(one, text if one == name else old.read(one))
    return file.getvalue()


HOSTILE = {
    "a bomb": bomb(),
    "entities": with_part(
        "xl/worksheets/sheet1.xml", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
    ),
    "half": xlsx_of(HOUSEHOLDS)[:2_000],
    "no XML": with_part("xl/workbook.xml", "<workbook"),
    "a column far away": with_part(
        "xl/worksheets/sheet1.xml",
        '<worksheet><sheetData><row><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>',
    ),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_what_is_no_honest_workbook_is_refused(name: str) -> None:
    with pytest.raises((FileNotReadable, HeadingsMissing)):
        find_source(io.BytesIO(HOSTILE[name]), Shape.HOUSEHOLDS)


def test_a_csv_file_of_bytes_is_refused() -> None:
    for content in (b"\xff\xff\xff\xff", b"a,b\n\0,c\n"):
        with pytest.raises(FileNotReadable):
            list(csv_rows(io.BytesIO(content)))


def test_a_wide_sheet_is_read_row_by_row_and_most_of_it_is_never_held() -> None:
    """A small part of what an import takes, with as many columns; `make bench` measures the whole."""
    others = [f"备注{number}" for number in range(27)]
    content = xlsx_of([*HOUSEHOLDS, *others], *([PATH, f"{n}室", 2, *others] for n in range(2_000)))
    findings = Findings()
    tracemalloc.start()
    source = find_source(io.BytesIO(content), Shape.HOUSEHOLDS)
    counted = sum(len(some) for some in read_lines(source, Shape.HOUSEHOLDS, findings, 100))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counted == 2_000
    assert peak < 3_000_000  # all rows, held, would be twice that
    assert SHEETS[Shape.HOUSEHOLDS].rows_max == 400_000


def test_more_rows_than_an_import_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    few = replace(SHEETS[Shape.HOUSEHOLDS], rows_max=2)
    monkeypatch.setitem(SHEETS, Shape.HOUSEHOLDS, few)
    with pytest.raises(FileHoldsTooMuch):
        read(csv_of(HOUSEHOLDS, *([PATH, f"{n}", 1] for n in range(3))), Shape.HOUSEHOLDS)


def test_usual_rows_and_unusual_ones_are_read_alike() -> None:
    """Those that one expression reads, and those that are left to the parser."""
    usual = '<c r="A{n}" s="0" t="inlineStr"><is><t>甲</t></is></c><c r="C{n}"><v>2</v></c>'
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>单元网格编码</t></is></c></row>',
        '<row r="2" spans="1:3" hidden="1" x14ac:dyDescent="0.3">' + usual.format(n=2) + "</row>",
        '<row r="3"/><row r="4" ht="2">' + usual.format(n=4) + "</row>",
        '<row r="5"><c t="inlineStr" r="A5"><is><r><t>甲</t></r><r><t>&amp;乙</t></r></is></c></row>',
        '<row r="6"><c r="A6" t="str"><f>"甲"</f><v>甲</v></c><!-- x --><c r="C6"><v>2.5</v></c></row>',
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><worksheet><sheetData>'
    text = head + "".join(rows) + "</sheetData></worksheet>"
    prefixed = text.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    prefixed = prefixed.replace("<x:!--", "<!--").replace(
        "<x:worksheet>", '<x:worksheet xmlns:x="x">'
    )
    for one in (text, prefixed):
        book = Workbook(io.BytesIO(with_part("xl/worksheets/sheet1.xml", one)))
        read = [
            (row.number, row.hidden, row.cells, row.formulas)
            for row in book.rows(next(iter(book.sheets)))
        ]
        assert read == [
            (1, False, ["单元网格编码"], []),
            (2, True, ["甲", None, 2], []),
            (4, False, ["甲", None, 2], []),
            (5, False, ["甲&乙"], []),
            (6, False, ["甲", None, 2.5], [0]),
        ]
