"""A system that has leaked is cut off: no token any more, and those that are out there are refused."""

from pathlib import Path

import pytest

from maplebridge import clients
from maplebridge.trouble import Trouble
from maplebridge_api.main import create_app
from maplebridge_api.platform.database import Scope
from maplebridge_api.platform.identity import register_client
from maplebridge_domain.authority import Right
from tests.world import SECRETS, TIANQIAO, Tianqiao, listen, outcome

REFUSED = "401 not_authenticated"


async def token_for(tianqiao: Tianqiao, client: str, **more: str) -> str:
    """Say what becomes of a client's asking for a token."""
    form = {"grant_type": "client_credentials", "client_id": client, **more}
    return outcome(
        await tianqiao.http.post("/oauth/token", data=form | {"client_secret": SECRETS[client]})
    )


def seconds_pass(tianqiao: Tianqiao) -> None:
    """Let as much time pass as a process believes what it has read."""
    states = tianqiao.app.state.disabled_clients
    states._until -= states.SECONDS_MAX


async def test_who_is_cut_off_is_refused_within_two_seconds_and_others_are_not(
    tianqiao: Tianqiao, tmp_path: Path
) -> None:
    li, by_li = tianqiao.clerk_li, await tianqiao.in_office("xu in working committee")
    logged_in = tianqiao.logged_in("xu")
    for one in (li, by_li, logged_in, tianqiao.clerk_zheng):
        assert outcome(await one.gets("/grids")) == "200"

    await clients.cut_off(tmp_path, tianqiao.owner_url, "clerk_li")
    assert await token_for(tianqiao, "clerk_li") == "401 invalid_client"
    assert await token_for(tianqiao, "clerk_zheng") == "200"
    seconds_pass(tianqiao)
    assert outcome(await li.gets("/grids")) == REFUSED
    assert outcome(await li.posts("/disputes", {})) == REFUSED
    assert outcome(await by_li.gets("/grids")) == REFUSED  # a person's token that it has asked for
    for one in (tianqiao.clerk_zheng, logged_in):
        assert outcome(await one.gets("/grids")) == "200"

    await clients.let_in(tmp_path, tianqiao.owner_url, "clerk_li")
    seconds_pass(tianqiao)
    assert outcome(await li.gets("/grids")) == "200"
    assert await token_for(tianqiao, "clerk_li") == "200"


async def test_it_is_asked_once_in_two_seconds_not_for_each_request(tianqiao: Tianqiao) -> None:
    sent = await listen(tianqiao)
    for _ in range(3):
        await tianqiao.clerk_li.gets("/grids")
    assert len([one for one in sent if "client.disabled_at" in one]) == 1
    assert create_app().state.disabled_clients.SECONDS_MAX <= 2


async def test_an_operator_sees_who_is_known_and_who_is_cut_off(
    tianqiao: Tianqiao, tmp_path: Path
) -> None:
    await clients.cut_off(tmp_path, tianqiao.owner_url, "stranger")
    lines = await clients.listed(tmp_path, tianqiao.owner_url)
    assert [line.split()[:3] for line in lines] == [
        ["clerk_li", "operator", "411104001-411104001"],
        ["clerk_zheng", "operator", "411104001-411104001"],
        ["stranger", "operator", "411104002-411104002"],
        ["worker", "evaluator", "411104001-411104001"],
    ]
    assert ["disabled since" in line for line in lines] == [False, False, True, False]
    for act in (clients.cut_off, clients.let_in):
        with pytest.raises(Trouble, match="no client nobody"):
            await act(tmp_path, tianqiao.owner_url, "nobody")


async def test_a_start_does_not_let_in_again_who_was_cut_off(
    tianqiao: Tianqiao, tmp_path: Path
) -> None:
    await clients.cut_off(tmp_path, tianqiao.owner_url, "worker")
    await register_client(
        tianqiao.owner_url,
        client_id="worker",
        secret=SECRETS["worker"],
        name="worker",
        rights=[Right.RUNS_COMPUTE],
        scope=Scope(TIANQIAO, TIANQIAO),
    )
    assert await token_for(tianqiao, "worker") == "401 invalid_client"
