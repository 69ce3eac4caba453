"""Reading XLSX row by row, in memory that does not grow with the file (ECMA-376 part 1, section 18).

python-calamine holds a whole sheet: 1,078 MB for 400,000 rows of 30 columns; and it tells neither which
rows are hidden nor which cells are formulas. What is read comes from outside: sizes are looked at before
anything is unpacked, and a document type, by which XML can be made to grow, is refused.
"""

import re
import zipfile
from array import array
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any
from xml.parsers import expat

from maplebridge_domain.spreadsheet import Cell, FileNotReadable

#: An XLSX of 400,000 rows and 30 columns unpacks to some 800 MB.
UNPACKED_BYTES_MAX = 2_000_000_000
#: Of text that repeats, deflate makes a thousandth at best; of real sheets a fifth to a fortieth.
RATIO_MAX = 200
PARTS_MAX = 2_000
STRINGS_BYTES_MAX = 120_000_000
COLUMNS_MAX = 200
_CHUNK_BYTES = 1 << 18


#: Reads a cell: its type, its style, and what stands in it.
Value = Callable[[bytes, bytes, bytes], Cell]


@dataclass
class Row:
    """A row as it stands in a sheet, from 1 on; `formulas` are the columns of formulas, from 0 on."""

    number: int
    cells: list[Cell]
    hidden: bool = False
    formulas: list[int] = field(default_factory=list)


class Workbook:
    """A workbook; its visible sheets in their order.

    Raises:
        FileNotReadable: also while rows are read.
    """

    def __init__(self, file: IO[bytes]) -> None:
        #: The columns that are asked for, also while rows are read; none: all. Others may be left out.
        self.only: set[int] = set()
        try:
            self._zip = zipfile.ZipFile(file)
            _guard(self._zip)
            self.sheets = self._find_sheets()
            self._dates = self._find_dates()
            self._strings: _Strings | None = None
        except _BROKEN:
            raise FileNotReadable() from None

    def _find_sheets(self) -> dict[str, str]:
        targets = {
            attributes["Id"]: attributes["Target"]
            for name, attributes in _elements(self._read("xl/_rels/workbook.xml.rels"))
            if name == "Relationship"
        }
        sheets = {}
        self._epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell's date has no zone
        for name, attributes in _elements(self._read("xl/workbook.xml")):
            if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._epoch = datetime(1904, 1, 1)  # noqa: DTZ001
            if name == "sheet" and attributes.get("state", "visible") == "visible":
                ref = next(value for key, value in attributes.items() if key.endswith(":id"))
                sheets[attributes["name"]] = "xl/" + targets[ref].removeprefix("/xl/")
        return sheets

    def _find_dates(self) -> frozenset[bytes]:
        """Return the numbers of the styles that show a number as a date."""
        if "xl/styles.xml" not in self._zip.namelist():
            return frozenset()
        formats = {
            str(number)
            for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
        }
        styles: list[str] = []
        within = False
        for name, attributes in _elements(self._read("xl/styles.xml")):
            if name == "numFmt" and _DATE.search(_LITERAL.sub("", attributes["formatCode"])):
                formats.add(attributes["numFmtId"])
            elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                within = name == "cellXfs"
            elif name == "xf" and within:
                styles.append(attributes.get("numFmtId", "0"))
        return frozenset(b"%d" % n for n, used in enumerate(styles) if used in formats)

    def _read(self, part: str) -> bytes:
        if self._zip.getinfo(part).file_size > 20_000_000:
            raise FileNotReadable()
        return self._zip.read(part)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Read a sheet's rows that hold something.

        Raises:
            FileNotReadable.
        """
        try:
            if self._strings is None:
                self._strings = _Strings(self._zip)
            with self._zip.open(self.sheets[sheet]) as part:
                yield from _rows(part, self._value(), self.only)
        except _BROKEN:
            raise FileNotReadable() from None

    def _value(self) -> Value:
        strings, dates, epoch = self._strings, self._dates, self._epoch
        assert strings is not None

        def value(kind: bytes, style: bytes, said: bytes) -> Cell:
            if kind == b"s":
                return strings[int(said)]
            if kind in (b"", b"n"):
                if style in dates:
                    return epoch + timedelta(seconds=round(float(said) * 86_400))
                return int(said) if said.lstrip(b"-").isdigit() else float(said)
            return said == b"1" if kind == b"b" else said.decode()

        return value


#: What zipfile, expat and a file that lies about itself raise.
_BROKEN = (
    zipfile.BadZipFile,
    expat.ExpatError,
    EOFError,
    KeyError,
    IndexError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    StopIteration,
    UnicodeError,
    ValueError,
)
_DATE = re.compile("[ymdhs年月日]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|General', re.IGNORECASE)


def _guard(archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks to more than a sheet can be.

    Raises:
        FileNotReadable.
    """
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    bomb = any(part.file_size > RATIO_MAX * part.compress_size + 100_000 for part in parts)
    if len(parts) > PARTS_MAX or unpacked > UNPACKED_BYTES_MAX or bomb:
        raise FileNotReadable()


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: Any) -> None:
    raise FileNotReadable()


