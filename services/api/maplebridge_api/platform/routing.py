"""A route of the API: who may call it is looked at first, before anything of its body is read.

`caller` and `once` stand on nearly every route. The route fills them itself: as FastAPI dependencies
they took a third of a request's time in our code.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from maplebridge_domain.authority import Right
from maplebridge_domain.problem import Problem

from .authority import authorise
from .client_states import must_be_enabled
from .identity import Needs
from .rates import RateClass, Rates, class_of
from .session_states import must_be_in_force


class Filled:
    """Marks a parameter that the route fills: `Annotated[Once, Filled(once)]`."""

    def __init__(
        self, fill: Callable[[Request], Awaitable[Any]], *, takes_key: bool = False
    ) -> None:
        self.fill = fill
        self.takes_key = takes_key  # whether it reads the Idempotency-Key


class Route(APIRoute):
    """A route with the right that its `caller` needs; None for a public one."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        marks = _marks(endpoint)
        rights = [mark.right for mark in marks.values() if isinstance(mark, Needs)]
        self.needs = rights[0] if rights else None
        filled = [mark for mark in marks.values() if isinstance(mark, Filled)]
        self.takes_key = any(mark.takes_key for mark in filled)
        self.rate = class_of(path, settings.get("methods") or (), public=self.needs is None)
        super().__init__(path, _filling(endpoint, marks), **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Authenticate and count, then handle the request as FastAPI does."""
        handle = super().get_route_handler()
        right, rate = self.needs, self.rate
        if right is not None:
            return _authenticated(handle, right, rate or RateClass.READ)
        return handle if rate is None else _counted(handle, rate)


Handle = Callable[[Request], Coroutine[Any, Any, Response]]


def _authenticated(handle: Handle, right: Right, rate: RateClass) -> Handle:
    async def handle_authenticated(request: Request) -> Response:
        rates: Rates = request.app.state.rates
        try:
            caller = await authorise(request, right)
            await must_be_enabled(request, caller)
            await must_be_in_force(request, caller)
        except Problem:  # refused at the door: neither tokens nor capacities are to be tried out
            await rates.admit_address(request, RateClass.LOGIN)
            raise
        await rates.admit(request, rate, caller)
        return await handle(request)

    return handle_authenticated


def _counted(handle: Handle, rate: RateClass) -> Handle:
    async def handle_counted(request: Request) -> Response:
        rates: Rates = request.app.state.rates
        await rates.admit_address(request, rate)
        return await handle(request)

    return handle_counted


def _marks(endpoint: Callable[..., Any]) -> dict[str, Needs | Filled]:
    found = {}
    for name, parameter in inspect.signature(endpoint).parameters.items():
        for mark in get_args(parameter.annotation)[1:]:
            if isinstance(mark, Needs | Filled):
                found[name] = mark
    return found


def _filling(endpoint: Callable[..., Any], marks: dict[str, Needs | Filled]) -> Callable[..., Any]:
    """Wrap an endpoint so that FastAPI sees `request` in the place of the marked parameters."""
    if not marks:
        return endpoint
    signature = inspect.signature(endpoint)
    left = {name: one for name, one in signature.parameters.items() if name not in marks}
    wants_request = "request" in left
    request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)

    @wraps(endpoint)
    async def fill(**values: Any) -> Any:
        request: Request = values["request"] if wants_request else values.pop("request")
        for name, mark in marks.items():
            filled = request.state.caller if isinstance(mark, Needs) else await mark.fill(request)
            values[name] = filled
        return await endpoint(**values)

    parameters = [_plain(one) for one in left.values()]
    if not wants_request:
        parameters.append(request)
    fill.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return fill


def _plain(parameter: inspect.Parameter) -> inspect.Parameter:
    """Leave `| None` out of the type of a parameter that need not be given: no query can say null.

    FastAPI looks through each union again at every request: a tenth of what a list costs.
    """
    annotation, *metadata = (
        get_args(parameter.annotation)
        if get_origin(parameter.annotation) is Annotated
        else (parameter.annotation,)
    )
    if parameter.default is None:
        [annotation] = (one for one in get_args(annotation) if one is not NoneType)
    if metadata:
        annotation = Annotated[annotation, *metadata]
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


def router(tag: str, prefix: str = "/v1") -> APIRouter:
    """Make a slice's router; its tag groups the slice's operations in the API document."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=Route,
        generate_unique_id_function=operation_id,
    )


def operation_id(route: APIRoute) -> str:
    """Name an operation after its function: stable, and what a generated client calls it."""
    return route.name
