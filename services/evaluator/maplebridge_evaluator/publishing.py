"""Handing a run's results to the API, which alone writes the database. Every call can be repeated.

The run's row is the truth: a call that finds the run taken or done says so and nothing is lost.
"""

import asyncio
import json
import random
from dataclasses import dataclass, field
from uuid import UUID

import httpx

ATTEMPTS_MAX = 6
WAIT_SECONDS_MAX = 5.0


class NotOurs(Exception):
    """The run is computed by another worker, or has been drafted: there is nothing to do."""


class Unreachable(Exception):
    """The API did not answer, or could not serve; later it may."""


class Refused(Exception):
    """The API refused for a reason that waiting will not mend."""


@dataclass
class Publisher:
    """The evaluator's calls, as one client of the API (OAuth 2.0 client credentials, RFC 6749)."""

    http: httpx.AsyncClient
    client_id: str
    client_secret: str
    _token: str | None = field(default=None, repr=False)

    async def claim(self, run_id: UUID, worker: str, lease_seconds: int) -> None:
        """Take the run for so many seconds.

        Raises:
            NotOurs, Refused, Unreachable.
        """
        body = json.dumps({"worker": worker, "lease_seconds": lease_seconds}).encode()
        await self._put(f"/v1/evaluation-runs/{run_id}/claim", body)

    async def publish(self, run_id: UUID, body: bytes) -> None:
        """Hand in all results of the run at once; `body` is `Scored.body`.

        Raises:
            NotOurs: somebody finished before us, on another input.
            Refused, Unreachable.
        """
        await self._put(f"/v1/evaluation-runs/{run_id}/results", body)

    async def fail(self, run_id: UUID, code: str, detail: str) -> None:
        """Say that this run cannot be computed. Neither text may hold personal data.

        Raises:
            NotOurs, Refused, Unreachable.
        """
        body = json.dumps({"code": code, "detail": detail}, ensure_ascii=False).encode()
        await self._put(f"/v1/evaluation-runs/{run_id}/failure", body)

    async def _put(self, path: str, body: bytes) -> None:
        answer = await self._patiently("PUT", path, content=body)
        if answer.status_code == 401:  # revoked, or its time has passed
            self._token = None
            answer = await self._patiently("PUT", path, content=body)
        if answer.status_code == 409:
            raise NotOurs(_code(answer))
        if answer.is_client_error:
            raise Refused(f"{answer.status_code} {_code(answer)}")
        if not answer.is_success:
            raise Unreachable(f"the API answers {answer.status_code}")

    async def _patiently(self, method: str, path: str, *, content: bytes) -> httpx.Response:
        """Send, and send again while the API is away or busy."""
        for attempt in range(ATTEMPTS_MAX):
            try:
                headers = {
                    "Authorization": f"Bearer {self._token or await self._new_token()}",
                    "Content-Type": "application/json",
                }
                answer = await self.http.request(method, path, content=content, headers=headers)
            except httpx.TransportError:
                wait = _backoff(attempt)
            else:
                if answer.status_code not in (429, 502, 503, 504):
                    return answer
                wait = _retry_after(answer, attempt)
            if attempt + 1 < ATTEMPTS_MAX:
                await asyncio.sleep(wait)
        raise Unreachable("the API does not answer")

    async def _new_token(self) -> str:
        answer = await self.http.post(
            "/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            },
        )
        if answer.status_code in (429, 502, 503, 504):
            raise httpx.TransportError("the token endpoint is busy")
        if not answer.is_success:
            raise Refused(f"no token: {answer.status_code}")
        self._token = str(answer.json()["access_token"])
        return self._token


def _backoff(attempt: int) -> float:
    # A little chance keeps many workers from knocking in step.
    return random.uniform(0.75, 1.0) * min(0.2 * (1 << attempt), WAIT_SECONDS_MAX)  # noqa: S311


def _retry_after(answer: httpx.Response, attempt: int) -> float:
    said = answer.headers.get("Retry-After", "")
    return min(float(said), WAIT_SECONDS_MAX) if said.isdigit() else _backoff(attempt)


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""
