"""What a clerk types into a cell, and what is meant: cleaned, or refused with how to mend it.

Real files hold full-width digits, stray spaces, numbers stored as text and the reverse. What is certain
is put right; what would be a guess is refused. That division is our own reading.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from .person import normalise_phone
from .problem import Kind, Problem
from .worktime import SHANGHAI

#: A cell as it was read: what has no value is None.
Cell = str | int | float | bool | datetime | None
Result = TypeVar("Result")

#: Excel keeps fifteen digits of a number; of what is longer the last ones are gone.
NUMBER_DIGITS_MAX = 15
TEXT_MAX = 100


@dataclass(eq=False)
class CellMissing(Problem):
    """A column that must be filled in is."""

    kind = Kind.INVALID
    zh = "此格不能为空，请填写。"
    en = "This cell must not be empty; fill it in."


@dataclass(eq=False)
class CellTooLong(Problem):
    """A text in a cell is no longer than what is kept of it."""

    kind = Kind.INVALID
    zh = "内容过长，最多{length_max}个字，请缩短。"
    en = "The text is too long; shorten it to {length_max} characters."

    length_max: int


@dataclass(eq=False)
class CellNotListed(Problem):
    """A cell with a drop-down holds one of its values."""

    kind = Kind.INVALID
    zh = "不是可选的值，请从下拉列表中选择：{listed}。"
    en = "Not a value of this column; choose one of the list: {listed}."

    listed: str


@dataclass(eq=False)
class CellNotACount(Problem):
    """A number in a cell is a whole one, within what is kept."""

    kind = Kind.INVALID
    zh = "须为整数，不小于{least}，不大于{most}，请改正。"
    en = "This must be a whole number from {least} to {most}."

    least: int
    most: int


@dataclass(eq=False)
class CellNotADay(Problem):
    """A date in a cell is one that cannot be read in two ways."""

    kind = Kind.INVALID
    zh = "不是可识别的日期，请写成2026-01-31这样的格式。"
    en = "Not a date that can be read for certain; write it like 2026-01-31."


@dataclass(eq=False)
class CellNotAPhone(Problem):
    """A phone number in a cell is a mobile number of eleven digits."""

    kind = Kind.INVALID
    zh = "须为11位手机号码，请核对。"
    en = "This must be a mobile number of eleven digits."


@dataclass(eq=False)
class CellLostDigits(Problem):
    """What was typed as a number and lost digits is not guessed."""

    kind = Kind.INVALID
    zh = "号码被当作数字保存，末尾数字已丢失，请把该列设为文本格式后重新填写。"
    en = "This was kept as a number and lost digits; format the column as text and type it again."


@dataclass(eq=False)
class CellNotInForm(Problem):
    """A code in a cell has its form."""

    kind = Kind.INVALID
    zh = "格式不符，请按此格式填写：{form}。"
    en = "Not in the form of this column; write it like this: {form}."

    form: str


@dataclass(eq=False)
class CellHoldsIdNumber(Problem):
    """ID numbers are not kept, in no column."""

    kind = Kind.INVALID
    zh = "不得填写身份证号码，请改用单位内部的人员编号。"
    en = "ID numbers are not kept; use a number of the office's own."


def refusal_of(rule: Callable[[], object]) -> Problem | None:
    """Return what a rule refuses, to be listed beside others; None: nothing."""
    try:
        rule()
    except Problem as problem:
        return problem
    return None


#: Full-width letters, digits and spaces; punctuation of a Chinese name stays as it is.
_NARROW: dict[int, int | str] = {
    **{
        wide: wide - 0xFEE0
        for first, last in ("０９", "ＡＺ", "ａｚ")
        for wide in range(ord(first), ord(last) + 1)
    },
    0x3000: " ",
    0x00A0: " ",
    0xFEFF: "",
    0x200B: "",
}
_SPACES = re.compile(r"\s+")
_CHINESE_NAME = re.compile(r"[\u3400-\u9fff·\s]+")
_ID_NUMBER = re.compile(
    r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]", re.IGNORECASE
)
_IN_POWERS = re.compile(r"[+-]?\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d\d)(\d\d))")
_CLOCK = re.compile(r"(.*?)(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_COUNTED = re.compile(r"(\d{1,9})(?:\.0+)?[人户口个名]?")


def plain(cell: Cell) -> str:
    """Return a cell as text: narrow digits and letters, no stray spaces; empty if it holds nothing."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        if cell.isascii() and cell.isprintable() and "  " not in cell:  # most codes and numbers
            return cell.strip()
        return _SPACES.sub(" ", cell.translate(_NARROW)).strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def is_empty(cell: Cell) -> bool:
    """Tell whether a cell holds nothing."""
    if isinstance(cell, str):
        return not cell.isalnum() and not plain(cell)  # most cells are told by the first, at once
    return cell is None


def code_text(cell: Cell) -> str:
    """Return a cell that holds a code: as NFKC writes it, without any space.

    Raises:
        CellLostDigits.
    """
    if isinstance(cell, float | int) and abs(cell) >= 10**NUMBER_DIGITS_MAX:
        raise CellLostDigits()
    text = _SPACES.sub("", unicodedata.normalize("NFKC", plain(cell)))
    if _IN_POWERS.fullmatch(text):
        raise CellLostDigits()
    return text


def clean_text(cell: Cell) -> str:
    """Return one line of text.

    Raises:
        CellTooLong, CellHoldsIdNumber.
    """
    text = plain(cell)
    if len(text) > TEXT_MAX:
        raise CellTooLong(TEXT_MAX)
    if _ID_NUMBER.fullmatch(text):
        raise CellHoldsIdNumber()
    return text


