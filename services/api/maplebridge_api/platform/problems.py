"""From a refusal to its answer: RFC 9457 problem details, in Chinese or English.

What the database refuses is found by its constraint's name, so that no slice catches anything.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException

from maplebridge_domain.problem import Kind, Language, Problem

MEDIA_TYPE = "application/problem+json"

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.RULE: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_MEDIA: 415,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}

#: Headers that go with every answer of a kind.
HEADERS: dict[Kind, dict[str, str]] = {
    Kind.UNAUTHENTICATED: {"WWW-Authenticate": "Bearer"},
    Kind.UNAVAILABLE: {"Retry-After": "2"},
}


@dataclass(eq=False)
class NotFound(Problem):
    """It does not exist, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    zh = "未找到，或您无权查看。"
    en = "Not found, or not visible to you."

    pointer: str = ""


@dataclass(eq=False)
class UnknownReference(Problem):
    """What a request refers to does not exist."""

    kind = Kind.NOT_FOUND
    zh = "引用的对象不存在，或您无权查看。"
    en = "What this refers to does not exist, or is not visible to you."


@dataclass(eq=False)
class IdTaken(Problem):
    """An id brought by the client is in use."""

    kind = Kind.CONFLICT
    zh = "该编号（id）已被使用。如为重复提交，请使用 Idempotency-Key。"
    en = "This id is in use. To repeat a request safely, send it with an Idempotency-Key."
    pointer = "/id"


@dataclass(eq=False)
class InvalidRequest(Problem):
    """The request does not have the form that the API document describes."""

    kind = Kind.INVALID
    zh = "请求内容不符合要求，请按 errors 中的提示修改。"
    en = "The request is not valid; errors lists what to mend."


@dataclass(eq=False)
class MethodNotAllowed(Problem):
    """The path exists, the method does not."""

    kind = Kind.INVALID
    zh = "该地址不支持此方法。"
    en = "This path does not take that method."


@dataclass(eq=False)
class BodyTooLarge(Problem):
    """A request's body is larger than the API takes."""

    kind = Kind.TOO_LARGE
    zh = "请求内容过大，请分批提交。"
    en = "The body is too large; send it in parts."


@dataclass(eq=False)
class TooMany(Problem):
    """What is refused now and not later."""

    kind = Kind.TOO_MANY

    retry_after: int


class TooManyRequests(TooMany):
    """A caller sends no more requests of a class in a minute than the installation allows."""

    zh = "请求过于频繁，请在{retry_after}秒后重试。"
    en = "Too many requests; try again in {retry_after} seconds."


class TooManyAttempts(TooMany):
    """After too many wrong secrets an address is not listened to under that name for a while."""

    zh = "登录失败次数过多，请在{retry_after}秒后重试。"
    en = "Too many failed attempts; try again in {retry_after} seconds."


@dataclass(eq=False)
class ServiceUnavailable(Problem):
    """The database cannot be reached for the moment."""

    kind = Kind.UNAVAILABLE
    zh = "服务暂时不可用，请稍后重试。"
    en = "The service is unavailable for the moment; try again shortly."


@dataclass(eq=False)
class InternalError(Problem):
    """A fault of ours; nothing was written."""

    kind = Kind.UNAVAILABLE
    zh = "系统内部错误，未写入任何数据；请稍后重试或联系管理员。"
    en = "An internal error; nothing was written. Try again later or tell the operator."


#: Messages of the commonest errors in a request's form; others keep Pydantic's sentence.
VALIDATION_ZH: dict[str, str] = {
    "missing": "必填。",
    "extra_forbidden": "不支持的字段。",
    "string_type": "须为文本。",
    "string_too_short": "至少 {min_length} 个字符。",
    "string_too_long": "最多 {max_length} 个字符。",
    "string_pattern_mismatch": "格式不正确。",
    "int_type": "须为整数。",
    "int_parsing": "须为整数。",
    "bool_type": "须为 true 或 false。",
    "greater_than_equal": "不得小于 {ge}。",
    "less_than_equal": "不得大于 {le}。",
    "uuid_parsing": "须为 UUID。",
    "uuid_type": "须为 UUID。",
    "enum": "须为以下之一：{expected}。",
    "literal_error": "须为以下之一：{expected}。",
    "datetime_parsing": "须为带时区的时间（RFC 3339）。",
    "timezone_aware": "时间须带时区。",
    "date_parsing": "须为日期（YYYY-MM-DD）。",
    "date_from_datetime_parsing": "须为日期（YYYY-MM-DD）。",
    "too_short": "至少 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "json_invalid": "不是有效的 JSON。",
    "date_not_text": "须为文本形式的日期或时间。",
    "out_of_our_times": "年份须在 1949 至 2199 之间。",
    "model_attributes_type": "须为 JSON 对象。",
    "dict_type": "须为 JSON 对象。",
    "list_type": "须为数组。",
}


