"""The one clock of business time, passed on as a parameter; nothing else asks what time it is.

In sandbox mode it stands still until it is moved forward, as a test clock does, so that a month and a
notice period can pass in seconds and two runs see the same times. Leases and token lifetimes are not
business time: they use `wall`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime


def wall() -> datetime:
    """Return the real time, for leases and lifetimes of tokens."""
    return datetime.now(UTC)


@dataclass
class Clock:
    """Business time: the real time, or in sandbox mode the instant that was set last."""

    set_to: datetime | None = None

    def now(self) -> datetime:
        """Return the present instant of business."""
        return self.set_to or wall()


clock = Clock()
