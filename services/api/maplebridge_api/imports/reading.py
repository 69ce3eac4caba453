"""From a file to clean lines, some at a time: the sheet and its headings are found, cells cleaned."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import IO, Any

from maplebridge_domain.shape import Shape, Sheet, headings, is_total
from maplebridge_domain.sheets import SHEETS
from maplebridge_domain.spreadsheet import FileHoldsTooMuch, HeadingsMissing, is_empty

from ..platform.csv_file import csv_rows
from ..platform.xlsx import Row, Workbook
from .findings import Findings, NoteKind

#: How far down the headings may stand: titles and merged headings come before.
HEADINGS_WITHIN_ROWS = 20
#: In how many rows cells are looked for beyond the last heading; later ones are not read so far.
LOOKED_AT_WHOLE = 1_000
CSV_SHEET = "CSV"
ZIP = b"PK\x03\x04"


@dataclass
class Line:
    """A row: its number, its values by their columns' names, and whether all its cells are right."""

    row: int
    values: dict[str, Any]
    sound: bool = True


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
    sheet = SHEETS[shape]
    for name, rows, only in sheets_of(file):
        head: list[Row] = []
        for row in islice(rows, HEADINGS_WITHIN_ROWS):
            places = headings(sheet, row.cells, head[-1].cells if head else ())
            head.append(row)
            if places is not None:
                return _with_the_row_below(Source(name, places, head, rows, only), sheet)
    wanted = [column.heading for column in SHEETS[shape].columns if column.required]
    raise HeadingsMissing("、".join(wanted))


def _with_the_row_below(source: Source, sheet: Sheet) -> Source:
    """Let headings be of two rows, where the one below names columns and holds nothing else asked for."""
    below = next(source.rows, None)
    if below is None:
        return source
    places = headings(sheet, below.cells, source.head[-1].cells)
    named = {place for place, cell in enumerate(below.cells) if sheet.names(cell)}
    if places is None or not named or _filled(below) & _asked(sheet, source, places) - named:
        return replace(source, rows=chain([below], source.rows))
    return replace(source, places=places, head=[*source.head, below])


def _asked(sheet: Sheet, source: Source, below: list[int | None]) -> set[int | None]:
    """Return where what no row may lack stands, unless the row below says that it stands elsewhere."""
    columns = zip(sheet.columns, source.places, below, strict=True)
    return {place for column, place, other in columns if column.required and place == other}


def read_lines(
    source: Source, shape: Shape, findings: Findings, batch: int = 20_000
) -> Iterator[list[Line]]:
    """Read and clean all rows, a batch at a time; what is wrong with them is noted.

    Raises:
        FileNotReadable, FileHoldsTooMuch.
    """
    sheet = SHEETS[shape]
    findings.sheet = source.sheet
    wanted = {place for place in source.places if place is not None}
    left_out = _LeftOut(source, wanted, findings)
    lines: list[Line] = []
    for row in source.rows:
        left_out.look_at(row)
        if findings.rows_read == LOOKED_AT_WHOLE:
            source.only.update(wanted | left_out.blank)
        if all(place >= len(row.cells) or is_empty(row.cells[place]) for place in wanted):
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
        names = (column.name for column in sheet.columns)
        lines.append(Line(row.number, dict(zip(names, values, strict=True)), not refused))
        if findings.rows_read % batch == 0:
            yield lines
            lines = []
    yield lines


def _filled(row: Row) -> set[int]:
    return {place for place, cell in enumerate(row.cells) if not is_empty(cell)}


class _LeftOut:
    """Tells of columns that are not taken: those with a heading at once, others once they hold something."""

    def __init__(self, source: Source, wanted: set[int], findings: Findings) -> None:
        head = source.head[-1]
        self._findings = findings
        self._above = _filled(source.head[-2]) if len(source.head) > 1 else set()
        for place in sorted(_filled(head) - wanted):
            findings.note(NoteKind.COLUMN_UNKNOWN, head.number, place)
        self._told = wanted | _filled(head)
        self._width = max(self._told) + 1
        #: Places without a heading, between those that have one.
        self.blank = {*range(self._width)} - self._told

    def look_at(self, row: Row) -> None:
        """Look for what stands under no heading."""
        if not self.blank and len(row.cells) <= self._width:
            return
        for place in sorted(_filled(row) - self._told):
            over = place in self._above  # named in the upper of two rows, or only under a title
            kind = NoteKind.COLUMN_UNKNOWN if over else NoteKind.COLUMN_UNTITLED
            self._findings.note(kind, row.number, place)
            self._told.add(place)
            self.blank.discard(place)
