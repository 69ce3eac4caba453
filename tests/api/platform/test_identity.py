"""Who calls: tokens, rights, and what a stranger hears."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount

from maplebridge_api.platform import identity
from maplebridge_api.platform.identity import issue, tokens
from maplebridge_api.platform.openapi import routes_of
from maplebridge_api.platform.routing import router
from maplebridge_domain.authority import Right
from tests.contract import contract
from tests.world import TIANQIAO, Actor, Tianqiao, dispute, id_of, outcome

#: Routes that a stranger may call; the list may only shrink.
PUBLIC = {"issue_token", "list_keys", "check_liveness", "check_readiness"}
PUBLIC |= {"log_in_by_wechat", "log_in_by_oidc", "refresh_session"}
FORM = {"grant_type": "client_credentials", "client_id": "clerk_li", "client_secret": "li's"}


#: Open, and not in the API document: what browsers show of it, and what the operator's machines ask.
UNDOCUMENTED = {"/static-offline-docs", "/docs", "/docs/oauth2-redirect", "/redoc"}
UNDOCUMENTED |= {"/openapi.json", "/metrics"}


def walked(routes: Iterable[BaseRoute], before: str = "") -> Iterator[tuple[str, BaseRoute]]:
    """List whatever answers, with its path: documented or hidden, ours or mounted."""
    for route in routes:
        form = "path" if isinstance(route, Mount) else "path_format"
        path = before + getattr(route, form, getattr(route, "path", ""))
        yield path, route
        yield from walked(getattr(route, "routes", None) or (), path)


def closed(app: FastAPI) -> Iterator[tuple[str, BaseRoute]]:
    """List all but what is public by name."""
    for path, route in walked(app.routes):
        if path not in UNDOCUMENTED and getattr(route, "name", "") not in PUBLIC:
            yield path, route


def open_to_all(app: FastAPI) -> list[str]:
    """List paths that ask for no right and are not known to be public."""
    return [path for path, route in closed(app) if getattr(route, "needs", None) is None]


def test_every_route_declares_the_right_it_needs(tianqiao: Tianqiao) -> None:
    assert open_to_all(tianqiao.app) == []
    known = {*PUBLIC, *UNDOCUMENTED}
    for path, route in walked(tianqiao.app.routes):
        known -= {path, getattr(route, "name", "")}
        if getattr(route, "name", "") in PUBLIC:
            assert getattr(route, "needs", None) is None, path
    assert known == set()


def test_a_route_that_is_hidden_from_the_document_is_found(tianqiao: Tianqiao) -> None:
    async def leak() -> str:
        return "x"

    hidden = router("x")
    hidden.add_api_route("/leak", leak, include_in_schema=False)
    below = FastAPI(openapi_url=None)
    below.add_api_route("/leak", leak)
    tianqiao.app.router.routes.extend(hidden.routes)
    tianqiao.app.mount("/below", below)
    tianqiao.app.add_route("/bare", PlainTextResponse("x"))
    assert open_to_all(tianqiao.app) == ["/v1/leak", "/below", "/below/leak", "/bare"]


async def test_a_stranger_is_turned_away_from_every_route(tianqiao: Tianqiao) -> None:
    tried = 0
    for form, route in closed(tianqiao.app):
        path = form.replace("{id}", id_of("huayuan")).replace("{street_id}", str(TIANQIAO))
        for method in getattr(route, "methods", None) or ("GET",):
            for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
                answer = await tianqiao.http.request(method, path, headers=headers)
                assert outcome(answer) == "401 not_authenticated", path
                tried += 1
    assert tried > 200


async def test_every_route_refuses_a_token_without_its_right(tianqiao: Tianqiao) -> None:
    for route in routes_of(tianqiao.app):
        if route.needs is None:
            continue
        caller = tianqiao.system("x", rights=set(Right) - {route.needs})
        path = route.path_format.replace("{id}", id_of("huayuan"))
        path = path.replace("{street_id}", str(TIANQIAO)).removeprefix("/v1")
        for method in route.methods or ():
            answer = await caller.asks(method, path)
            assert outcome(answer) == "403 right_missing", path


async def test_a_token_is_had_for_the_right_secret_only(tianqiao: Tianqiao) -> None:
    assert (await tianqiao.http.post("/oauth/token", data=FORM)).status_code == 200
    for wrong in ({"client_secret": "wrong"}, {"client_id": "nobody"}):
        answer = await tianqiao.http.post("/oauth/token", data=FORM | wrong)
        assert outcome(answer) == "401 invalid_client"
    narrowed = await tianqiao.http.post("/oauth/token", data=FORM | {"scope": "read"})
    assert narrowed.json()["scope"] == "read"
    actor = Actor(tianqiao.http, narrowed.json()["access_token"])
    assert outcome(await actor.posts("/disputes", dispute())) == "403 right_missing"
    more = FORM | {"client_id": "worker", "client_secret": "w", "scope": "read"}
    assert outcome(await tianqiao.http.post("/oauth/token", data=more)) == "400 scope_not_granted"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"act_as": "nobody"}, 400, "invalid_request"),
        ({"client_secret": "x" * 201}, 400, "invalid_request"),
        ({"scope": ["read", "read"]}, 400, "invalid_request"),
        ({"act_as": id_of("nobody")}, 404, "invalid_request"),
    ],
)
async def test_the_token_endpoint_refuses_in_oauths_words_too(
    tianqiao: Tianqiao, change: dict[str, Any], status: int, error: str
) -> None:
    """RFC 6749 section 5.2: client libraries read `error`, and nothing else."""
    answer = await tianqiao.http.post("/oauth/token", data=FORM | change)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    contract().check(answer)  # with the members of our problems, too
    elsewhere = await tianqiao.http.get("/v1/grids")
    assert "error" not in elsewhere.json()


async def test_what_is_no_form_is_an_invalid_request_to_an_oauth_client(
    tianqiao: Tianqiao,
) -> None:
    for sent in ({}, {"data": {"scope": "read"}}, {"json": FORM}, {"content": b"%%%=\xff"}):
        answer = await tianqiao.http.post("/oauth/token", **sent)
        contract().check(answer)
        assert outcome(answer) == "400 invalid_request"
        assert answer.json()["error"] == "invalid_request"
        assert answer.json()["errors"][0]["pointer"] == "/grant_type"


async def test_only_a_client_with_that_right_acts_for_a_person(tianqiao: Tianqiao) -> None:
    form = FORM | {"client_id": "worker", "client_secret": "w"}
    form |= {"act_as": id_of("wang in huayuan branch")}
    assert outcome(await tianqiao.http.post("/oauth/token", data=form)) == "403 right_missing"


@pytest.mark.parametrize("change", [{"exp": 1}, {"iss": "somebody"}, {"scope": "everything"}])
async def test_a_token_that_is_not_ours_or_has_passed_is_refused(
    tianqiao: Tianqiao, change: dict[str, object]
) -> None:
    key = identity.token_key()
    claims = jwt.decode(tianqiao.clerk_li.token, key, algorithms=["EdDSA"]).claims
    forged = jwt.encode({"alg": "EdDSA"}, claims | change, key, algorithms=["EdDSA"])
    assert outcome(await Actor(tianqiao.http, forged).gets("/grids")) == "401 not_authenticated"


async def test_a_token_of_another_key_or_algorithm_is_refused(tianqiao: Tianqiao) -> None:
    claims = jwt.decode(tianqiao.clerk_li.token, identity.token_key(), algorithms=["EdDSA"]).claims
    other = OKPKey.generate_key("Ed25519")
    forged = jwt.encode({"alg": "EdDSA"}, claims, other, algorithms=["EdDSA"])
    assert outcome(await Actor(tianqiao.http, forged).gets("/grids")) == "401 not_authenticated"
    _, payload, _ = tianqiao.clerk_li.token.split(".")
    unsigned = "eyJhbGciOiJub25lIn0." + payload + "."
    assert outcome(await Actor(tianqiao.http, unsigned).gets("/grids")) == "401 not_authenticated"


def test_a_verified_token_is_looked_at_again_before_long(tianqiao: Tianqiao) -> None:
    token = issue(tokens.verify(tianqiao.clerk_li.token))
    tokens.verify(token)
    until, _ = tokens._verified[token]
    assert until <= time.monotonic() + tokens.SECONDS_MAX


async def test_keys_that_are_published_hold_no_private_part(tianqiao: Tianqiao) -> None:
    keys = (await tianqiao.http.get("/.well-known/jwks.json")).json()["keys"]
    assert [sorted(key) for key in keys] == [["crv", "kid", "kty", "x"]] * 2
