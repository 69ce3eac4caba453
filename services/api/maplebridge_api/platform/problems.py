"""From a refusal to its answer: RFC 9457 problem details, in Chinese or English.

What the database refuses is found by its constraint's name, so that no slice catches anything.
"""

import json
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maplebridge_domain.problem import Kind, Language, Problem

from .pointers import pointer_in
from .validation import faults

MEDIA_TYPE = "application/problem+json"

STATUS: dict[Kind, int] = {
    Kind.BAD_REQUEST: 400,
    Kind.INVALID: 422,
    Kind.RULE: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.CLIENT_UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.STALE: 412,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_MEDIA: 415,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
    Kind.OUTSIDE_WRONG: 502,
    Kind.OUTSIDE_SILENT: 504,
}

OAUTH_PATH = "/oauth/token"
#: What RFC 6749 section 5.2 calls our refusals; every other of the token endpoint is `invalid_request`.
OAUTH_ERRORS = {
    "invalid_client": "invalid_client",
    "unsupported_grant_type": "unsupported_grant_type",
    "scope_not_granted": "invalid_scope",
    "right_missing": "unauthorized_client",
}

#: Headers that go with every answer of a kind.
HEADERS: dict[Kind, dict[str, str]] = {
    Kind.UNAUTHENTICATED: {"WWW-Authenticate": "Bearer"},
    Kind.CLIENT_UNAUTHENTICATED: {"WWW-Authenticate": 'Basic realm="oauth/token"'},
    Kind.UNAVAILABLE: {"Retry-After": "2"},
}


def status_at(path: str, problem: Problem | type[Problem]) -> int:
    """Return a refusal's status; a form that is not valid is 400 to an OAuth client (RFC 6749 5.2)."""
    status = STATUS[problem.kind]
    return 400 if path == OAUTH_PATH and status == 422 else status


def _headers(problem: Problem) -> dict[str, str]:
    own = HEADERS.get(problem.kind, {})
    return own | ({"Retry-After": str(problem.retry_seconds)} if problem.retry_seconds else {})


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
    zh = "此 id 已被使用。如为重复提交，请使用 Idempotency-Key。"
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
class TooManyRequests(Problem):
    """A caller sends no more requests of a class in a minute than the installation allows."""

    kind = Kind.TOO_MANY
    zh = "请求过于频繁，请在{retry_seconds}秒后重试。"
    en = "Too many requests; try again in {retry_seconds} seconds."

    retry_seconds: int


@dataclass(eq=False)
class TooManyAttempts(Problem):
    """After too many wrong secrets an address is not listened to under that name for a while."""

    kind = Kind.TOO_MANY
    zh = "登录失败次数过多，请在{retry_seconds}秒后重试。"
    en = "Too many failed attempts; try again in {retry_seconds} seconds."

    retry_seconds: int


@dataclass(eq=False)
class UnsupportedMedia(Problem):
    """A body comes as the API document says: JSON, but for the token endpoint."""

    kind = Kind.UNSUPPORTED_MEDIA
    zh = "请求内容的类型不支持，请将 Content-Type 设为 application/json。"
    en = "A body of this type is not taken; send JSON, with Content-Type: application/json."


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
    status = status or status_at(request.url.path, problem)
    if errors is None:
        problem.pointer = pointer_in(request, problem.pointer)
        errors = errors_of(request, problem) if problem.pointer else []
    body = {
        "type": f"/problems/{problem.code}",
        "title": title(type(problem), language),
        "status": status,
        "detail": problem.detail(language),
        "code": problem.code,
        "errors": errors,
    }
    if request.url.path == OAUTH_PATH and status < 429:
        body["error"] = OAUTH_ERRORS.get(problem.code, "invalid_request")
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        status,
        headers={"Content-Language": language, **_headers(problem), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def errors_of(request: Request, *problems: Problem) -> list[dict[str, str]]:
    """Write problems as the `errors` of a problem document."""
    language = language_of(request)
    return [
        {"pointer": one.pointer, "code": one.code, "detail": one.detail(language)}
        for one in problems
    ]


def title(problem: type[Problem], language: Language) -> str:
    """Return the problem's name, the same for every occurrence (RFC 9457 section 3.1.3)."""
    if language == "en":
        return problem.code.replace("_", " ").capitalize()
    return re.split(r"[，。；：（]", problem.zh)[0]


def install(app: FastAPI) -> None:
    """Make every refusal, ours or the framework's, a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(asyncpg.PostgresError, _database)
    for lost in (OSError, TimeoutError, asyncpg.InterfaceError):
        app.add_exception_handler(lost, _unavailable)
    app.add_middleware(Faults)


async def _problem(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, Problem)
    moved = {"Link": f'<{exc.moved_to}>; rel="successor-version"'} if exc.moved_to else None
    return answer(request, exc, headers=moved)  # RFC 5829 section 3.4


async def _invalid(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    if isinstance(exc.body, bytes):  # FastAPI reads no body of another type than JSON
        return answer(request, UnsupportedMedia())
    errors = faults(exc.errors(), exc.body, language_of(request))
    return answer(request, InvalidRequest(), errors=errors)


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
        problem = problem_of(exc)
        if problem is not None:
            return answer(request, problem)
    if isinstance(exc, asyncpg.DataError):  # such as a text that PostgreSQL cannot keep
        return answer(request, InvalidRequest())
    if isinstance(exc, _PASSING):
        return await _unavailable(request, exc)
    return await _fault(request, exc)


def problem_of(refused: asyncpg.IntegrityConstraintViolationError) -> Problem | None:
    """Return the problem that a broken constraint is named after."""
    _, code, field = (*(refused.constraint_name or "").split("__"), "", "")[:3]
    if code not in Problem.known:
        return None
    problem = Problem.known[code]()
    problem.pointer = f"/{field}" if field else problem.pointer
    return problem


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
    log_fault("fault", exc)
    return answer(request, InternalError(), status=500)


def log_fault(event: str, exc: Exception, **more: str) -> None:
    """Log of a fault where it happened and its kind.

    Not its text nor the frames' variables: those hold rows, bodies, tokens. structlog's own traceback
    would show them.
    """
    where = "".join(traceback.format_tb(exc.__traceback__))
    structlog.get_logger().error(event, error=type(exc).__name__, where=where, **more)


class Faults:
    """Answers what no handler took. Starlette would too, and then let the server log the error's text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; whatever comes back is an answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as exc:
            refusal = await _fault(Request(scope, receive), exc)
            if not begun:
                await refusal(scope, receive, send)
