"""The shapes of the spreadsheets that come in and go out: their columns as data, and nowhere else.

A template, what an import reads, what an export writes and the API document are made of these. The
Chinese headings are our own; beside each stand those that streets' own files use for it.
"""

import re
from collections.abc import Mapping

from .grid import GridLevel, Management
from .grid_attributes import Cameras
from .identifier import check_credit_code
from .organisation import OrganisationKind, PostKind
from .shape import Column, Shape, Sheet
from .sheet_evidence import area_from, clean_files, show_area, show_files
from .spreadsheet import (
    Cell,
    clean_day,
    clean_id,
    clean_instant,
    clean_key,
    clean_name,
    clean_phone,
    clean_text,
    count_of,
    in_form,
    one_of,
    plain,
)

_LEVELS = {one.chinese: one for one in GridLevel if one is not GridLevel.STREET}
_MANAGEMENTS = {one.chinese: one for one in Management}
_CAMERAS = {one.chinese: one for one in Cameras}
_ORGANISATIONS = {one.chinese: one for one in OrganisationKind}
_POSTS = {one.chinese: one for one in PostKind}
_STEPS = {f"第{zh}步": number for number, zh in enumerate("一二三四五", start=1)}
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
    return Column(name, heading, clean_id, hint, show=str)


def _basis(name: str, heading: str, of: str) -> Column:
    hint = f"交叉任职所依据的{of}不止一个时填写。"
    return Column(name, heading, clean_id, hint, show=str)


def _votes(name: str, of: str, *, least: int = 0) -> tuple[Column, Column]:
    """Give the columns of how many owners, and what area of theirs."""
    hint = "第二步填写，民法典第278条。"
    area = f"{of}专有部分面积（平方米）"
    return (
        Column(f"owners{name}", f"{of}业主人数", count_of(least, 1_000_000), hint),
        Column(f"area{name}_cm2", area, area_from(least), hint, show=show_area),
    )


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
                show="、".join,
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
                show="、".join,
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
    Shape.CONTRACTS: Sheet(
        "物业服务合同",
        (
            _path("grid_path", "小区网格编码"),
            Column(
                "enterprise",
                "物业服务企业",
                clean_text,
                "企业全称，须已登记。",
                required=True,
                also=("物业公司", "物业企业"),
            ),
            Column("enterprise_path", "企业所在网格编码", _PATH, "同名企业不止一个时填写。"),
            Column("from", "合同起始日期", clean_instant, "如2026-01-31。", required=True),
            Column("until", "合同届满日期（不含当日）", clean_instant, "无固定期限不填。"),
            Column("signed_on", "签订日期", clean_day, "如2026-01-31。"),
            Column("filed_on", "备案日期", clean_day, "向街道备案之日。"),
            _id("id", "合同系统编号"),
        ),
        50_000,
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
            _listed("step", "交叉任职步骤", _STEPS),
            _basis("source_id", "所依据任职系统编号", "任职"),
            _basis("contract_id", "所依据合同系统编号", "合同"),
            Column("voted_on", "业主表决日期", clean_day, "第二步填写。"),
            Column("filing_number", "业委会备案编号", clean_text, "第二步填写。"),
            Column("filed_on", "业委会备案日期", clean_day, "第二步填写。"),
            *_votes("", "全体", least=1),
            *_votes("_taking_part", "参与表决"),
            *_votes("_agreeing", "同意"),
            Column("no_interest_declared_on", "无利害关系声明日期", clean_day, "第五步填写。"),
            Column(
                "evidence",
                "证明材料",
                clean_files,
                "第一、二、五步填写，每行一份：文件名；SHA-256摘要；日期；文号。",
                show=show_files,
            ),
            _id("post_id", "岗位系统编号"),
            _id("id", "任职系统编号"),
        ),
        50_000,
    ),
}
