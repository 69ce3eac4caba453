"""How persons come in: by WeChat, by a provider, with a code that the street has handed out."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from maplebridge_api.platform.schema import SHARED_TABLES, STREET_TABLES
from tests.contract import contract
from tests.providers.oidc import Oidc
from tests.providers.wechat import Wechat
from tests.world import TIANQIAO, Actor, Json, Tianqiao, id_of, listen


@dataclass
class Door:
    """The small street, and who vouches for persons."""

    street: Tianqiao
    wechat: Wechat
    oidc: Oidc
    api_url: str

    async def posts(self, path: str, body: Json, **headers: str) -> httpx.Response:
        """Ask as somebody who is not known yet; the answer is checked by the contract."""
        answer = await self.street.http.post(f"/v1{path}", json=body, headers=headers)
        contract().check(answer)
        return answer

    async def by_wechat(self, openid: str, **more: Any) -> httpx.Response:
        return await self.posts("/sessions/wechat", {"code": self.wechat.code_of(openid)} | more)

    async def by_oidc(self, id_token: str, **more: Any) -> httpx.Response:
        return await self.posts("/sessions/oidc", {"id_token": id_token} | more)

    async def refreshes(self, refresh_token: str) -> httpx.Response:
        return await self.posts("/sessions/refresh", {"refresh_token": refresh_token})

    async def code_for(self, person: str) -> str:
        """Let the clerk hand out a binding code."""
        path = f"/people/{id_of(person)}/binding-codes"
        made = await self.street.clerk_li.makes(path, {})
        return str(made["binding_code"])

    async def lets_in(self, person: str, openid: str | None = None, **more: Any) -> Json:
        """Bind somebody's phone and log them in."""
        first = {"street_id": TIANQIAO, "binding_code": await self.code_for(person)}
        answer = await self.by_wechat(openid or f"openid-of-{person}", **first, **more)
        assert answer.status_code == 201, answer.text
        session: Json = answer.json()
        return session

    def acting(self, session: Json) -> Actor:
        """Return the person of a session as an actor."""
        return Actor(self.street.http, session["access_token"])

    async def all_that_is_kept(self) -> str:
        """Return every row of every table, as text."""
        connection = await asyncpg.connect(self.street.owner_url)
        rows = []
        for table in (*STREET_TABLES, *SHARED_TABLES):
            rows += await connection.fetch(f"SELECT '{table} ' || t::text FROM {table} t")
        await connection.close()
        return "\n".join(row[0] for row in rows)

    async def statements(self) -> list[str]:
        """Collect from now on what is sent to the database, on every connection."""
        return await listen(self.street)
