"""From a file to clean lines, some at a time: the sheet and its headings are found, cells cleaned."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Any

from maplebridge_domain.shape import SHEETS, Shape, headings, is_total
from maplebridge_domain.spreadsheet import FileHoldsTooMuch, HeadingsMissing, plain

from ..platform.csv_file import csv_rows
from ..platform.xlsx import Row, Workbook
from .findings import Findings, NoteKind

#: How far down the headings may stand: titles and merged headings come before.
HEADINGS_WITHIN_ROWS = 20
CSV_SHEET = "CSV"
ZIP = b"PK\x03\x04"


@dataclass
class Line:
    """A row that was read without fault: its number, and its values by their columns' names."""

    row: int
    values: dict[str, Any]


@dataclass
class Source:
    """The sheet that holds a shape: where its columns stand, and the rows after its headings."""

    sheet: str
    places: list[int | None]
    head: list[Row]
    rows: Iterator[Row]
    only: set[int]  # the columns that are asked for; none: all

    def all_rows(self) -> Iterator[Row]:
        """Return every row, those before and with the headings first."""
        return chain(self.head, self.rows)


def sheets_of(file: IO[bytes]) -> Iterator[tuple[str, Iterator[Row], set[int]]]:
    """Open a file's visible sheets; what it is, its first bytes say.

    Raises:
        FileNotReadable.
    """
    file.seek(0)
    if file.read(4) != ZIP:
        yield CSV_SHEET, csv_rows(file), set()
        return
    workbook = Workbook(file)
    for name in workbook.sheets:
        yield name, workbook.rows(name), workbook.only


def find_source(file: IO[bytes], shape: Shape) -> Source:
    """Find the first sheet that has the shape's headings.

    Raises:
        FileNotReadable, HeadingsMissing.
    """
    for name, rows, only in sheets_of(file):
        head = []
        for row in islice(rows, HEADINGS_WITHIN_ROWS):
            head.append(row)
            places = headings(SHEETS[shape], row.cells)
            if places is not None:
                return Source(name, places, head, rows, only)
    wanted = [column.heading for column in SHEETS[shape].columns if column.required]
    raise HeadingsMissing("、".join(wanted))


def read_lines(
    source: Source, shape: Shape, findings: Findings, batch: int = 5_000
) -> Iterator[list[Line]]:
    """Read and clean all rows, a batch at a time; what is wrong with them is noted, and they are left out.

    Raises:
        FileNotReadable, FileHoldsTooMuch.
    """
    sheet = SHEETS[shape]
    findings.sheet = source.sheet
    _note_unknown_columns(source, findings)
    wanted = {place for place in source.places if place is not None}
    source.only.update(wanted)
    lines: list[Line] = []
    for row in source.rows:
        if not any(place < len(row.cells) and plain(row.cells[place]) for place in wanted):
            continue
        if is_total(row.cells):
            findings.note(NoteKind.TOTAL_ROW, row.number)
            continue
        findings.rows_read += 1
        if findings.rows_read > sheet.rows_max:
            raise FileHoldsTooMuch(sheet.rows_max)
        if row.hidden:
            findings.note(NoteKind.HIDDEN_ROW, row.number)
        if wanted.intersection(row.formulas):
            findings.note(NoteKind.FORMULA, row.number)
        values, refused = sheet.clean(row.cells, source.places)
        for number, problem in refused:
            column = sheet.columns[number]
            findings.refuse(problem, row.number, source.places[number], column.heading)
        if not refused:
            names = (column.name for column in sheet.columns)
            lines.append(Line(row.number, dict(zip(names, values, strict=True))))
        if findings.rows_read % batch == 0:
            yield lines
            lines = []
    yield lines


def _note_unknown_columns(source: Source, findings: Findings) -> None:
    row = source.head[-1]
    known = {place for place in source.places if place is not None}
    for place, cell in enumerate(row.cells):
        if place not in known and plain(cell):
            findings.note(NoteKind.COLUMN_UNKNOWN, row.number)
