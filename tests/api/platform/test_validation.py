"""What is told of a request out of form: where it is wrong, in the reader's language."""

import copy
import re
from string import Formatter
from typing import Any, get_args

import pytest
from pydantic_core.core_schema import ErrorType

from maplebridge_api.platform.validation import OTHER_ZH, SENTENCES_ZH, faults
from tests.world import AT_MEETING, MEETING, RUBRIC, TIANQIAO, Json, Tianqiao, ballot, id_of

JSON = {"Content-Type": "application/json"}
#: What only Python code can do wrong; no JSON, query or form leads there.
OF_PYTHON = {
    "arguments_type",
    "assertion_error",
    "callable_type",
    "complex_str_parsing",
    "complex_type",
    "counter_type",
    "dataclass_exact_type",
    "default_factory_not_called",
    "ellipsis_error",
    "fraction_parsing",
    "fraction_type",
    "frozen_field",
    "frozen_instance",
    "get_attribute_error",
    "is_instance_of",
    "is_subclass_of",
    "iteration_error",
    "missing_argument",
    "missing_keyword_only_argument",
    "missing_positional_only_argument",
    "missing_sentinel_error",
    "multiple_argument_values",
    "needs_python_object",
    "no_such_attribute",
    "ordered_dict_type",
    "set_item_not_hashable",
    "unexpected_keyword_argument",
    "unexpected_positional_argument",
    "value_error",
}
OURS = {
    *("date_not_text", "out_of_our_times", "points_not_a_number", "points_too_fine"),
    *("nothing_amended", "nothing_corrected", "nothing_described", "not_a_mobile_number"),
    "part_too_short",
}
#: Names of formats and values that a Chinese reader knows by these letters.
TERMS = r"\b(JSON|Unicode|ASCII|UUID|RFC|ISO|YYYY-MM-DD|HH:MM:SS|true|false|null|x)\b"


def test_every_error_of_pydantic_has_a_sentence_in_chinese() -> None:
    assert set(get_args(ErrorType)) - OF_PYTHON == set(SENTENCES_ZH) - OURS


@pytest.mark.parametrize("code", [*SENTENCES_ZH, "something_new"])
def test_a_chinese_sentence_holds_no_english(code: str) -> None:
    names = [name for _, name, _, _ in Formatter().parse(SENTENCES_ZH.get(code, "")) if name]
    error: Json = {
        "type": code,
        "loc": ("body", 0),
        "msg": "English",
        "ctx": dict.fromkeys(names, "x"),
    }
    [fault] = faults([error], "[", "zh")
    assert fault["detail"].endswith("。")
    assert not re.search("[A-Za-z]", re.sub(TERMS, "", fault["detail"])), fault["detail"]
    assert (fault["detail"] == OTHER_ZH) == (code == "something_new")


def at(value: Any, *path: Any) -> Json:
    """Change the rubric in one place."""
    rubric = copy.deepcopy(RUBRIC) | {"valid": {"from": "2035-01-01"}}
    place: Any = rubric
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return {"street_id": TIANQIAO, "rubric": rubric}


def without(name: str) -> Json:
    """Take a member from the rubric's first indicator."""
    body = at("ballot", *INDICATOR, "source")
    place: Any = body["rubric"]
    for step in INDICATOR:
        place = place[step]
    del place[name]
    return body


INDICATOR = ("schemes", 0, "components", 0, "indicators", 0)
IN_RUBRIC = "/rubric/schemes/0/components/0/indicators/0"
BALLOT = ballot("liu in library", "enterprise", "chenguang")
MEETING_BODY = {"quarter_id": id_of("huayuan"), "kind": "weekly", "hall": "议事厅"} | MEETING
PERSON = {"street_id": TIANQIAO, "name": "周远"}
WRONG: list[tuple[str, Json, list[tuple[str, str]]]] = [
    # A branch of a union is no member of the body, and what holds the fault is not short for it.
    ("/rubrics", without("weight"), [(f"{IN_RUBRIC}/weight", "missing")]),
    ("/rubrics", at("x", *INDICATOR, "weight"), [(f"{IN_RUBRIC}/weight", "int_type")]),
    ("/rubrics", at("gossip", *INDICATOR, "source"), [(IN_RUBRIC, "union_tag_invalid")]),
    ("/rubrics", at("x", "schemes", 0, "max"), [("/rubric/schemes/0/max", "points_not_a_number")]),
    ("/rubrics", at(0.001, "schemes", 0, "max"), [("/rubric/schemes/0/max", "points_too_fine")]),
    (
        "/rubrics",
        at(1, "schemes", 0, "grading", "by"),
        [("/rubric/schemes/0/grading", "union_tag_invalid")],
    ),
    ("/rubrics", at([], "schemes"), [("/rubric/schemes", "too_short")]),
    ("/meetings", MEETING_BODY | {"kind": "yearly"}, [("/kind", "enum")]),
    (
        "/meetings",
        MEETING_BODY | {"starts_at": "tomorrow"},
        [("/starts_at", "datetime_from_date_parsing")],
    ),
    ("/ballots", BALLOT | {"cast_at": AT_MEETING[:19]}, [("/cast_at", "timezone_aware")]),
    ("/ballots", BALLOT | {"marks": {}}, [("/marks", "too_short")]),
    # Both the name of a mark and its value are wrong, and nothing else.
    (
        "/ballots",
        BALLOT | {"marks": {"X": 101}},
        [("/marks/X", "less_than_equal"), ("/marks/X", "string_pattern_mismatch")],
    ),
    ("/people", PERSON | {"a/b~c": 1}, [("/a~1b~0c", "extra_forbidden")]),
    (
        "/people/batch",
        {"items": [PERSON, {}]},
        [("/items/1/street_id", "missing"), ("/items/1/name", "missing")],
    ),
    ("/people/batch", {"items": [PERSON, 7]}, [("/items/1", "model_attributes_type")]),
]


@pytest.mark.parametrize(("path", "body", "expected"), WRONG)
async def test_what_is_wrong_is_pointed_at_in_the_body_that_was_sent_and_said_in_chinese(
    tianqiao: Tianqiao, path: str, body: Json, expected: list[tuple[str, str]]
) -> None:
    answer = (await tianqiao.clerk_li.posts(path, body)).json()
    assert answer["code"] == "invalid_request"
    errors = answer["errors"]
    assert sorted((error["pointer"], error["code"]) for error in errors) == sorted(expected)
    for error in errors:
        assert re.search("[一-鿿]", error["detail"]), error
        assert not re.search(" or |, |'", error["detail"]), error


async def test_a_list_of_codes_is_written_as_chinese_writes_lists(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.clerk_li.posts("/ballots", BALLOT | {"channel": "smoke"})
    assert answer.json()["errors"][0]["detail"] == "须为以下之一：phone、paper、telephone。"


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("zh", "不是有效的 JSON：第 2 行第 10 列。"),
        ("en", "This is not valid JSON: line 2, column 10."),
    ],
)
async def test_broken_json_is_pointed_at_by_line_and_column(
    tianqiao: Tianqiao, language: str, detail: str
) -> None:
    answer = await tianqiao.clerk_li.asks(
        "POST",
        "/people",
        content='{"street_id": 411104001,\n "name": }',
        headers=JSON | {"Accept-Language": language},
    )
    assert answer.json()["errors"] == [{"pointer": "", "code": "json_invalid", "detail": detail}]


async def test_a_parameter_is_named_with_its_place(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.clerk_li.gets("/disputes?limit=0")
    assert answer.json()["errors"] == [
        {"pointer": "query:limit", "code": "greater_than_equal", "detail": "不得小于 1。"}
    ]
