"""What a shape of spreadsheet is: its columns, and how its rows are read; sheets.py lists them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from .problem import Problem
from .spreadsheet import Cell, CellMissing, is_empty, plain


class Shape(StrEnum):
    """What a spreadsheet holds."""

    GRIDS = "grids"  # 网格
    HOUSEHOLDS = "households"  # 住户
    ORGANISATIONS = "organisations"  # 组织
    PEOPLE = "people"  # 人员
    CONTRACTS = "contracts"  # 物业服务合同
    APPOINTMENTS = "appointments"  # 岗位与任职


@dataclass(frozen=True)
class Column:
    """A column: how it is called, how a cell of it is read, what a template says of it."""

    name: str
    heading: str
    clean: Callable[[Cell], object]
    hint: str
    required: bool = False
    also: tuple[str, ...] = ()
    listed: Mapping[str, object] | None = None  # what the drop-down shows, and what it stands for
    show: Callable[[Any], object] | None = None  # writes a value as it is read

    @property
    def names(self) -> tuple[str, ...]:
        """All headings by which it is known."""
        return (self.heading, *self.also, self.name)

    def shown(self, value: object) -> object:
        """Return a value as the sheet shows it: of a list its Chinese name."""
        if value is None:
            return None
        if self.show is not None:
            return self.show(value)
        if self.listed is None:
            return value
        return next(zh for zh, listed in self.listed.items() if listed == value)


@dataclass(frozen=True)
class Sheet:
    """A shape: its sheet's name, its columns, how many rows an import takes."""

    title: str
    columns: Sequence[Column]
    rows_max: int

    def names(self, cell: Cell) -> bool:
        """Tell whether a cell holds the heading of one of the columns."""
        name = heading_of(cell)
        return any(name in column.names for column in self.columns)

    def clean(
        self, cells: Sequence[Cell], places: Sequence[int | None]
    ) -> tuple[list[object], list[tuple[int, Problem]]]:
        """Clean a row whose cell of the column n stands at `places[n]`.

        Returns:
            The values in the order of the columns, None for what is empty; and what is refused, by the
            number of its column.
        """
        values: list[object] = []
        refused: list[tuple[int, Problem]] = []
        for number, (column, place) in enumerate(zip(self.columns, places, strict=True)):
            cell = cells[place] if place is not None and place < len(cells) else None
            value: object = None
            problem: Problem | None = None
            if is_empty(cell):
                problem = CellMissing() if column.required else None
            else:
                try:
                    value = column.clean(cell)
                except Problem as found:
                    problem = found
            if problem is not None:
                refused.append((number, problem))
            values.append(value)
        return values, refused


def heading_of(cell: Cell) -> str:
    """Return a heading without what a template or a clerk puts around it."""
    return plain(cell).replace(" ", "").rstrip("*＊")


def headings(
    sheet: Sheet, cells: Sequence[Cell], above: Sequence[Cell] = ()
) -> list[int | None] | None:
    """Find a shape's columns in a row; None: it is no row of headings, as one that must be there is not.

    Where headings are of two rows, a cell over both is read in the upper one, the row `above`.
    """
    rows = zip_longest(cells, above)
    names = [heading_of(cell) or heading_of(over) for cell, over in rows]
    places: list[int | None] = []
    for column in sheet.columns:
        places.append(next((names.index(name) for name in column.names if name in names), None))
        if column.required and places[-1] is None:
            return None
    return places


def is_total(cells: Sequence[Cell]) -> bool:
    """Tell whether a row sums up what stands above: 合计, 总计, 小计, in its first cell that is filled."""
    first = next((text for text in map(plain, cells) if text), "")
    return first.replace(" ", "").rstrip(":：") in ("合计", "总计", "小计", "共计")
