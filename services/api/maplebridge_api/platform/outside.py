"""Services outside that we ask over HTTP: WeChat, providers of OpenID Connect."""

import asyncio
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx

from maplebridge_domain.problem import Problem

from ..settings import settings

# httpx logs every URL that it asks for, whatever the level of the root logger is set to, and WeChat's
# carries our secret: its own log says nothing that is not said better here.
logging.getLogger("httpx").addFilter(lambda record: False)


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()  # once: reading all certificates takes longer than asking


@contextmanager
def refused_as(problem: Problem, *errors: type[Exception]) -> Iterator[None]:
    """Turn what a library raises into our refusal."""
    try:
        yield
    except errors:
        # Without the cause: its text and its request may hold a secret or a personal identifier.
        raise problem from None


async def ask(url: str, *, silent: Problem, unreadable: Problem, **params: str) -> dict[str, Any]:
    """Return the JSON object that a service outside answers with.

    Raises:
        Problem: `silent` when no answer comes in time, `unreadable` when it is none that we know.
    """
    seconds = settings().outside_seconds_max
    with (
        refused_as(unreadable, httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError),
        refused_as(silent, httpx.NetworkError, httpx.TimeoutException, TimeoutError),
    ):
        async with asyncio.timeout(seconds), httpx.AsyncClient(verify=_trusted()) as client:
            answer = await client.get(url, params=params, timeout=seconds)
        # By its content, not its type: WeChat sends JSON as text/plain.
        read = answer.json() if answer.status_code == 200 else None
    if not isinstance(read, dict):
        raise unreadable
    return read
