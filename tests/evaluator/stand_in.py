"""A stand-in for the API: answers runs by a script, and remembers what it was sent."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

Message = MutableMapping[str, Any]
RUN = UUID(int=7)
DOWN = 0  # in a script: no answer at all


@dataclass
class StandIn:
    """An ASGI application. `script` holds the answers to come, by the last word of the path."""

    script: dict[str, list[int]] = field(default_factory=dict)
    seen: list[tuple[str, Any]] = field(default_factory=list)
    code: str = "run_not_open"
    retry_after: str | None = None
    tokens: int = 0

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        act = scope["path"].rsplit("/", 1)[-1]
        status = self.script[act].pop(0) if self.script.get(act) else 200
        if status == DOWN:
            raise httpx.ConnectError("nobody listens")
        if act == "token":
            self.tokens += 1
            answer: dict[str, Any] = {"access_token": f"token{self.tokens}", "expires_in": 600}
        else:
            authorization = dict(scope["headers"]).get(b"authorization", b"").decode()
            self.seen.append((f"{act} {authorization}", json.loads(body)))
            answer = {} if status < 400 else {"code": self.code}
        headers = [(b"content-type", b"application/json")]
        if status >= 400 and self.retry_after is not None:
            headers.append((b"retry-after", self.retry_after.encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    @property
    def acts(self) -> list[str]:
        """What was asked, without the tokens."""
        return [what.split()[0] for what, _ in self.seen]

    def client(self) -> httpx.AsyncClient:
        """A client of this application, without a network between."""
        transport = httpx.ASGITransport(app=self)
        return httpx.AsyncClient(transport=transport, base_url="http://api")
