import json
from collections import Counter
from typing import Any

import httpx
import pytest

from maplebridge.sample.client import ClientCredentials, Refused
from maplebridge.sample.load import count, load
from maplebridge.sample.world import World


class Api:
    """Notes what it is sent, and answers as the contract says."""

    def __init__(self, refuse: str | None = None, tokens_last: int = 400) -> None:
        self.refuse = refuse
        self.tokens_last = tokens_last
        self.tokens = 0
        self.calls = 0
        self.sent: list[tuple[str, str, Any]] = []
        self.ids: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}"})
        self.calls += 1
        expected = f"Bearer token-{1 + self.calls // self.tokens_last}"
        if request.headers["authorization"] != expected:
            self.calls -= 1
            return httpx.Response(401)
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, json.loads(request.content)
        if path == self.refuse:
            problem = {"code": "post_taken", "detail": "no", "errors": []}
            kind = {"content-type": "application/problem+json"}
            return httpx.Response(409, json=problem, headers=kind)
        self.sent.append((path, request.headers["idempotency-key"], body))
        for one in body.get("items", [body]) if path.endswith("/batch") else [body]:
            self.check(path, one)
        etag = {"etag": '"1"'} if not path.endswith("/batch") else {}
        return httpx.Response(201, json={}, headers=etag)

    def check(self, path: str, body: dict[str, Any]) -> None:
        """Everything that a body names was sent before it."""
        named = {v for k, v in body.items() if k.endswith("_id") and isinstance(v, str)}
        assert named <= self.ids or path == "/v1/streets"  # a street brings its grid
        self.ids |= {body[name] for name in ("id", "grid_id") if body.get(name)}


async def send(world: World, api: Api) -> int:
    advanced = 0

    def advance(things: int) -> None:
        nonlocal advanced
        advanced += things

    auth = ClientCredentials("sample", "secret")
    transport = httpx.MockTransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://api", auth=auth) as client:
        await load(client, world, advance)
    return advanced


async def test_parents_come_before_children_in_batches_of_a_thousand(world: World) -> None:
    api = Api()
    advanced = await send(world, api)
    sizes = [len(body["items"]) for path, _, body in api.sent if path.endswith("/batch")]

    assert max(sizes) <= 1000
    assert advanced == count(world)
    assert Counter(path for path, _, _ in api.sent)["/v1/households/batch"] == 17


async def test_a_second_load_repeats_the_same_bytes_under_the_same_keys(world: World) -> None:
    first, second = Api(), Api()
    await send(world, first)
    await send(world, second)
    keys = [key for _, key, _ in first.sent]

    assert len(set(keys)) == len(keys)
    assert sorted(keys) == sorted(key for _, key, _ in second.sent)
    assert {key: body for _, key, body in first.sent} == {k: body for _, k, body in second.sent}


async def test_an_expired_token_is_asked_for_again(world: World) -> None:
    api = Api(tokens_last=400)
    await send(world, api)

    assert api.tokens >= 2


async def test_a_refusal_stops_the_load_and_says_what_and_why(world: World) -> None:
    with pytest.raises(Refused, match=r"POST /v1/posts/batch: 409 post_taken: no"):
        await send(world, Api(refuse="/v1/posts/batch"))
