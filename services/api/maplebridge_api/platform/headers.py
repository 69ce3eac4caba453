"""Headers of every answer: what a browser may not do with it, and what is left of the caller's allowance.

Pure ASGI, on prepared bytes: it is part of every request.
"""

import base64
import hashlib
import re

from starlette.types import Message, Scope, Send

from ..settings import settings
from .rates import IN_SCOPE, Allowance

Fields = list[tuple[bytes, bytes]]

#: The pages of documentation, the only ones for a browser to show.
PAGES = ("/docs", "/redoc", "/docs/oauth2-redirect")
#: Of all answers but those pages a browser shows nothing, runs nothing, and lets nobody frame them.
NOTHING = b"default-src 'none'; frame-ancestors 'none'"
#: What Swagger UI and ReDoc need; of scripts within the page only those whose hash is named.
PAGE = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def fixed_headers(path: str) -> Fields:
    """Return the headers of an address, whatever it answers."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
    if settings().hsts_seconds:
        value = f"max-age={settings().hsts_seconds}; includeSubDomains"
        headers.append((b"strict-transport-security", value.encode()))
    if path not in PAGES:
        headers.append((b"content-security-policy", NOTHING))
    if path.startswith("/v1/"):
        # All of it is for the caller alone, and much of it about persons: nothing keeps a copy.
        headers.append((b"cache-control", b"no-store"))
    return headers


def page_policy(page: bytes) -> bytes:
    """Return the policy of a page: its own scripts run, and none that was put in on the way."""
    scripts = "".join(
        f" 'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _INLINE.findall(page)
    )
    return PAGE.format(scripts=scripts).encode()


class Headers:
    """The headers of every answer, by whether it is for the caller alone."""

    def __init__(self) -> None:
        self._private = fixed_headers("/v1/")
        self._public = fixed_headers("/")

    def add(self, scope: Scope, start: Message) -> None:
        """Add the headers to the start of an answer."""
        fixed = self._private if scope["path"].startswith("/v1/") else self._public
        headers = [*start["headers"], *fixed]
        allowance: Allowance | None = scope.get(IN_SCOPE)
        if allowance is not None:
            headers += allowance.headers()
        start["headers"] = headers


def sending_page(path: str, send: Send) -> Send:
    """Hold a page's head back until its body tells which scripts are in it."""
    head: Message = {}

    async def send_page(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
            return
        if head:
            policy = (b"content-security-policy", page_policy(message.get("body", b"")))
            headers = [*head.pop("headers"), *fixed_headers(path), policy]
            await send({**head, "headers": headers})
            head.clear()
        await send(message)

    return send_page