def clean_name(cell: Cell) -> str:
    """Return a person's name; between Chinese characters no space belongs.

    Raises:
        CellTooLong, CellHoldsIdNumber.
    """
    text = clean_text(cell)
    return text.replace(" ", "") if _CHINESE_NAME.fullmatch(text) else text


def clean_phone(cell: Cell) -> str:
    """Return a mobile number as eleven digits.

    Raises:
        CellLostDigits, CellNotAPhone.
    """
    phone = normalise_phone(code_text(cell))
    if phone is None:
        raise CellNotAPhone()
    return phone


def clean_key(cell: Cell) -> str:
    """Return an office's own number of something.

    Raises:
        CellLostDigits, CellTooLong, CellHoldsIdNumber.
    """
    text = code_text(cell)
    if len(text) > 40:
        raise CellTooLong(40)
    if _ID_NUMBER.fullmatch(text):
        raise CellHoldsIdNumber()
    return text


def uuid_in(text: str) -> UUID | None:
    """Return the UUID that a text writes, if it writes one."""
    digits = text.replace("-", "").lower()
    is_one = len(text) == 36 and len(digits) == 32 and not set(digits) - set("0123456789abcdef")
    return UUID(digits) if is_one else None


def clean_id(cell: Cell) -> UUID:
    """Return an id as an export wrote it.

    Raises:
        CellLostDigits, CellNotInForm.
    """
    found = uuid_in(code_text(cell))
    if found is None:
        raise CellNotInForm("0198c7a4-2f6e-7b3a-9d51-3f0c8e6b1a24")
    return found


def clean_instant(cell: Cell) -> datetime:
    """Return a day, or a day and time of day, as an instant in Shanghai.

    Raises:
        CellNotADay.
    """
    if isinstance(cell, datetime):
        return _in_our_times(cell.replace(tzinfo=SHANGHAI))
    if isinstance(cell, bool):
        raise CellNotADay()
    text = unicodedata.normalize("NFKC", plain(cell))
    found = _CLOCK.fullmatch(text)
    day = _DAY.fullmatch(found[1].replace(" ", "")) if found else None
    if not found or not day:
        raise CellNotADay()
    year, month, a_day = (int(part) for part in day.groups() if part)
    hour, minute, second = (int(part or 0) for part in found.groups()[1:])
    try:
        instant = datetime(year, month, a_day, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError:
        raise CellNotADay() from None
    return _in_our_times(instant)


def clean_day(cell: Cell) -> date:
    """Return a day.

    Raises:
        CellNotADay.
    """
    return clean_instant(cell).date()


def _in_our_times(instant: datetime) -> datetime:
    if not 1949 <= instant.year <= 2199:
        raise CellNotADay()
    return instant


def show_instant(instant: datetime | None) -> str:
    """Write an instant as `clean_instant` reads it; midnight is the day alone."""
    if instant is None:
        return ""
    local = instant.astimezone(SHANGHAI)
    if local.time() == datetime.min.time():
        return local.date().isoformat()
    return local.replace(tzinfo=None).isoformat(" ")


def count_of(least: int, most: int) -> Callable[[Cell], int]:
    """Return what reads a whole number within bounds."""

    def clean(cell: Cell) -> int:
        found = None
        if not isinstance(cell, bool | datetime):
            found = _COUNTED.fullmatch(unicodedata.normalize("NFKC", plain(cell)).replace(" ", ""))
        if not found or not least <= int(found[1]) <= most:
            raise CellNotACount(least, most)
        return int(found[1])

    return clean


def in_form(pattern: str, form: str) -> Callable[[Cell], str]:
    """Return what reads a code of a form."""
    compiled = re.compile(pattern)

    def clean(cell: Cell) -> str:
        text = code_text(cell).upper()
        if not compiled.fullmatch(text):
            raise CellNotInForm(form)
        return text

    return clean


def one_of(listed: Mapping[str, Result]) -> Callable[[Cell], Result]:
    """Return what reads a value of a list, by its Chinese name or its code."""
    known = {_loose(str(zh)): value for zh, value in listed.items()}
    known |= {_loose(str(value)): value for value in listed.values()}

    def clean(cell: Cell) -> Result:
        name = _loose(plain(cell))
        if name not in known:
            raise CellNotListed("、".join(listed))
        return known[name]

    return clean


def _loose(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()


@dataclass(eq=False)
class FileNotReadable(Problem):
    """A spreadsheet is an XLSX or CSV file that is whole and has no password."""

    kind = Kind.INVALID
    zh = "文件无法读取，请另存为无密码的XLSX或CSV（UTF-8或GBK）后重新上传。"
    en = (
        "The file cannot be read; save it as XLSX without a password, or as CSV, and send it again."
    )


@dataclass(eq=False)
class FileHoldsTooMuch(Problem):
    """A spreadsheet holds no more than an import takes."""

    kind = Kind.TOO_LARGE
    zh = "表格内容过多，请拆分后分批导入；最多{rows_max}行。"
    en = "The spreadsheet holds too much; split it. An import takes {rows_max} rows."

    rows_max: int


@dataclass(eq=False)
class HeadingsMissing(Problem):
    """A sheet has a row with the headings of its shape, among its first rows."""

    kind = Kind.INVALID
    zh = "未找到表头，前20行中须有这些列名：{headings}；请使用下载的模板。"
    en = "No headings found; one of the first 20 rows must hold: {headings}. Use the template."

    headings: str
