"""What is wrong with a request's form: where, and in which words.

Pydantic speaks English and of its own models; a client is told in its language, and of its own body.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from maplebridge_domain.problem import Language, pointer_to

#: Pydantic's errors in Chinese: every one that JSON, a query or a form can give.
SENTENCES_ZH: dict[str, str] = {
    "missing": "必填。",
    "extra_forbidden": "不支持的字段。",
    "invalid_key": "字段名须为文本。",
    "json_invalid": "不是有效的 JSON：第 {line} 行第 {column} 列。",
    "json_type": "须为 JSON 文本。",
    "none_required": "须为 null。",
    "recursion_loop": "内容不得循环引用。",
    "recursion_depth_exceeded": "嵌套层次过多。",
    "model_type": "须为 JSON 对象。",
    "model_attributes_type": "须为 JSON 对象。",
    "dataclass_type": "须为 JSON 对象。",
    "dict_type": "须为 JSON 对象。",
    "frozen_dict_type": "须为 JSON 对象。",
    "mapping_type": "须为 JSON 对象。",
    "iterable_type": "须为数组。",
    "list_type": "须为数组。",
    "tuple_type": "须为数组。",
    "named_tuple_type": "须为数组。",
    "set_type": "须为数组。",
    "frozen_set_type": "须为数组。",
    "deque_type": "须为数组。",
    "too_short": "至少 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "string_type": "须为文本。",
    "string_unicode": "须为有效的 Unicode 文本。",
    "string_not_ascii": "只能使用 ASCII 字符。",
    "string_too_short": "至少 {min_length} 个字符。",
    "string_too_long": "最多 {max_length} 个字符。",
    "string_pattern_mismatch": "格式不正确。",
    "bytes_type": "须为文本。",
    "bytes_too_short": "至少 {min_length} 个字节。",
    "bytes_too_long": "最多 {max_length} 个字节。",
    "bytes_invalid_encoding": "编码不正确。",
    "bool_type": "须为 true 或 false。",
    "bool_parsing": "须为 true 或 false。",
    "int_type": "须为整数。",
    "int_parsing": "须为整数。",
    "int_parsing_size": "数字过大。",
    "int_from_float": "须为整数，不得有小数。",
    "float_type": "须为数字。",
    "float_parsing": "须为数字。",
    "finite_number": "须为有限的数字。",
    "decimal_type": "须为数字。",
    "decimal_parsing": "须为数字。",
    "decimal_max_digits": "最多 {max_digits} 位数字。",
    "decimal_max_places": "最多 {decimal_places} 位小数。",
    "decimal_whole_digits": "小数点前最多 {whole_digits} 位数字。",
    "greater_than": "须大于 {gt}。",
    "greater_than_equal": "不得小于 {ge}。",
    "less_than": "须小于 {lt}。",
    "less_than_equal": "不得大于 {le}。",
    "multiple_of": "须为 {multiple_of} 的倍数。",
    "enum": "须为以下之一：{expected}。",
    "literal_error": "须为以下之一：{expected}。",
    "union_tag_invalid": "“{discriminator}”须为以下之一：{expected_tags}。",
    "union_tag_not_found": "须填写“{discriminator}”。",
    "date_type": "须为日期（YYYY-MM-DD）。",
    "date_parsing": "须为日期（YYYY-MM-DD）。",
    "date_from_datetime_parsing": "须为日期（YYYY-MM-DD）。",
    "date_from_datetime_inexact": "须为日期（YYYY-MM-DD），不含时间。",
    "date_past": "须为过去的日期。",
    "date_future": "须为将来的日期。",
    "time_type": "须为时刻（HH:MM:SS）。",
    "time_parsing": "须为时刻（HH:MM:SS）。",
    "time_delta_type": "须为时长（ISO 8601）。",
    "time_delta_parsing": "须为时长（ISO 8601）。",
    "datetime_type": "须为带时区的时间（RFC 3339）。",
    "datetime_parsing": "须为带时区的时间（RFC 3339）。",
    "datetime_object_invalid": "须为带时区的时间（RFC 3339）。",
    "datetime_from_date_parsing": "须为带时区的时间（RFC 3339）。",
    "datetime_past": "须为过去的时间。",
    "datetime_future": "须为将来的时间。",
    "timezone_aware": "时间须带时区。",
    "timezone_naive": "时间不得带时区。",
    "timezone_offset": "时区不正确。",
    "url_type": "须为网址。",
    "url_parsing": "须为网址。",
    "url_syntax_violation": "须为网址。",
    "url_too_long": "网址最多 {max_length} 个字符。",
    "url_scheme": "网址须以 {expected_schemes} 开头。",
    "uuid_type": "须为 UUID。",
    "uuid_parsing": "须为 UUID。",
    "uuid_version": "须为第 {expected_version} 版 UUID。",
    # Our own.
    "date_not_text": "须为文本形式的日期或时间。",
    "out_of_our_times": "年份须在 1949 至 2199 之间。",
    "not_a_mobile_number": "须为 11 位手机号码。",
    "part_too_short": "请至少填写姓名或名称中的两个字。",
    "nothing_amended": "请填写要变更的内容。",
    "nothing_described": "请填写要变更的名称或管理方式；名称不得为空。",
    "nothing_corrected": "请填写要更正的内容；姓名不得为空。",
    "points_not_a_number": "分值须为数字。",
    "points_too_fine": "分值最多两位小数。",
}
#: What is not listed: still in the reader's language.
OTHER_ZH = "内容不符合要求，请对照接口文档修改。"
JSON_INVALID_EN = "This is not valid JSON: line {line}, column {column}."

Error = Mapping[str, Any]


def faults(errors: Sequence[Error], body: object, language: Language) -> list[dict[str, str]]:
    """Say what Pydantic found, as the `errors` of a problem document."""
    # A list or object that could not be read whole is then found too short, too: only its part is wrong.
    paths = {_path(error) for error in errors}
    inner = {path[:length] for path in paths for length in range(1, len(path))}
    return [_fault(error, body, language) for error in errors if _path(error) not in inner]


def _path(error: Error) -> tuple[Any, ...]:
    """Return where an error lies; the name of a member is as far in as its value."""
    return tuple(step for step in error["loc"] if step != "[key]")


def _fault(error: Error, body: object, language: Language) -> dict[str, str]:
    place, *path = _path(error)
    known = dict(error.get("ctx", {}))
    if error["type"] == "json_invalid":
        known |= _line(str(body), path.pop())
    # In a body a JSON pointer (RFC 6901); elsewhere the parameter: `#query/limit` would point nowhere.
    pointer = f"{place}:{'/'.join(map(str, path))}"
    if place == "body":
        pointer = pointer_to(body, path, missing=error["type"] == "missing")
    return {
        "pointer": pointer,
        "code": error["type"],
        "detail": _zh(error["type"], known) if language == "zh" else _en(error, known),
    }


def _line(text: str, at: int) -> dict[str, int]:
    return {"line": text.count("\n", 0, at) + 1, "column": at - text.rfind("\n", 0, at)}


def _en(error: Error, known: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return JSON_INVALID_EN.format_map(known)
    return str(error["msg"])


def _zh(code: str, known: Mapping[str, Any]) -> str:
    sentence = SENTENCES_ZH.get(code, OTHER_ZH)
    return sentence.format_map({name: _plain(value) for name, value in known.items()})


def _plain(value: object) -> str:
    """Write what Pydantic lists, `'a', 'b' or 'c'`, without its English."""
    return re.sub(r",? or |, ", "、", str(value)).replace("'", "")
