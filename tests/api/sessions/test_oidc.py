"""Login by OpenID Connect: which tokens are believed, and how keys are come by."""

import base64
import hmac
import json
from asyncio import gather
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from maplebridge_api.sessions import oidc as ours
from maplebridge_api.settings import settings
from tests.api.sessions.door import Door
from tests.providers.oidc import CLIENT, Oidc
from tests.providers.serving import serving
from tests.world import TIANQIAO, Tianqiao, id_of, outcome

INVALID = "401 id_token_invalid"
NEW = {"street_id": TIANQIAO, "name": "周远"}


async def test_without_a_provider_there_is_no_such_login(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.http.post("/v1/sessions/oidc", json={"id_token": "x"})
    assert outcome(answer) == "404 oidc_login_off"


async def test_the_first_login_binds_and_the_next_needs_no_code(door: Door) -> None:
    await door.street.new_events()
    first = {"street_id": TIANQIAO, "binding_code": await door.code_for("wang")}
    for more in (first, {}):
        answer = await door.by_oidc(door.oidc.token("wang@street"), **more)
        assert outcome(answer) == "201"
        assert answer.json()["person_id"] == id_of("wang")
    assert (await door.street.new_events())[1:] == ["login.bound", "session.begun", "session.begun"]
    person = door.acting(answer.json())
    [session, _] = (await person.gets("/sessions")).json()["items"]
    assert session["client_id"] == CLIENT
    assert "wang@street" not in await door.all_that_is_kept()


@pytest.mark.parametrize(
    ("alg", "kind"),
    [("EdDSA", "Ed25519"), ("RS256", "RSA"), ("PS256", "RSA"), ("ES256", "P-256")],
)
async def test_asymmetric_signatures_are_believed(door: Door, alg: str, kind: str) -> None:
    door.oidc.keys = [Oidc.new_key("other"), Oidc.new_key("this", kind)]
    token = door.oidc.token("zhou", alg, door.oidc.keys[1])
    assert outcome(await door.by_oidc(token, **NEW)) == "201"


def coded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


async def test_a_secret_that_is_no_secret_signs_nothing(door: Door) -> None:
    """With HS256, whoever knows the public key could sign; with `none`, whoever likes to."""
    rsa = Oidc.new_key("rsa", "RSA")
    door.oidc.keys = [rsa]
    assert isinstance(rsa, RSAKey)
    claims = coded(json.dumps(door.oidc.claims("zhou")).encode())
    by_hand, by_nobody = (coded(b'{"alg":"%s","kid":"rsa"}' % one) for one in (b"HS256", b"none"))
    signed = f"{by_hand}.{claims}"
    signature = hmac.digest(rsa.as_pem(private=False), signed.encode(), "sha256")
    for token in (f"{signed}.{coded(signature)}", f"{by_nobody}.{claims}."):
        assert outcome(await door.by_oidc(token, **NEW)) == INVALID
    assert door.oidc.asked == []


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"iss": "https://somebody.else"}, INVALID),
        ({"iss": None}, INVALID),
        ({"iss": ["x"]}, INVALID),
        ({"aud": "another-client"}, INVALID),
        ({"aud": None}, INVALID),
        ({"aud": [CLIENT, "another-client"]}, INVALID),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, INVALID),
        ({"aud": CLIENT, "azp": "another-client"}, INVALID),
        ({"aud": CLIENT, "azp": ["x"]}, INVALID),
        ({"aud": [CLIENT, "another-client"], "azp": CLIENT}, "201"),
        ({"aud": ["host-app"]}, "201"),
        ({"sub": None}, INVALID),
        ({"sub": ""}, INVALID),
        ({"sub": "x" * 256}, INVALID),
        ({"sub": "王"}, INVALID),
        ({"sub": 7}, INVALID),
        ({"exp": None}, INVALID),
        ({"exp": "tomorrow"}, INVALID),
        ({"exp": 1}, "401 id_token_expired"),
        ({"iat": None}, INVALID),
        ({"iat": 32503680000}, INVALID),
        ({"nbf": 32503680000}, INVALID),
        ({"nonce": "n"}, "401 nonce_wrong"),
        ({"email": "zhou@example.org"}, "201"),
    ],
    ids=str,
)
async def test_a_token_says_who_for_whom_and_until_when(
    door: Door, claims: dict[str, Any], expected: str
) -> None:
    answer = await door.by_oidc(door.oidc.token("zhou", **claims), **NEW)
    assert outcome(answer) == expected
    bound = await door.street.asks("SELECT count(*) FROM login")
    assert bound == (expected == "201")


