"""Where a refusal points: no further than a body of the request's own form has members.

A rule points at what its usual body says, such as `/post_id`; the same rule is asked by a correction, which
has no such member, or by an approval, which has none at all. There the sentence has to do.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request

Schema = dict[str, Any]


def pointer_in(request: Request, pointer: str) -> str:
    """Shorten a JSON pointer (RFC 6901) to what the request's body can hold; others stay as they are."""
    if not pointer.startswith("/"):
        return pointer  # a header, or part of the path or query
    body = getattr(request.scope.get("route"), "body_field", None)
    return reaching(body.field_info.annotation, pointer) if body else ""


def reaching(form: Any, pointer: str) -> str:
    """Shorten a JSON pointer to what a body of a form, a model or type of Pydantic's, can hold."""
    document = _schema(form)
    here, reached = [document], ""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        here = [inner for schema in here for inner in _members(document, schema, name)]
        if not here:
            break
        reached += f"/{step}"
    return reached


@cache
def _schema(form: Any) -> Schema:
    return TypeAdapter(form).json_schema(by_alias=True)


def _members(document: Schema, schema: Schema, name: str) -> Iterator[Schema]:
    """Give the schemas of what goes by a name in something, whichever branch of a union it is."""
    if "$ref" in schema:
        schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
    for union in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(union, ()):
            yield from _members(document, branch, name)
    more = schema.get("additionalProperties")
    if name in schema.get("properties", {}):
        yield schema["properties"][name]
    elif name.isdigit() and "items" in schema:
        yield schema["items"]
    elif isinstance(more, dict):
        yield more
