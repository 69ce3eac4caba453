"""What a clerk types into the cells of an election's area and of the files that show something."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from .problem import Kind, Problem
from .spreadsheet import Cell, CellNotInForm, clean_day, clean_text, plain

#: A square metre in square centimetres.
AREA_UNIT_CM2 = 10_000
FILES_MAX = 20
#: A file that shows something: its name, its SHA-256, its day, its number.
File = tuple[str, str, date, str | None]
_AREA = re.compile(r"(\d{1,8})(?:\.(\d{1,4})0*)?(?:m2|平方米)?")
_FILE = re.compile(r"(.+?)[；;] ?([0-9a-f]{64})[；;] ?(\d{4}-\d{1,2}-\d{1,2})(?:[；;] ?(.+))?")


@dataclass(eq=False)
class CellNotAnArea(Problem):
    """An area in a cell is in square metres, to the square centimetre."""

    kind = Kind.INVALID
    zh = "不是可识别的面积，请填写平方米数，最多四位小数。"
    en = "Not an area; write square metres with four decimals at most."


def area_from(least_cm2: int) -> Callable[[Cell], int]:
    """Return what reads an area that is given in square metres; it gives square centimetres."""

    def clean(cell: Cell) -> int:
        text = f"{cell:.4f}" if isinstance(cell, float) else plain(cell)
        found = _AREA.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
        area = int(found[1]) * AREA_UNIT_CM2 + int((found[2] or "").ljust(4, "0")) if found else 0
        if not found or area < least_cm2:
            raise CellNotAnArea()
        return area

    return clean


def show_area(area_cm2: int) -> str:
    """Write an area as `area_from` reads it."""
    whole, rest = divmod(area_cm2, AREA_UNIT_CM2)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def clean_files(cell: Cell) -> tuple[File, ...]:
    """Return files, each in a line of its own: name, SHA-256, day, and a number if there is one.

    Raises:
        CellNotInForm, CellNotADay, CellTooLong.
    """
    lines = [line for line in str(cell).splitlines() if plain(line)]
    found = [_FILE.fullmatch(plain(line)) for line in lines]
    if not 1 <= len(lines) <= FILES_MAX or None in found:
        raise CellNotInForm("会议纪要.pdf；64位SHA-256摘要；2026-01-31；文号")
    return tuple(
        (clean_text(name), digest, clean_day(day), clean_text(number) if number else None)
        for name, digest, day, number in (one.groups() for one in found if one)
    )


def show_files(files: Iterable[File]) -> str:
    """Write files as `clean_files` reads them."""
    return "\n".join(
        "；".join(filter(None, (name, digest, day.isoformat(), number)))
        for name, digest, day, number in files
    )