def language_of(request: Request) -> Language:
    """Return the reader's language by Accept-Language (RFC 9110 section 12.5.4); Chinese by default."""
    best: tuple[float, Language] = (0.0, "zh")
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, q = part.strip().partition(";q=")
        language: Language | None = {"zh": "zh", "en": "en"}.get(tag[:2].lower())  # type: ignore[assignment]
        weight = float(q) if re.fullmatch(r"[01](\.\d{1,3})?", q) else 1.0
        if language is not None and weight > best[0]:
            best = (weight, language)
    return best[1]


def answer(
    request: Request,
    problem: Problem,
    *,
    status: int | None = None,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Write the problem document of a refusal."""
    language = language_of(request)
    status = status or STATUS[problem.kind]
    if errors is None:
        errors = []
        if problem.pointer:
            detail = problem.detail(language)
            errors = [{"pointer": problem.pointer, "code": problem.code, "detail": detail}]
    body = {
        "type": f"/problems/{problem.code}",
        "title": title(type(problem), language),
        "status": status,
        "detail": problem.detail(language),
        "code": problem.code,
        "errors": errors,
    }
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        status,
        headers={"Content-Language": language, **HEADERS.get(problem.kind, {}), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def title(problem: type[Problem], language: Language) -> str:
    """Return the problem's name, the same for every occurrence (RFC 9457 section 3.1.3)."""
    if language == "en":
        return (problem.__doc__ or problem.code).strip().splitlines()[0]
    return re.split(r"[，。；：（]", problem.zh.format_map(_Ellipsis()))[0]


class _Ellipsis(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def install(app: FastAPI) -> None:
    """Make every refusal, ours or the framework's, a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(asyncpg.PostgresError, _database)
    for lost in (OSError, TimeoutError, asyncpg.InterfaceError):
        app.add_exception_handler(lost, _unavailable)
    app.add_exception_handler(Exception, _fault)


async def _problem(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, Problem)
    headers = {"Retry-After": str(exc.retry_after)} if isinstance(exc, TooMany) else None
    return answer(request, exc, headers=headers)


async def _invalid(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    language = language_of(request)
    return answer(
        request, InvalidRequest(), errors=[_field(error, language) for error in exc.errors()]
    )


def _field(error: Mapping[str, Any], language: Language) -> dict[str, str]:
    place, *path = error["loc"]
    # In a body a JSON pointer (RFC 6901); elsewhere the parameter: `#query/limit` would point nowhere.
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
    detail = error["msg"]
    if language == "zh" and error["type"] in VALIDATION_ZH:
        detail = VALIDATION_ZH[error["type"]].format_map(error.get("ctx", {}))
    return {
        "pointer": pointer if place == "body" else f"{place}:{pointer.lstrip('/')}",
        "code": error["type"],
        "detail": detail,
    }


async def _http(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    if exc.status_code == 405:
        allow = {"Allow": ", ".join(sorted(_methods(request)))}
        return answer(request, MethodNotAllowed(), status=405, headers=allow)
    known: dict[int, Problem] = {404: NotFound(), 413: BodyTooLarge()}
    return answer(request, known.get(exc.status_code, InvalidRequest()), headers=exc.headers)


def _methods(request: Request) -> set[str]:
    """Return all methods of a path (RFC 9110 section 10.2.1); the router names its first match's."""
    routes = [context.original_route for context in iter_route_contexts(request.app.routes)]
    fitting = [
        r for r in routes if isinstance(r, APIRoute) and r.path_regex.match(request.url.path)
    ]
    return {method for route in fitting for method in route.methods or ()}


async def _database(request: Request, exc: Exception) -> Response:
    """Answer what the database refused with the problem that its constraint is named after."""
    assert isinstance(exc, asyncpg.PostgresError)
    if isinstance(exc, asyncpg.IntegrityConstraintViolationError):
        _, code, field = (*(exc.constraint_name or "").split("__"), "", "")[:3]
        if code in Problem.known:
            problem = Problem.known[code]()
            problem.pointer = f"/{field}" if field else problem.pointer
            return answer(request, problem)
    if isinstance(exc, asyncpg.DataError):  # such as a text that PostgreSQL cannot keep
        return answer(request, InvalidRequest())
    if isinstance(exc, _PASSING):
        return await _unavailable(request, exc)
    return await _fault(request, exc)


#: SQLSTATE classes that pass by themselves: connection, resources, operator intervention, rollback.
_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
)


async def _unavailable(request: Request, exc: Exception) -> Response:
    structlog.get_logger().warning("database_unavailable", error=type(exc).__name__)
    return answer(request, ServiceUnavailable())


async def _fault(request: Request, exc: Exception) -> Response:
    # The error's own text can hold values of a row, so only its kind is logged.
    structlog.get_logger().error("fault", error=type(exc).__name__, exc_info=_where(exc))
    return answer(request, InternalError(), status=500)


def _where(exc: Exception) -> bool:
    return not isinstance(exc, asyncpg.PostgresError)