def _elements(text: bytes) -> list[tuple[str, dict[str, str]]]:
    """List a small part's elements by their local names."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: found.append((_local(name), attributes))
    parser.Parse(text, True)
    return found


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Strings:
    """The texts that cells share, one after the other: an object each would take five times the room."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._text = bytearray()
        self._ends = array("Q", [0])
        if "xl/sharedStrings.xml" in archive.namelist():
            with archive.open("xl/sharedStrings.xml") as part:
                self._fill(part)

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError
        return self._text[self._ends[number] : self._ends[number + 1]].decode()

    def _fill(self, part: IO[bytes]) -> None:
        reading = phonetic = False

        def start(name: str, _: dict[str, str]) -> None:
            nonlocal reading, phonetic
            name = _local(name)
            reading = name == "t"
            phonetic = phonetic or name == "rPh"

        def end(name: str) -> None:
            nonlocal reading, phonetic
            name = _local(name)
            reading = False
            if name == "rPh":
                phonetic = False
            elif name == "si":
                self._ends.append(len(self._text))
                if len(self._text) > STRINGS_BYTES_MAX:
                    raise FileNotReadable()

        def text(said: str) -> None:
            if reading and not phonetic:
                self._text.extend(said.encode())

        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = text
        while chunk := part.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


#: A cell as Excel, WPS and most libraries write it, and a row that consists of nothing else.
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?(?:/>|>'
    rb'(?:<v>([^<&]*)</v>|<is><t(?: xml:space="preserve")?>([^<&]*)</t></is>)?</c>)'
)
_ROW = re.compile(rb'\s*<row r="([0-9]+)"([^<>]*)>')
_BEGIN, _END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"


def _rows(part: IO[bytes], value: Value, only: Set[int]) -> Iterator[Row]:
    """Read rows: such as are usual by an expression, five times as fast; all others by expat."""
    reading = _Reading(value, only)
    head = part.read(_CHUNK_BYTES)
    prolog, begin, rest = head.partition(_BEGIN)
    if not begin or b"<!" in prolog or re.search(rb'encoding="(?!utf-8)', prolog, re.IGNORECASE):
        yield from _by_expat(head, part, reading)
        return
    while _END not in rest:
        *whole, rest = rest.split(_ROW_END)
        for text in whole:
            reading.take(text)
        yield from reading.rows
        reading.rows.clear()
        if not (chunk := part.read(_CHUNK_BYTES)):
            raise FileNotReadable()
        rest += chunk
    *whole, _ = rest.partition(_END)[0].split(_ROW_END)
    for text in whole:
        reading.take(text)
    yield from reading.rows