async def test_a_token_is_good_for_a_minute_longer_because_clocks_differ(door: Door) -> None:
    now = door.oidc.claims("zhou")["iat"]
    for since, expected in ((50, "201"), (70, "401 id_token_expired")):
        token = door.oidc.token(f"zhou {since}", iat=now - 400, exp=now - since)
        assert outcome(await door.by_oidc(token, **NEW)) == expected


async def test_the_nonce_that_was_sent_stands_in_the_token(door: Door) -> None:
    wrong = "401 nonce_wrong"
    for told, sent, expected in (
        ("n-1", "n-1", "201"),
        ("n-1", "n-2", wrong),
        ("n-1", None, wrong),
        (None, "n-1", wrong),
        (7, "7", wrong),
        ("\ud800", "n-1", wrong),
    ):
        token = door.oidc.token(f"zhou {told} {sent}".encode("ascii", "replace").hex(), nonce=told)
        more = {"nonce": sent} if sent else {}
        answer = await door.by_oidc(token, **more, **NEW)
        assert outcome(answer) == expected, (told, sent)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "..",
        "e30.e30.",
        "eyJhbGciOiJFZERTQSJ9.W10.AA",
        "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0.AA",
        "W10.e30.AA",
        "eyJhbGciOjd9.e30.AA",
        f"eyJhbGciOiJFZERTQSJ9.{'W1tb' * 1000}.AA",
    ],
)
async def test_what_is_no_token_is_refused_before_anybody_is_asked(door: Door, token: str) -> None:
    assert outcome(await door.by_oidc(token)) == INVALID
    assert door.oidc.asked == []


async def test_a_token_of_another_key_or_changed_on_the_way_is_refused(door: Door) -> None:
    stranger = Oidc.new_key(door.oidc.keys[0].kid or "")
    assert outcome(await door.by_oidc(door.oidc.token("zhou", key=stranger), **NEW)) == INVALID
    head, _, signature = door.oidc.token("zhou").split(".")
    claims = json.dumps(door.oidc.claims("wang@street")).encode()
    assert outcome(await door.by_oidc(f"{head}.{coded(claims)}.{signature}", **NEW)) == INVALID


