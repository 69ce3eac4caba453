"""How large a body may be: whatever its headers say, no more than that is read.

FastAPI's own `max_body_size` does the same, at 15 microseconds for every request without a body, too; and
of a body that nobody reads it answers in plain text instead of a problem document.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES_MAX = 8_000_000
#: Where files come in. A sheet of 400,000 rows and 30 columns has some 72 MB.
UPLOAD_BYTES_MAX = {"/v1/imports": 100_000_000}


class BodyLimit:
    """Refuse to read on when a body grows past the limit; requests without a body pay nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a counting reader where a body may come."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        read = 0
        most = UPLOAD_BYTES_MAX.get(scope["path"], BODY_BYTES_MAX)

        async def receive_counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_counting, send)
