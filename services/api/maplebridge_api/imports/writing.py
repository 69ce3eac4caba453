"""Spreadsheets as they leave: templates, ledgers, and copies in which faults are marked."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from maplebridge_domain.shape import Shape
from maplebridge_domain.sheets import SHEETS
from maplebridge_domain.spreadsheet import show_instant

from ..platform.csv_file import guarded
from .findings import Fault, letters
from .reading import Source

#: What a sheet of Excel holds at most.
ROWS_MAX = 1_048_576
_LISTS = "可选值"
#: Text stays text: neither what begins with `=` becomes a formula, nor digits a number, nor `http:` a link.
_AS_TEXT: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
    "constant_memory": True,
}


def template(shape: Shape) -> bytes:
    """Make an empty sheet with headings, what belongs under each, and drop-downs."""
    return workbook(shape, [])


def workbook(shape: Shape, rows: Iterable[Sequence[object]]) -> bytes:
    """Write rows in the order of a shape's columns as XLSX."""
    sheet = SHEETS[shape]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _AS_TEXT) as book:
        as_text = book.add_format({"num_format": "@"})
        page = book.add_worksheet(sheet.title)
        page.freeze_panes(1, 0)
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, 18, as_text)
            page.write_comment(0, number, column.hint)
        lists = {n: list(column.listed) for n, column in enumerate(sheet.columns) if column.listed}
        for at, (number, listed) in enumerate(lists.items()):
            source = f"={_LISTS}!${letters(at)}$1:${letters(at)}${len(listed)}"
            page.data_validation(
                1, number, ROWS_MAX - 1, number, {"validate": "list", "source": source}
            )
        bold = {
            False: book.add_format({"bold": True}),
            True: book.add_format({"bold": True, "font_color": "#C00000"}),
        }
        for number, column in enumerate(sheet.columns):
            heading = column.heading + ("*" if column.required else "")
            page.write_string(0, number, heading, bold[column.required])
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(shown(shape, row)):
                if value is not None:
                    page.write(number, place, value)
        choices = book.add_worksheet(_LISTS)
        choices.hide()
        for line in range(max(map(len, lists.values()), default=0)):
            for at, listed in enumerate(lists.values()):
                if line < len(listed):
                    choices.write_string(line, at, listed[line])
    return file.getvalue()


def comma_separated(shape: Shape, rows: Iterable[Sequence[object]]) -> bytes:
    """Write rows as CSV that Excel opens: UTF-8 with its mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.heading for column in SHEETS[shape].columns])
    writer.writerows(map(guarded, shown(shape, row)) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def shown(shape: Shape, row: Sequence[object]) -> Iterator[object]:
    """Return a row's values as the sheet shows them."""
    for column, value in zip(SHEETS[shape].columns, row, strict=True):
        if isinstance(value, datetime):
            yield show_instant(value)
        else:
            yield value.isoformat() if isinstance(value, date) else column.shown(value)


def marked_copy(source: Source, faults: Sequence[Fault], count: int, into: IO[bytes]) -> None:
    """Copy a sheet, its wrong cells red, and in a column of its own what is wrong in each row.

    The column's heading says what is wrong with the file as a whole, and that there is more than is told:
    `count` is how many faults there are.

    Raises:
        FileNotReadable.
    """
    by_row: dict[int | None, list[Fault]] = {}
    for fault in faults:
        by_row.setdefault(fault.row, []).append(fault)
    heading = source.head[-1]
    last = len(heading.cells)
    with xlsxwriter.Workbook(into, _AS_TEXT) as book:
        red = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        page = book.add_worksheet(source.sheet[:31])
        for row in source.all_rows():
            found = by_row.get(row.number, [])
            wrong = {fault.column for fault in found}
            _copy_row(
                page,
                row.number - 1,
                row.cells,
                {place: red for place in wrong if place is not None},
            )
            said = "；".join(
                f"{fault.heading or ''}：{fault.problem.detail('zh')}" for fault in found
            )
            if row is heading:
                said = _explanations(count, len(faults), by_row.get(None, []))
            if said:
                page.write_string(row.number - 1, last, said, red)


def _explanations(count: int, told: int, of_the_file: Sequence[Fault]) -> str:
    said = "错误说明"
    if count > told:
        said += f"（共{count}处，只标出前{told}处，改正后请再次导入）"
    return "；".join([said, *(fault.problem.detail("zh") for fault in of_the_file)])


def _copy_row(
    page: Worksheet, number: int, cells: Sequence[object], formats: dict[int, Any]
) -> None:
    for place, cell in enumerate(cells):
        if cell is not None:
            page.write(number, place, cell, formats.get(place))
    for place, red in formats.items():
        if place >= len(cells) or cells[place] is None:
            page.write_blank(number, place, None, red)
