"""What a body may be: JSON, small enough, in text that a database can keep."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from maplebridge_api.main import create_app
from maplebridge_api.platform.limits import BODY_BYTES_MAX
from tests.world import TIANQIAO, Tianqiao, outcome

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"name": "\xff"}',
        b'{"street_id": %s}' % (b"9" * 5000),
        b'{"street_id": 411104001, "name": "\\ud800"}',
        b'{"street_id": 411104001, "name": "x", "\\ud800": 1}',
        b'{"street_id": NaN, "name": "x"}',
        b'{"street_id": 411104001, "name": "\\u0000"}',
        b'{"street_id": "411104001", "name": "x"}',
        b'{"street_id": 411104001, "name": "x", "party_member": "yes"}',
    ],
)
async def test_a_body_that_is_out_of_form_is_refused_and_never_a_fault(
    tianqiao: Tianqiao, body: bytes
) -> None:
    answer = await tianqiao.clerk_li.asks("POST", "/people", content=body, headers=JSON)
    assert outcome(answer) == "422 invalid_request"
    assert await tianqiao.new_events() == []


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "json"])
async def test_a_body_of_another_type_is_refused(tianqiao: Tianqiao, media_type: str) -> None:
    person = f'{{"street_id": {TIANQIAO}, "name": "周远"}}'
    headers = {"Content-Type": media_type}
    answer = await tianqiao.clerk_li.asks("POST", "/people", content=person, headers=headers)
    assert outcome(answer) == "415 unsupported_media"
    assert answer.json()["errors"] == []
    headers = {"Content-Type": "application/vnd.maplebridge+json; charset=utf-8"}
    answer = await tianqiao.clerk_li.asks("POST", "/people", content=person, headers=headers)
    assert outcome(answer) == "201"


async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(
    tianqiao: Tianqiao,
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES_MAX // 1_000_000 + 1):
            yield b" " * 1_000_000

    for body in (b" " * (BODY_BYTES_MAX + 1), unannounced()):
        answer = await tianqiao.clerk_li.asks("POST", "/people", content=body, headers=JSON)
        assert outcome(answer) == "413 body_too_large"
        assert answer.headers["content-type"] == "application/problem+json"
    largest = await tianqiao.clerk_li.asks(
        "POST", "/people", content=b" " * BODY_BYTES_MAX, headers=JSON
    )
    assert outcome(largest) == "422 invalid_request"


async def test_what_is_wrong_is_pointed_at_by_name_even_if_the_name_is_odd(
    tianqiao: Tianqiao,
) -> None:
    person = {"street_id": TIANQIAO, "name": "周远", "a/b~c": 1}
    answer = await tianqiao.clerk_li.posts("/people", person)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/a~1b~0c"]


#: Texts of these formats have a length of their own.
SHORT = {"uuid", "date", "date-time"}


def resolved(schema: Any, document: dict[str, Any]) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def unbounded(schema: Any, document: dict[str, Any], at: str) -> Iterator[str]:
    """Find what of a request's schema may be as long as one likes."""
    schema = resolved(schema, document)
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from unbounded(each, document, at)
    kind = schema.get("type")
    bounded = {"maxLength", "enum", "const", "pattern"} & set(schema)
    if kind == "string" and not bounded and schema.get("format") not in SHORT:
        yield at
    if kind == "array":
        if "maxItems" not in schema:
            yield at
        yield from unbounded(schema.get("items", {}), document, f"{at}[]")
    if kind == "object":
        # Names that are codes of an enumeration are as many as it has.
        coded = "enum" in resolved(schema.get("propertyNames", {}), document)
        if not coded and not {"properties", "maxProperties"} & set(schema):
            yield at
        for name, member in schema.get("properties", {}).items():
            yield from unbounded(member, document, f"{at}/{name}")
        more = schema.get("additionalProperties", False)
        if isinstance(more, dict):
            yield from unbounded(more, document, f"{at}/*")


def test_no_part_of_any_request_is_without_a_limit() -> None:
    """Of every route in the API document, also of those that do not exist yet."""
    document = create_app().openapi()
    found: list[str] = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method.upper()} {path}"
            for parameter in operation.get("parameters", ()):
                found += unbounded(parameter["schema"], document, f"{where} {parameter['name']}")
            for content in operation.get("requestBody", {}).get("content", {}).values():
                found += unbounded(content["schema"], document, where)
    assert found == []


async def test_a_list_past_the_limit_is_refused(tianqiao: Tianqiao) -> None:
    people = [{"street_id": TIANQIAO, "name": "某人"}] * 1001
    answer = await tianqiao.clerk_li.posts("/people/batch", {"items": people})
    assert outcome(answer) == "422 invalid_request"
    assert answer.json()["errors"][0]["code"] == "too_long"
