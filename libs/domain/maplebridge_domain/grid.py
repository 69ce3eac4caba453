"""The five-level grid: which level holds which, and how a node is numbered."""

import re
from dataclasses import dataclass

from .named import Named
from .problem import Kind, Problem


class GridLevel(Named):
    """The five levels, from the street down to the building unit."""

    STREET = "street", "街道网格"
    COMMUNITY = "community", "社区大网格"
    QUARTER = "quarter", "小区小网格"
    LANE = "lane", "街巷（楼院）网格"
    UNIT = "unit", "楼栋单元网格"


class Management(Named):
    """Who manages a quarter or lane."""

    PROFESSIONAL = "professional", "专业物业"
    SELF_MANAGED = "self_managed", "自治管理"
    THREE_NOS = "three_nos", "三无楼院"


#: What may stand directly under what. A quarter may hold units directly or through lanes.
#: Source: Zhaoling District on Tianqiao Street, 2024-01-08 (five levels); DB6101/T 3185-2024 (every
#: grid belongs to a community, none directly to a street).
CHILDREN: dict[GridLevel, frozenset[GridLevel]] = {
    GridLevel.STREET: frozenset({GridLevel.COMMUNITY}),
    GridLevel.COMMUNITY: frozenset({GridLevel.QUARTER}),
    GridLevel.QUARTER: frozenset({GridLevel.LANE, GridLevel.UNIT}),
    GridLevel.LANE: frozenset({GridLevel.UNIT}),
    GridLevel.UNIT: frozenset(),
}

#: Digits of a node's own segment. Community: the last three of the 12-digit division code. Unit:
#: the three-digit sequence in its community (GB/T 30428.1). Quarter and lane: our own choice.
CODE_DIGITS: dict[GridLevel, int] = {
    GridLevel.STREET: 9,
    GridLevel.COMMUNITY: 3,
    GridLevel.QUARTER: 4,
    GridLevel.LANE: 2,
    GridLevel.UNIT: 3,
}


#: The longest way from the street down to each level.
_WAY = list(GridLevel)


def path_length(level: GridLevel, *, lane: bool = True) -> int:
    """Return how long a path of that level is: its segments, joined by slashes.

    A unit that stands in its quarter directly (not `lane`) has a shorter one.
    """
    above = [one for one in _WAY[: _WAY.index(level)] if lane or one is not GridLevel.LANE]
    return sum(CODE_DIGITS[one] + 1 for one in above) + CODE_DIGITS[level]


def unit_code(path: str) -> str:
    """Return the fifteen digits of the unit grid that stands at a path (GB/T 30428.1)."""
    street, community, *_, unit = path.split("/")
    return street + community + unit


def is_unit(path: str) -> bool:
    """Tell whether a path is that of a unit: below a quarter, with three digits (a lane has two)."""
    digits = len(path.rpartition("/")[2])
    return path.count("/") > 2 and digits == CODE_DIGITS[GridLevel.UNIT]


@dataclass(eq=False)
class WrongLevel(Problem):
    """A grid stands only under a level that holds its own."""

    kind = Kind.RULE
    zh = "上级网格不符：{level}不能直接设在{parent_level}之下，请另选。"
    en = "A {level} grid cannot stand directly under a {parent_level} grid; choose another parent."
    pointer = "/parent_id"

    level: GridLevel
    parent_level: GridLevel


@dataclass(eq=False)
class WrongGridCode(Problem):
    """A grid's code has the number of digits of its level."""

    kind = Kind.RULE
    zh = "网格编码位数不符：{level}的编码须为{digits}位数字。"
    en = "The code of a {level} grid must have {digits} digits."
    pointer = "/code"

    level: GridLevel
    digits: int


@dataclass(eq=False)
class ManagementNotHere(Problem):
    """Only quarters and lanes have a kind of management."""

    kind = Kind.RULE
    zh = "只有小区和楼院网格可以填写管理方式。"
    en = "Only quarters and lanes have a kind of management; leave it out."
    pointer = "/management"


@dataclass(eq=False)
class GridCodeTaken(Problem):
    """Two grids under one parent do not share a code at the same time."""

    kind = Kind.CONFLICT
    zh = "同一上级之下已有使用该编码的网格，请换一个编码。"
    en = "Another grid under this parent has this code; choose another code."
    pointer = "/code"


@dataclass(eq=False)
class UnitNumberTaken(Problem):
    """A unit grid's number is unique within its community at a time.

    Source: GB/T 30428.1 (15 digits: 6 district, 3 street, 3 community, 3 sequence), as in BJ.
    """

    kind = Kind.CONFLICT
    zh = "本社区已有使用该序号的单元网格，请换一个序号。"
    en = "Another unit grid of this community has this number; choose another."
    pointer = "/code"


@dataclass(eq=False)
class HouseholdTaken(Problem):
    """An address of a unit is one household's at a time."""

    kind = Kind.CONFLICT
    zh = "该单元此地址已登记住户，请核对，或先更改其中一户的地址。"
    en = "A household has this address in this unit already; check it, or change one's address first."
    pointer = "/address"


@dataclass(eq=False)
class NotAUnit(Problem):
    """Households are entered in unit grids."""

    kind = Kind.RULE
    zh = "住户只能登记在楼栋单元网格之下。"
    en = "A household is entered in a unit grid only."
    pointer = "/grid_id"


@dataclass(eq=False)
class NotAQuarter(Problem):
    """What happens in a quarter names a grid of level quarter."""

    kind = Kind.RULE
    zh = "此处须填写小区级网格。"
    en = "This must name a grid of level quarter."
    pointer = "/quarter_id"


def check_place(level: GridLevel, code: str, parent_level: GridLevel) -> None:
    """Refuse a place under a wrong level, or a code of a wrong length.

    That levels only go down is also why no grid can come to stand below itself.

    Raises:
        WrongLevel, WrongGridCode.
    """
    if level not in CHILDREN[parent_level]:
        raise WrongLevel(level, parent_level)
    check_code(level, code)


def check_code(level: GridLevel, code: str) -> None:
    """Refuse a code of a wrong length.

    Raises:
        WrongGridCode.
    """
    if not re.fullmatch(f"[0-9]{{{CODE_DIGITS[level]}}}", code):
        raise WrongGridCode(level, CODE_DIGITS[level])


def check_management(level: GridLevel, management: Management | None) -> None:
    """Refuse a kind of management where there is none.

    Raises:
        ManagementNotHere.
    """
    if management is not None and level not in (GridLevel.QUARTER, GridLevel.LANE):
        raise ManagementNotHere()
