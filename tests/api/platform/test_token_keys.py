"""Keys that sign access tokens are changed while tokens of the old one are still about."""

import json
from collections.abc import Callable

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OKPKey

from maplebridge_api.platform import identity
from maplebridge_api.platform.identity import Tokens
from maplebridge_api.settings import settings
from tests.world import Actor, Tianqiao, outcome

NEW = OKPKey.generate_key("Ed25519", parameters={"kid": "new"}, private=True)
Rotate = Callable[..., None]


@pytest.fixture
def started_with(monkeypatch: pytest.MonkeyPatch) -> Rotate:
    """Let the process be as after a start with these token keys."""

    def start(*keys: OKPKey) -> None:
        given = {"keys": [key.as_dict(private=True) for key in keys]}
        monkeypatch.setenv("MAPLEBRIDGE_TOKEN_KEY", json.dumps(given))
        monkeypatch.setattr(identity, "tokens", Tokens())
        settings.cache_clear()

    return start


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> object:
    yield
    monkeypatch.undo()
    settings.cache_clear()


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


async def test_a_token_of_the_old_key_is_good_until_it_expires(
    tianqiao: Tianqiao, started_with: Rotate
) -> None:
    old = identity.token_key()
    before = tianqiao.clerk_li
    started_with(NEW, old)
    assert (await before.gets("/grids")).status_code == 200
    after = tianqiao.clerk_li
    assert (kid_of(before.token), kid_of(after.token)) == (old.kid, "new")
    assert (await after.gets("/grids")).status_code == 200

    claims = jwt.decode(before.token, old, algorithms=["EdDSA"]).claims
    header = {"alg": "EdDSA", "kid": old.kid}
    expired = jwt.encode(header, claims | {"exp": claims["iat"] - 1}, old, algorithms=["EdDSA"])
    assert outcome(await Actor(tianqiao.http, expired).gets("/grids")) == "401 not_authenticated"


async def test_once_the_old_key_is_taken_out_its_tokens_are_refused(
    tianqiao: Tianqiao, started_with: Rotate
) -> None:
    before = tianqiao.clerk_li
    started_with(NEW)
    assert outcome(await before.gets("/grids")) == "401 not_authenticated"
    assert (await tianqiao.clerk_li.gets("/grids")).status_code == 200


async def test_the_published_keys_are_all_that_verify(
    tianqiao: Tianqiao, started_with: Rotate
) -> None:
    old = identity.token_key()
    started_with(NEW, old)
    keys = (await tianqiao.http.get("/.well-known/jwks.json")).json()["keys"]
    assert [key["kid"] for key in keys][:2] == ["new", old.kid]
    assert not any("d" in key for key in keys)


async def test_a_token_names_its_key_and_no_other_key_verifies_it(
    tianqiao: Tianqiao, started_with: Rotate
) -> None:
    old = identity.token_key()
    started_with(NEW, old)
    claims = jwt.decode(tianqiao.clerk_li.token, NEW, algorithms=["EdDSA"]).claims
    for kid in (old.kid, "unknown", None):
        header = {"alg": "EdDSA"} | ({"kid": kid} if kid else {})
        forged = jwt.encode(header, claims, NEW, algorithms=["EdDSA"])
        assert outcome(await Actor(tianqiao.http, forged).gets("/grids")) == "401 not_authenticated"
