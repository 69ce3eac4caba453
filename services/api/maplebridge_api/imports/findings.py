"""What is found in a spreadsheet: faults that refuse it, and notes on what was put right or left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any
from uuid import UUID

from maplebridge_domain.problem import Problem

#: How many faults are told; all are counted.
FAULTS_MAX = 2_000


class NoteKind(StrEnum):
    """What is told of rows that were taken all the same, or left out."""

    HIDDEN_ROW = "hidden_row"
    FORMULA = "formula"
    TOTAL_ROW = "total_row"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_UNTITLED = "column_untitled"
    PARTY_MEMBER_KEPT = "party_member_kept"


SAID: dict[NoteKind, tuple[str, str]] = {
    NoteKind.HIDDEN_ROW: ("隐藏的行已一并导入。", "Hidden rows were imported, too."),
    NoteKind.FORMULA: (
        "公式取文件中保存的计算结果。",
        "Of formulas the value was taken that the file holds.",
    ),
    NoteKind.TOTAL_ROW: ("合计行未导入。", "Rows of totals were left out."),
    NoteKind.COLUMN_UNKNOWN: (
        "模板中没有的列未导入。",
        "Columns that the template does not have were left out.",
    ),
    NoteKind.COLUMN_UNTITLED: (
        "没有列名的列未导入，请核对表头。",
        "Columns with no heading were left out; check the headings.",
    ),
    NoteKind.PARTY_MEMBER_KEPT: (
        "已有人员的党员身份未导入，也未比对。",
        "Party membership was neither taken nor compared of people who are kept already.",
    ),
}


@dataclass(frozen=True)
class Fault:
    """What is refused, and where: a row from 1 on, a column from 0 on; neither: the whole file."""

    row: int | None
    column: int | None
    heading: str | None
    problem: Problem


@dataclass
class Noted:
    """How often something was noted, in which row first, and in which columns if it is of columns."""

    first_row: int
    count: int = 0
    columns: list[int] = field(default_factory=list)


@dataclass
class Findings:
    """All that is found; nothing of it repeats what a cell holds.

    The thread that reads finds faults while what it has read is held against the ledger.
    """

    sheet: str = ""
    faults: list[Fault] = field(default_factory=list)
    faults_count: int = 0
    rows_read: int = 0
    rows_made: int = 0
    rows_kept: int = 0
    #: Who is kept that rows were held against; none: the sheet was not held against people.
    compared: set[UUID] | None = None
    #: The rows whose things a verb is entering now: what it refuses points at one of them by number,
    under_way: list[int] = field(default_factory=list)
    #: and at a field, which a column of the sheet holds: where it stands, and its heading.
    columns: Mapping[str, tuple[int | None, str]] = field(default_factory=dict)
    _notes: dict[NoteKind, Noted] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def refuse(
        self,
        problem: Problem,
        row: int | None = None,
        column: int | None = None,
        heading: str | None = None,
    ) -> None:
        """Note a fault."""
        with self._lock:
            self.faults_count += 1
            if len(self.faults) < FAULTS_MAX:
                self.faults.append(Fault(row, column, heading, problem))

    def note(self, kind: NoteKind, row: int, column: int | None = None) -> None:
        """Note what was put right or left out."""
        noted = self._notes.setdefault(kind, Noted(row))
        noted.count += 1
        if column is not None:
            noted.columns.append(column)

    def refuse_under_way(self, problem: Problem) -> None:
        """Note what a verb refused: `/items/3/post_id` is the fourth of the rows under way."""
        named = re.match(r"/items/(\d+)(?:/(\w+))?", problem.pointer)
        if named is None:
            self.refuse(problem)
        else:
            where = self.columns.get(named[2], (None, None))
            self.refuse(problem, self.under_way[int(named[1])], *where)

    def shown_faults(self) -> list[dict[str, Any]]:
        """Show the faults as they are kept, from the top of the sheet down."""
        return [
            {
                "sheet": self.sheet,
                "row": fault.row,
                "column": None if fault.column is None else letters(fault.column),
                "heading": fault.heading,
                "code": fault.problem.code,
                "zh": fault.problem.detail("zh"),
                "en": fault.problem.detail("en"),
            }
            for fault in sorted(self.faults, key=lambda fault: fault.row or 0)
        ]

    def shown_notes(self) -> list[dict[str, Any]]:
        """Show the notes as they are kept."""
        return [
            {
                "code": kind,
                "count": noted.count,
                "first_row": noted.first_row,
                "columns": [letters(column) for column in sorted(noted.columns)],
                "zh": SAID[kind][0],
                "en": SAID[kind][1],
            }
            for kind, noted in self._notes.items()
        ]


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column, `A` for 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
