"""What comes from the seed number: dice, ids, whole numbers that add up, moments."""

from dataclasses import dataclass
from datetime import date, timedelta, timezone
from random import Random
from uuid import UUID, uuid5

from maplebridge.sample.bodies import Period

SHANGHAI = timezone(timedelta(hours=8))
SAMPLE = UUID("256a0c1e-0411-5104-8001-7461e7a01a00")


@dataclass(frozen=True)
class Seed:
    """The number that a whole street grows from: the same number, the same bytes."""

    number: int

    def dice(self, topic: str) -> Random:
        """Dice of their own for each topic: a change in one leaves the others as they fell."""
        return Random(f"{self.number}/{topic}")  # noqa: S311 - a sample, not a secret

    def id(self, kind: str, name: object) -> str:
        """A UUID that this seed always gives to this thing."""
        return str(uuid5(SAMPLE, f"{self.number}/{kind}/{name}"))


def spread(dice: Random, parts: int, total: int, *, low: int, high: int) -> list[int]:
    """Draw `parts` whole numbers between low and high that add up to the total exactly."""
    peak = min(max(3 * total / parts - low - high, low), high)
    shares = [round(dice.triangular(low, high, peak)) for _ in range(parts)]
    missing = total - sum(shares)
    step = 1 if missing > 0 else -1
    while missing:
        index = dice.randrange(parts)
        if low <= shares[index] + step <= high:
            shares[index] += step
            missing -= step
    return shares


def moment(day: date, clock: str = "00:00") -> str:
    """A time of day in Shanghai, as the API reads it (fixed width, so that text sorts as time)."""
    return f"{day.isoformat()}T{clock}:00+08:00"


def term(begins: date, ends: date | None = None) -> Period:
    """From the first moment of one day until the first moment of another (None: open)."""
    return {"from": moment(begins), "until": moment(ends) if ends else None}