def _by_expat(head: bytes, part: IO[bytes], reading: "_Reading") -> Iterator[Row]:
    parser = reading.parser()
    chunk = head
    while chunk:
        parser.Parse(chunk, False)
        yield from reading.rows
        reading.rows.clear()
        chunk = part.read(_CHUNK_BYTES)
    parser.Parse(b"", True)
    yield from reading.rows


def _alone(text: bytes) -> bytes:
    """Make a document of a row, before which empty rows may stand."""
    return b"<rows>" + text + b"</row></rows>"


class _Reading:
    """What has been read of a sheet and not been handed out."""

    def __init__(self, value: Value, only: Set[int]) -> None:
        self.rows: list[Row] = []
        self._only = only
        self.said: list[str] = []  # all text since the last beginning of a value
        self._value = value
        self._row = Row(0, [])
        self._columns: dict[str, int] = {}
        self._places: dict[bytes, int] = {}  # the same, by the letters as they stand in the file
        self._column = -1
        self._kind = self._style = b""
        self._text: str | None = None

    def parser(self) -> Any:
        """Make a parser that tells of rows."""
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.said.append
        return parser

    def take(self, text: bytes) -> None:
        """Take a row without its end tag."""
        row = _ROW.match(text)
        usual = row is not None and self._take_cells(row, text)
        if not usual and text.strip() and not text.rstrip().endswith(b"/>"):  # not empty rows alone
            self.parser().Parse(_alone(text), True)

    def _take_cells(self, row: re.Match[bytes], text: bytes) -> bool:
        """Take a row's cells as far as anybody asks for them; False: some of them are unusual."""
        made = Row(int(row[1]), [], b'hidden="1"' in row[2] or b'hidden="true"' in row[2])
        only, last = self._only, max(self._only, default=COLUMNS_MAX)
        position = row.end()
        while position < len(text):
            cell = _CELL.match(text, position)
            if cell is None:
                return False
            position = cell.end()
            letters, style, kind, plain, inline = cell.groups(b"")
            column = self._places.get(letters)
            if column is None:
                column = self._places[letters] = self._place(letters.decode())
            if column > last and made.cells:
                break
            said = plain or inline
            # The first cell tells of a total, wherever it stands.
            if said and (not only or column in only or not made.cells):
                if column >= len(made.cells):
                    made.cells.extend([None] * (column + 1 - len(made.cells)))
                made.cells[column] = self._value(kind, style, said)
        if made.cells:
            self.rows.append(made)
        self._row = made
        return True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element that begins."""
        if name not in ("c", "v", "row", "f", "t"):
            name = _local(name)
        if name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self._column = self._place(letters) if letters else self._column + 1
            self._kind = attributes.get("t", "").encode()
            self._style = attributes.get("s", "").encode()
            self._text = None
        elif name in ("v", "t"):
            self.said.clear()
        elif name == "row":
            number = int(attributes.get("r", self._row.number + 1))
            self._row = Row(number, [], attributes.get("hidden") in ("1", "true"))
            self._column = -1
        elif name == "f":
            self._row.formulas.append(self._column)

    def end(self, name: str) -> None:
        """Take what an element held."""
        if name not in ("c", "v", "row", "t"):
            name = _local(name)
        if name == "v":
            self._text = "".join(self.said)
        elif name == "t":  # a text of its own, perhaps in several pieces
            self._text = (self._text or "") + "".join(self.said)
        elif name == "c" and self._text:
            cells = self._row.cells
            cells.extend([None] * (self._column + 1 - len(cells)))
            cells[self._column] = self._value(self._kind, self._style, self._text.encode())
        elif name == "row":
            if self._row.cells:
                self.rows.append(self._row)
            self.said.clear()

    def _place(self, letters: str) -> int:
        """Return the number of a column, `A` is 0.

        Raises:
            FileNotReadable: beyond what any of our sheets has.
        """
        found = self._columns.get(letters)
        if found is None:
            found = 0
            for letter in letters.upper():
                found = found * 26 + ord(letter) - 64
            if not 1 <= found <= COLUMNS_MAX:
                raise FileNotReadable()
            found = self._columns[letters] = found - 1
        return found
