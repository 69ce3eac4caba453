"""The small street with a login: WeChat and a provider served beside it."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from maplebridge_api.settings import settings
from tests.api.sessions.door import Door
from tests.conftest import Databases
from tests.providers.oidc import CLIENT, Oidc
from tests.providers.serving import serving
from tests.providers.wechat import Wechat
from tests.world import open_street


@pytest.fixture
def wechat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wechat]:
    """Serve a WeChat that knows our mini-program."""
    wechat = Wechat()
    with serving(wechat.app) as url:
        monkeypatch.setenv("MAPLEBRIDGE_WECHAT_BASE_URL", url)
        monkeypatch.setenv("MAPLEBRIDGE_WECHAT_APP_ID", wechat.app_id)
        monkeypatch.setenv("MAPLEBRIDGE_WECHAT_APP_SECRET", wechat.secret)
        yield wechat


@pytest.fixture
def oidc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Oidc]:
    """Serve a provider that is in our settings."""
    oidc = Oidc()
    with serving(oidc.app) as url:
        oidc.issuer = url
        listed = [{"issuer": url, "client_ids": [CLIENT, "host-app"]}]
        monkeypatch.setenv("MAPLEBRIDGE_OIDC_PROVIDERS", json.dumps(listed))
        yield oidc


@pytest.fixture
async def door(
    databases: Databases,
    database: str,
    wechat: Wechat,
    oidc: Oidc,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Door]:
    """Open the small street to persons."""
    settings.cache_clear()
    owner, api = databases.url(database), databases.url(database, "mb_api")
    try:
        async with open_street(owner, api) as street:
            yield Door(street, wechat, oidc, api)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