async def test_of_two_providers_neither_speaks_for_the_other(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Oidc()
    with serving(other.app) as other.issuer:
        listed = [
            {"issuer": door.oidc.issuer, "client_ids": [CLIENT]},
            {"issuer": other.issuer, "client_ids": ["desk-of-other"]},
        ]
        monkeypatch.setenv("MAPLEBRIDGE_OIDC_PROVIDERS", json.dumps(listed))
        settings.cache_clear()
        first = await door.by_oidc(door.oidc.token("1"), **NEW)
        second = await door.by_oidc(other.token("1", aud="desk-of-other"), **NEW)
        assert first.json()["person_id"] != second.json()["person_id"]
        assert outcome(await door.by_oidc(other.token("1"))) == INVALID
        forged = other.token("1", iss=door.oidc.issuer)
        assert outcome(await door.by_oidc(forged)) == INVALID
        other.discovery = {"issuer": door.oidc.issuer}
        ours._keys.clear()
        answer = await door.by_oidc(other.token("1", aud="desk-of-other"))
        assert outcome(answer) == "502 oidc_unreadable"


async def test_keys_are_asked_for_once_for_many_logins(door: Door) -> None:
    answers = await gather(*(door.by_oidc(door.oidc.token(f"z{n}"), **NEW) for n in range(8)))
    assert {outcome(answer) for answer in answers} == {"201"}
    assert door.oidc.asked == ["configuration", "keys"]


async def test_after_a_change_of_keys_the_new_one_is_found_and_the_old_one_gone(
    door: Door,
) -> None:
    old = door.oidc.keys[0]
    assert outcome(await door.by_oidc(door.oidc.token("zhou"), **NEW)) == "201"
    door.oidc.keys = [Oidc.new_key("2026-11")]
    assert outcome(await door.by_oidc(door.oidc.token("zhou"))) == "201"
    assert door.oidc.asked.count("keys") == 2
    assert outcome(await door.by_oidc(door.oidc.token("zhou", key=old))) == INVALID


async def test_keys_that_nobody_knows_do_not_make_us_ask_each_time(door: Door) -> None:
    await door.by_oidc(door.oidc.token("zhou"), **NEW)
    for n in range(5):
        token = door.oidc.token("zhou", key=Oidc.new_key(f"invented {n}"))
        assert outcome(await door.by_oidc(token)) == INVALID
    assert door.oidc.asked.count("keys") == 2
    assert outcome(await door.by_oidc(door.oidc.token("zhou"))) == "201"


async def test_keys_are_believed_for_an_hour(door: Door) -> None:
    await door.by_oidc(door.oidc.token("zhou"), **NEW)
    ours._keys[door.oidc.issuer]._fetched_at -= 3500
    assert outcome(await door.by_oidc(door.oidc.token("zhou"))) == "201"
    assert door.oidc.asked.count("keys") == 1
    ours._keys[door.oidc.issuer]._fetched_at -= 110
    door.oidc.keys = [Oidc.new_key(door.oidc.keys[0].kid or "")]
    assert outcome(await door.by_oidc(door.oidc.token("zhou"))) == "201"
    assert door.oidc.asked.count("keys") == 2


async def test_a_token_without_a_key_id_is_checked_by_the_only_key(door: Door) -> None:
    key = door.oidc.keys[0]
    claims = door.oidc.claims("zhou")
    token = jwt.encode({"alg": "EdDSA"}, claims, key, algorithms=["EdDSA"])
    assert outcome(await door.by_oidc(token, **NEW)) == "201"
    door.oidc.keys.append(Oidc.new_key("second"))
    ours._keys.clear()
    assert outcome(await door.by_oidc(token)) == INVALID


async def test_keys_that_we_cannot_use_are_not_in_the_way(door: Door) -> None:
    signing = door.oidc.keys[0].as_dict(private=False)
    encrypting = Oidc.new_key("encrypts").as_dict(private=False) | {"use": "enc"}
    claims = json.dumps(door.oidc.claims("zhou")).encode()
    token = jws.serialize_compact({"alg": "EdDSA"}, claims, door.oidc.keys[0], ["EdDSA"])
    door.oidc.jwks = {"keys": [encrypting, *KEYS_OF_TOMORROW, signing]}
    assert outcome(await door.by_oidc(token, **NEW)) == "201"


#: A kind, a curve that we do not know; and what is broken.
KEYS_OF_TOMORROW = [
    {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
    {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"},
    {"kty": "OKP"},
    {"kty": "RSA", "n": 7, "e": None},
    7,
]


@pytest.mark.parametrize(
    "jwks",
    [{}, [], {"keys": []}, {"keys": 7}, {"keys": {}}, {"keys": KEYS_OF_TOMORROW}],
)
async def test_keys_that_are_none_are_the_providers_fault(door: Door, jwks: Any) -> None:
    door.oidc.jwks = jwks
    assert outcome(await door.by_oidc(door.oidc.token("zhou"))) == "502 oidc_unreadable"


@pytest.mark.parametrize("jwks_uri", [None, 7, "keys", "file:///etc/passwd"])
async def test_keys_are_fetched_over_http_only(door: Door, jwks_uri: Any) -> None:
    door.oidc.discovery = {"jwks_uri": jwks_uri}
    assert outcome(await door.by_oidc(door.oidc.token("zhou"))) == "502 oidc_unreadable"


async def test_a_provider_that_is_away_keeps_nobody_waiting_twice(door: Door) -> None:
    door.oidc.is_away = True
    answer = await door.by_oidc(door.oidc.token("zhou"))
    assert outcome(answer) == "502 oidc_unreadable"
    answers = await gather(*(door.by_oidc(door.oidc.token("zhou")) for _ in range(5)))
    assert {outcome(answer) for answer in answers} == {"504 oidc_silent"}
    assert answers[0].headers["Retry-After"] == "5"
    assert door.oidc.asked == ["configuration"]

    door.oidc.is_away = False
    ours._keys[door.oidc.issuer]._failed_at -= 5
    assert outcome(await door.by_oidc(door.oidc.token("zhou"), **NEW)) == "201"


async def test_a_provider_that_cannot_be_reached_is_silent(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Oidc()
    gone.issuer = "http://127.0.0.1:9"
    listed = [{"issuer": gone.issuer, "client_ids": [CLIENT]}]
    monkeypatch.setenv("MAPLEBRIDGE_OIDC_PROVIDERS", json.dumps(listed))
    settings.cache_clear()
    assert outcome(await door.by_oidc(gone.token("zhou"))) == "504 oidc_silent"


def test_keys_of_a_provider_with_tls_come_over_tls() -> None:
    keys = ours.Keys("https://login.luohe.cn")
    assert keys._is_safe("https://keys.luohe.cn/jwks")
    assert not keys._is_safe("http://login.luohe.cn/jwks")
