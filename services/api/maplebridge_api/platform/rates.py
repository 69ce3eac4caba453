"""How many requests a caller may send in a minute, by class of route.

Requests are counted in Valkey, and mostly not even there: a process takes them from the count by lots,
of one at first and then of twice as many, up to a fiftieth of what the caller may send. So who sends little
loses little when a lot is not used up, and who sends much costs one trip in hundreds of requests.
"""

import asyncio
import re
from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from fastapi import Request
from limits import RateLimitItemPerMinute

from ..settings import settings
from .clock import wall
from .counting import Counters
from .identity import Caller
from .metrics import ASKED_BY_MACHINES
from .problems import TooManyRequests

WINDOW_SECONDS = 60
#: Under this name a request's scope holds its allowance, for the headers of the answer.
IN_SCOPE = "maplebridge.allowance"


class RateClass(StrEnum):
    """What sort of work a route is."""

    LOGIN = "login"  # by address: who asks is not known yet
    READ = "read"
    WRITE = "write"
    HEAVY = "heavy"  # as much as a hundred of the others


_HEAVY = re.compile(
    r"/batch$|^/v1/exports$|^/v1/evaluation-results$|^/v1/evaluation-runs/.*/results$"
    r"|^/v1/grids/[^/]+/tree$"
)
#: Heavy only to write: a file of 100 MB; that it is listed is not.
_HEAVY_TO_WRITE = re.compile(r"^/v1/imports$")


def class_of(path: str, methods: Iterable[str], *, public: bool) -> RateClass | None:
    """Return the class of a route; none for those that the operator's own machines ask."""
    if path in ASKED_BY_MACHINES:
        return None
    reads = set(methods) <= {"GET", "HEAD"}
    if public:
        return RateClass.READ if reads else RateClass.LOGIN
    if _HEAVY.search(path) or (not reads and _HEAVY_TO_WRITE.search(path)):
        return RateClass.HEAVY
    return RateClass.READ if reads else RateClass.WRITE


class Policy:
    """How much of a class a sort of callers may send, as the headers tell it."""

    def __init__(self, name: RateClass, quota: int) -> None:
        self.name = name
        self.quota = quota
        self.lot_max = max(1, quota // 50)
        self.item = RateLimitItemPerMinute(quota)
        # draft-ietf-httpapi-ratelimit-headers, from its eighth version on.
        self.header = (b"ratelimit-policy", f'"{name}";q={quota};w={WINDOW_SECONDS}'.encode())
        self.allowances: dict[str | UUID, Allowance] = {}


class Allowance:
    """What is left of a lot in one minute, for one caller and class."""

    __slots__ = ("left", "lock", "lot", "policy", "remaining", "window")

    def __init__(self, policy: Policy, window: int) -> None:
        self.policy = policy
        self.lock = asyncio.Lock()
        self.renew(window)

    def renew(self, window: int) -> None:
        """Begin a new minute."""
        self.window = window
        self.left = 0
        self.lot = 0  # how large the last one was
        self.remaining = self.policy.quota  # in Valkey, when it was asked last

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Tell the policy, what is left of it, and when it begins anew."""
        left = f'"{self.policy.name}";r={self.remaining + self.left};t={_seconds_left(self.window)}'
        return [self.policy.header, (b"ratelimit", left.encode())]


def _seconds_left(window: int) -> int:
    return max(1, int((window + 1) * WINDOW_SECONDS - wall().timestamp() + 0.999))


class Rates:
    """Lets requests pass, or refuses them, by what their caller has sent."""

    SIZE_MAX = 50_000

    def __init__(self, counters: Counters) -> None:
        given = settings()
        self._counters = counters
        self._person = {
            RateClass.LOGIN: Policy(RateClass.LOGIN, given.rate_login),
            RateClass.READ: Policy(RateClass.READ, given.rate_read),
            RateClass.WRITE: Policy(RateClass.WRITE, given.rate_write),
            RateClass.HEAVY: Policy(RateClass.HEAVY, given.rate_heavy),
        }
        self._system = {
            RateClass.READ: Policy(RateClass.READ, given.rate_system_read),
            RateClass.WRITE: Policy(RateClass.WRITE, given.rate_system_write),
            RateClass.HEAVY: Policy(RateClass.HEAVY, given.rate_system_heavy),
        }

    async def admit(self, request: Request, kind: RateClass, caller: Caller) -> None:
        """Count a request of a caller.

        Raises:
            TooManyRequests.
        """
        if caller.person_id is None:
            await self._take(request, self._system[kind], caller.client_id)
        else:
            await self._take(request, self._person[kind], caller.person_id)

    async def admit_address(self, request: Request, kind: RateClass) -> None:
        """Count a request whose caller is not known, by where it comes from.

        Raises:
            TooManyRequests.
        """
        address = request.client.host if request.client else ""
        await self._take(request, self._person[kind], self._counters.pseudonym(address))

    async def _take(self, request: Request, policy: Policy, who: str | UUID) -> None:
        window = int(wall().timestamp()) // WINDOW_SECONDS
        allowance = policy.allowances.get(who)
        if allowance is None:
            allowance = self._enter(policy, who, window)
        request.scope[IN_SCOPE] = allowance
        if allowance.window == window and allowance.left:
            allowance.left -= 1
            return
        async with allowance.lock:  # who waits behind another may find that a lot was fetched
            if allowance.window != window:
                allowance.renew(window)
            if not allowance.left:
                await self._fetch(allowance, who)
            allowance.left -= 1

    def _enter(self, policy: Policy, who: str | UUID, window: int) -> Allowance:
        if len(policy.allowances) >= self.SIZE_MAX:
            policy.allowances.clear()  # what they had left is lost to them, or counted anew: no matter
        entered = policy.allowances[who] = Allowance(policy, window)
        return entered

    async def _fetch(self, allowance: Allowance, who: str | UUID) -> None:
        """Take a lot from Valkey's count.

        Raises:
            TooManyRequests.
        """
        policy, window = allowance.policy, allowance.window
        if not allowance.remaining:
            raise TooManyRequests(_seconds_left(window))
        lot = allowance.lot = min(max(1, allowance.lot * 2), policy.lot_max)
        key = policy.item.key_for(policy.name, str(who), str(window))
        count = await self._counters.ask(
            lambda storage: storage.incr(key, WINDOW_SECONDS, amount=lot)
        )
        if count is None:  # nothing can be counted: pass
            allowance.left = 1
            return
        allowance.left = max(0, lot - max(0, count - policy.quota))
        allowance.remaining = max(0, policy.quota - count)
        if not allowance.left:
            raise TooManyRequests(_seconds_left(window))
