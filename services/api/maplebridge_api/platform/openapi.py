"""The OpenAPI document: every answer of every route, refusals included, and the right it needs."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.params import Form
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field

from maplebridge_domain.authority import Right
from maplebridge_domain.problem import Problem

from .authority import ACTING_CAPACITY, CapacityNeeded, CapacityNotHeld
from .identity import NotAuthenticated, RightMissing
from .problems import (
    MEDIA_TYPE,
    STATUS,
    BodyTooLarge,
    InvalidRequest,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    UnknownReference,
    UnsupportedMedia,
    status_at,
)
from .request import (
    IDEMPOTENCY_KEY,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    PreconditionRequired,
    SeveralStreets,
    Stale,
    if_match,
    takes_key,
)
from .routing import Route, router

Responses = dict[int | str, dict[str, Any]]


class FieldProblem(BaseModel):
    """One thing to mend."""

    pointer: str = Field(description="JSON pointer into the body, or `query:name`, `path:name`.")
    code: str
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem details; docs/problems.md lists every code."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem]
    error: str | None = Field(None, description="Of /oauth/token only: RFC 6749 section 5.2.")


def answers(model: type[BaseModel] | Any, *problems: type[Problem], status: int = 200) -> Responses:
    """Declare a route's answer and the refusals of its rules."""
    documented: Responses = {status: {"model": model}}
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems:
        by_status.setdefault(STATUS[problem.kind], []).append(problem)
    for code, several in by_status.items():
        documented[code] = _refusal(several)
    return documented


def created(model: type[BaseModel], *problems: type[Problem]) -> Responses:
    """Declare the answers of a route that creates."""
    return answers(model, *problems, status=201)


def told(model: type[BaseModel], *problems: type[Problem]) -> Responses:
    """Declare an answer that tells of problems, none of which refuses the request itself."""
    return {200: {"model": model, "description": _lines(problems)}}


def file_answers(media_type: str, *problems: type[Problem], also: str | None = None) -> Responses:
    """Declare a route that answers with a file of one type, or of another."""
    file = {"schema": {"type": "string", "format": "binary"}}
    content = {kind: file for kind in (media_type, also) if kind}
    return {**answers(None, *problems), 200: {"description": "The file.", "content": content}}


def _refusal(problems: Sequence[type[Problem]]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {"description": _lines(problems), "content": {MEDIA_TYPE: {"schema": schema}}}


def _lines(problems: Sequence[type[Problem]]) -> str:
    return "\n\n".join(
        f"`{p.code}`: {(p.__doc__ or '').strip().splitlines()[0]} {p.zh}" for p in problems
    )


def _usual(route: Route) -> list[type[Problem]]:
    """Return the refusals that a route gives whatever its rules are."""
    usual: list[type[Problem]] = [InvalidRequest, ServiceUnavailable]
    if route.rate:
        usual.append(TooManyRequests)
    if route.needs:
        usual += [NotAuthenticated, RightMissing, CapacityNotHeld, CapacityNeeded]
    filters = [field.name for field in route.dependant.query_params]
    names = "{" in route.path or any(name.endswith(("_id", "rests_on")) for name in filters)
    if names or route.body_field is not None or "GET" not in _methods(route):
        usual.append(NotFound)
    if route.body_field is not None:
        usual += [BodyTooLarge, UnknownReference]
        if not isinstance(route.body_field.field_info, Form):
            usual.append(UnsupportedMedia)
    if route.path.endswith("/batch"):
        usual.append(SeveralStreets)
    if takes_key(route):
        usual += [IdempotencyKeyInvalid, IdempotencyKeyReused]
    if if_match in [dependency.call for dependency in route.dependant.dependencies]:
        usual += [PreconditionRequired, Stale]
    return usual


def _methods(route: Route) -> set[str]:
    return route.methods or set()


def routes_of(app: FastAPI) -> list[Route]:
    """Return the documented routes."""
    routes = [context.original_route for context in iter_route_contexts(app.routes)]
    return [r for r in routes if isinstance(r, Route) and r.include_in_schema]


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    routes = routes_of(app)
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        tags=app.openapi_tags,
        routes=app.routes,
    )
    schemas = made["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (FieldProblem, ProblemDocument):
        schemas[model.__name__] = model.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        schemas[model.__name__].pop("$defs", None)
    made["components"]["securitySchemes"] = {
        "oauth2": {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/oauth/token",
                    "scopes": {right.value: right.name for right in Right},
                }
            },
        },
        "client": {"type": "http", "scheme": "basic"},
    }
    for route in routes:
        _complete(made["paths"][route.path_format], route)
    app.openapi_schema = made
    return made


def _complete(path: dict[str, Any], route: Route) -> None:
    for method in _methods(route):
        operation = path[method.lower()]
        by_status: dict[int, list[type[Problem]]] = {}
        for problem in _usual(route):
            by_status.setdefault(status_at(route.path, problem), []).append(problem)
        if 422 not in by_status:
            operation["responses"].pop("422", None)  # FastAPI's own
        for status, problems in by_status.items():
            own = route.responses.get(status, {}).get("description")
            refusal = _refusal(problems)
            if own:
                refusal["description"] = f"{own}\n\n{refusal['description']}"
            operation["responses"][str(status)] = refusal
        if takes_key(route):
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        if route.needs:
            operation.setdefault("parameters", []).append(ACTING_CAPACITY)
            operation["security"] = [{"oauth2": [route.needs.value]}]


URL = "/openapi.json"
routes = router("documentation", "")


@routes.get(URL, include_in_schema=False)
async def show_document(request: Request) -> Response:
    """Show this document, written once: half a megabyte of JSON is work that anyone could ask for."""
    state = request.app.state
    if not hasattr(state, "document_text"):
        state.document_text = json.dumps(document(request.app), ensure_ascii=False).encode()
    return Response(state.document_text, media_type="application/json")
