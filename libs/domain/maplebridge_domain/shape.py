"""The shapes of the spreadsheets that come in and go out: their columns as data, and nowhere else.

A template, what an import reads, what an export writes and the API document are made of these. The
Chinese headings are our own; beside each stand those that streets' own files use for it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from .grid import GridLevel, Management
from .grid_attributes import Cameras
from .identifier import check_credit_code
from .organisation import OrganisationKind, PostKind
from .problem import Problem
from .spreadsheet import (
    Cell,
    CellMissing,
    clean_id,
    clean_instant,
    clean_key,
    clean_name,
    clean_phone,
    clean_text,
    count_of,
    in_form,
    is_empty,
    one_of,
    plain,
)


class Shape(StrEnum):
    """What a spreadsheet holds."""

    GRIDS = "grids"  # 网格
    HOUSEHOLDS = "households"  # 住户
    ORGANISATIONS = "organisations"  # 组织
    PEOPLE = "people"  # 人员
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

    @property
    def names(self) -> tuple[str, ...]:
        """All headings by which it is known."""
        return (self.heading, *self.also, self.name)

    def shown(self, value: object) -> object:
        """Return a value as the sheet shows it: of a list its Chinese name, several with signs between."""
        if isinstance(value, tuple):
            return "、".join(value)
        if self.listed is None or value is None:
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


_LEVELS = {one.chinese: one for one in GridLevel if one is not GridLevel.STREET}
_MANAGEMENTS = {one.chinese: one for one in Management}
_CAMERAS = {one.chinese: one for one in Cameras}
_ORGANISATIONS = {one.chinese: one for one in OrganisationKind}
_POSTS = {one.chinese: one for one in PostKind}
_YES_NO: Mapping[str, bool] = {"是": True, "否": False}

_CREDIT_CODE = in_form(r"[0-9A-HJ-NP-RTUW-Y]{18}", "91411104MA0000015H")


def _credit_code(cell: Cell) -> str:
    code = _CREDIT_CODE(cell)
    check_credit_code(code)
    return code


_PATH = in_form(r"[0-9]{9}(/[0-9]{2,4}){0,4}", "411104001/001/0001")


_BETWEEN = re.compile(r"[、,，;；\s]+")


def _paths(cell: Cell) -> tuple[str, ...]:
    return tuple(sorted({_PATH(one) for one in _BETWEEN.split(plain(cell)) if one}))


def _path(name: str, heading: str, *also: str) -> Column:
    hint = "自街道起逐级的编码，以斜线分隔，如411104001/001/0001。"
    return Column(name, heading, _PATH, hint, required=True, also=("网格编码", *also))


def _listed(
    name: str, heading: str, listed: Mapping[str, object], *also: str, required: bool = False
) -> Column:
    hint = "请从下拉列表中选择。"
    return Column(name, heading, one_of(listed), hint, required=required, also=also, listed=listed)


def _id(name: str, heading: str) -> Column:
    hint = "导出时写入，使再次导入的条目保持原编号；自行填表时留空。"
    return Column(name, heading, clean_id, hint)


_PERSON_KEY = Column(
    "person_key",
    "人员编号",
    clean_key,
    "本单位自定的编号；没有手机号码的必须填写。不得填写身份证号码。",
    also=("编号", "工号"),
)
_PHONE = Column(
    "phone", "手机号码", clean_phone, "11位手机号码。", also=("手机", "电话", "联系电话", "手机号")
)

SHEETS: Mapping[Shape, Sheet] = {
    Shape.GRIDS: Sheet(
        "网格",
        (
            _path("path", "网格编码"),
            _listed("level", "网格层级", _LEVELS, "层级", required=True),
            Column("name", "网格名称", clean_text, "全称。", required=True, also=("名称",)),
            _listed("management", "管理方式", _MANAGEMENTS),
            _listed("cameras", "监控摄像头", _CAMERAS, "监控"),
            _listed("access_control", "门禁", _YES_NO),
            Column(
                "service_centre", "红色物业服务中心", clean_text, "名称或地点。", also=("驿站",)
            ),
            Column("hall", "议事厅", clean_text, "名称或地点。", also=("红色议事厅",)),
            Column(
                "since",
                "设立日期",
                clean_instant,
                "如2026-01-31；不填为导入之日。",
                also=("设立时间",),
            ),
            _id("id", "网格系统编号"),
        ),
        50_000,
    ),
    Shape.HOUSEHOLDS: Sheet(
        "住户",
        (
            _path("grid_path", "单元网格编码"),
            Column(
                "address",
                "地址",
                clean_text,
                "如3号楼2单元501室。",
                required=True,
                also=("住址", "门牌号"),
            ),
            Column(
                "residents",
                "居住人数",
                count_of(0, 100_000),
                "整数，不登记姓名。",
                required=True,
                also=("人数", "人口数", "常住人口"),
            ),
            Column("since", "登记日期", clean_instant, "如2026-01-31；不填为导入之日。"),
            Column(
                "central_of",
                "党员中心户所在网格编码",
                _paths,
                "是党员中心户的，填写其所服务网格的编码，多个以顿号分隔。",
            ),
        ),
        400_000,
    ),
    Shape.ORGANISATIONS: Sheet(
        "组织",
        (
            _path("grid_path", "所在网格编码"),
            _listed("kind", "组织类型", _ORGANISATIONS, "类型", required=True),
            Column("name", "组织名称", clean_text, "全称。", required=True, also=("名称",)),
            Column(
                "parent", "上级组织名称", clean_text, "须已登记，或在本表中。", also=("上级组织",)
            ),
            Column(
                "community_party_org",
                "双重领导的社区党组织",
                clean_text,
                "仅物业服务企业党组织填写。",
                also=("所属社区党组织",),
            ),
            Column(
                "uscc",
                "统一社会信用代码",
                _credit_code,
                "18位，请设为文本格式。",
                also=("信用代码",),
            ),
            Column(
                "answers_for",
                "负责网格编码",
                _paths,
                "仅党组织填写：所对应网格的编码，多个以顿号分隔。",
            ),
            _id("id", "组织系统编号"),
        ),
        50_000,
    ),
    Shape.PEOPLE: Sheet(
        "人员",
        (
            _PERSON_KEY,
            Column("name", "姓名", clean_name, "与证件一致。", required=True),
            _PHONE,
            _listed("party_member", "是否党员", _YES_NO, "党员"),
        ),
        400_000,
    ),
    Shape.APPOINTMENTS: Sheet(
        "岗位与任职",
        (
            _path("grid_path", "所在网格编码"),
            _listed("organisation_kind", "组织类型", _ORGANISATIONS, "类型"),
            Column(
                "organisation", "组织名称", clean_text, "网格上的岗位不填组织。", also=("单位",)
            ),
            _listed("kind", "岗位", _POSTS, "职务", required=True),
            Column("post", "岗位名称", clean_text, "不填与岗位相同。"),
            Column(
                "seats", "岗位名额", count_of(1, 50), "可同时任职的人数，不填为1。", also=("名额",)
            ),
            _PERSON_KEY,
            Column("person", "姓名", clean_name, "空缺的岗位不填人员。"),
            _PHONE,
            Column("from", "任职日期", clean_instant, "如2026-01-31。", also=("任职时间",)),
            Column(
                "until", "届满日期（不含当日）", clean_instant, "长期任职不填。", also=("届满日期",)
            ),
            _id("post_id", "岗位系统编号"),
            _id("id", "任职系统编号"),
        ),
        50_000,
    ),
}


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
