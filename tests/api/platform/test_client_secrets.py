"""Secrets of systems: two valid at a time, and two ways to send one."""

import base64
from datetime import timedelta
from urllib.parse import quote_plus

import asyncpg
import httpx
import pytest

from maplebridge_api.platform.client_secrets import (
    NoSuchClient,
    end_older_secret,
    have_secret,
    rotate_secret,
)
from tests.contract import contract
from tests.world import Tianqiao, outcome

WEEK = timedelta(days=7)
REFUSED = "401 invalid_client"


async def asks(
    tianqiao: Tianqiao, headers: dict[str, str] | None = None, form: dict[str, str] | None = None
) -> httpx.Response:
    data = {"grant_type": "client_credentials"} | (form or {})
    answer = await tianqiao.http.post("/oauth/token", data=data, headers=headers)
    contract().check(answer)
    return answer


async def outcome_of(tianqiao: Tianqiao, secret: str) -> str:
    """Say what becomes of Li's asking with a secret."""
    return outcome(await asks(tianqiao, form={"client_id": "clerk_li", "client_secret": secret}))


def basic(name: str, secret: str) -> dict[str, str]:
    joined = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(joined).decode()}"}


async def test_a_new_secret_and_the_one_before_are_both_good(tianqiao: Tianqiao) -> None:
    new = await rotate_secret(tianqiao.owner_url, "clerk_li", WEEK)
    assert [await outcome_of(tianqiao, secret) for secret in ("li's", new)] == ["200", "200"]


async def test_never_are_three(tianqiao: Tianqiao) -> None:
    second, third = [await rotate_secret(tianqiao.owner_url, "clerk_li", WEEK) for _ in range(2)]
    secrets = ("li's", second, third)
    assert [await outcome_of(tianqiao, one) for one in secrets] == [REFUSED, "200", "200"]
    with pytest.raises(asyncpg.CheckViolationError, match="client_secret__slot"):
        await tianqiao.asks("INSERT INTO client_secret VALUES ('clerk_li', 3, '', now())")


async def test_the_one_before_ends_when_its_time_has_come(tianqiao: Tianqiao) -> None:
    new = await rotate_secret(tianqiao.owner_url, "clerk_li", timedelta(0))
    assert [await outcome_of(tianqiao, one) for one in ("li's", new)] == [REFUSED, "200"]


async def test_the_one_before_can_be_ended_early_and_the_last_one_cannot(
    tianqiao: Tianqiao,
) -> None:
    assert not await end_older_secret(tianqiao.owner_url, "clerk_li")
    new = await rotate_secret(tianqiao.owner_url, "clerk_li", WEEK)
    assert await end_older_secret(tianqiao.owner_url, "clerk_li")
    assert not await end_older_secret(tianqiao.owner_url, "clerk_li")
    assert [await outcome_of(tianqiao, one) for one in ("li's", new)] == [REFUSED, "200"]


async def test_a_start_with_a_known_secret_ends_no_other_and_with_a_strange_one_does(
    tianqiao: Tianqiao,
) -> None:
    new = await rotate_secret(tianqiao.owner_url, "clerk_li", WEEK)
    connection = await asyncpg.connect(tianqiao.owner_url)
    for known in ("li's", new):
        await have_secret(connection, "clerk_li", known)
    assert [await outcome_of(tianqiao, one) for one in ("li's", new)] == ["200", "200"]
    await have_secret(connection, "clerk_li", "from-an-older-backup")
    await connection.close()
    secrets = ("li's", new, "from-an-older-backup")
    assert [await outcome_of(tianqiao, one) for one in secrets] == [REFUSED, REFUSED, "200"]


async def test_a_secret_is_kept_as_its_digest_only(tianqiao: Tianqiao) -> None:
    new = await rotate_secret(tianqiao.owner_url, "clerk_li", WEEK)
    kept = await tianqiao.asks("SELECT string_agg(client_secret::text, ' ') FROM client_secret")
    assert new not in kept
    assert new.encode().hex() not in kept


async def test_nobody_has_a_secret_but_registered_clients(tianqiao: Tianqiao) -> None:
    with pytest.raises(NoSuchClient):
        await rotate_secret(tianqiao.owner_url, "nobody", WEEK)
    for wrong in ({}, {"client_id": "clerk_li"}, {"client_id": "nobody", "client_secret": "x"}):
        assert outcome(await asks(tianqiao, form=wrong)) == REFUSED


async def test_a_secret_of_another_client_is_wrong(tianqiao: Tianqiao) -> None:
    assert await outcome_of(tianqiao, "zheng's") == REFUSED


async def test_a_client_may_use_http_basic(tianqiao: Tianqiao) -> None:
    answer = await asks(tianqiao, basic("clerk_li", "li's"))
    assert outcome(answer) == "200"
    assert "disputes:report" in answer.json()["scope"].split()
    named = await asks(tianqiao, basic("clerk_li", "li's"), {"client_id": "clerk_li"})
    assert outcome(named) == "200"


async def test_both_parts_of_basic_are_form_encoded(tianqiao: Tianqiao) -> None:
    connection = await asyncpg.connect(tianqiao.owner_url)
    await have_secret(connection, "clerk_li", "a+b:c%d")
    await connection.close()
    assert outcome(await asks(tianqiao, basic("clerk_li", "a+b:c%d"))) == "200"
    plain = base64.b64encode(b"clerk_li:a+b:c%d").decode()
    assert outcome(await asks(tianqiao, {"Authorization": f"Basic {plain}"})) == REFUSED


@pytest.mark.parametrize(
    "sent", ["", "!", "YQ", base64.b64encode(b"\xff:x").decode(), "Y2xlcmtfbGk6AA==", "Onh4eA=="]
)
async def test_basic_that_cannot_be_read_is_refused_with_its_own_challenge(
    tianqiao: Tianqiao, sent: str
) -> None:
    answer = await asks(tianqiao, {"Authorization": f"Basic {sent}"})
    assert outcome(answer) == REFUSED
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


async def test_a_secret_comes_in_one_way_only(tianqiao: Tianqiao) -> None:
    answer = await asks(tianqiao, basic("clerk_li", "li's"), {"client_secret": "li's"})
    assert outcome(answer) == "400 credentials_twice"
