"""How a client of the API signs its calls, reads refusals, and works at several at once."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Generator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from maplebridge.trouble import Trouble


class Refused(Trouble):
    """The API refused a call; says which, and why. `code` is the problem's, if it told one."""

    def __init__(self, response: httpx.Response) -> None:
        request = response.request
        self.code = _problem(response).get("code")
        super().__init__(
            f"{request.method} {request.url.path}: {response.status_code} {_reason(response)}"
        )


class ClientCredentials(httpx.Auth):
    """Asks for an access token when there is none, and again when the old one has expired.

    `act_as` names an appointment: in a sandbox, a client with that scope acts for its holder.
    """

    requires_response_body = True

    def __init__(self, client_id: str, secret: str, act_as: str | None = None) -> None:
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
        if act_as:
            self._form["act_as"] = act_as
        self._token: str | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request; if its token is no longer accepted, once more with a new one."""
        asked_now = self._token is None
        if asked_now:
            yield from self._ask(request.url)
        response = yield self._signed(request)
        if response.status_code == httpx.codes.UNAUTHORIZED and not asked_now:
            yield from self._ask(request.url)
            yield self._signed(request)

    def _ask(self, url: httpx.URL) -> Generator[httpx.Request, httpx.Response, None]:
        place = url.copy_with(path="/oauth/token", query=None)
        self._token = ok((yield httpx.Request("POST", place, data=self._form))).json()[
            "access_token"
        ]

    def _signed(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@asynccontextmanager
async def signed_in(
    url: str, client_id: str, secret: str, act_as: str | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of the API at this address; no proxy stands between."""
    auth = ClientCredentials(client_id, secret, act_as)
    async with httpx.AsyncClient(
        base_url=url,
        auth=auth,
        headers={"Accept-Language": "en"},  # as the command itself speaks
        timeout=60,
        trust_env=False,
    ) as client:
        yield client


def ok(response: httpx.Response) -> httpx.Response:
    """Give an answer back if it is one.

    Raises:
        Refused.
    """
    if not response.is_success:
        raise Refused(response)
    return response


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Work at several things at once; the first that fails stops the rest and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _problem(response: httpx.Response) -> dict[str, Any]:
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        problem: dict[str, Any] = response.json()
        return problem
    return {}


def _reason(response: httpx.Response) -> str:
    if problem := _problem(response):
        errors = "; ".join(f"{e['pointer']}: {e['detail']}" for e in problem.get("errors", ()))
        return f"{problem['code']}: {problem['detail']} {errors}".strip()
    return response.text[:200]
