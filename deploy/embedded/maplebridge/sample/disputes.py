"""The disputes that quarters reported until the month's end, and how far each has come."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from maplebridge.sample.bodies import Dispute, Step
from maplebridge.sample.facts import document
from maplebridge.sample.organisations import Organisations
from maplebridge.sample.seed import SHANGHAI, Seed
from maplebridge.sample.street import Community, Quarter

#: Early enough that some fall due within the month: thirty days are given to settle one.
FROM = datetime(2026, 8, 20, 8, tzinfo=SHANGHAI)
DAYS = 73
UNTIL = datetime(2026, 10, 31, 20, tzinfo=SHANGHAI)
PROPERTY = "0402"  # 物业及其管理, GB/T 31000-2015 table 91
WHERE_NOBODY_SERVES = 80


def disputes(
    seed: Seed, communities: tuple[Community, ...], organisations: Organisations
) -> list[tuple[Dispute, list[Step]]]:
    """Report the disputes: the worse the service, the more of them, and the slower they end."""
    served = {t.quarter.grid["id"]: t.enterprise.quality for t in organisations.tables}
    quarters = [quarter for community in communities for quarter in community.quarters]
    return [
        _case(seed, quarter, number, served.get(quarter.grid["id"], WHERE_NOBODY_SERVES))
        for quarter in quarters
        for number in range(_how_many(served.get(quarter.grid["id"])))
    ]


def _how_many(quality: int | None) -> int:
    if quality is None:
        return 1
    return 2 + (quality < 92) + (quality < 80)


def _case(seed: Seed, quarter: Quarter, number: int, quality: int) -> tuple[Dispute, list[Step]]:
    dice = seed.dice(f"dispute/{quarter.grid['id']}/{number}")
    text = dice.choice(document("texts")["disputes"])
    reported_at = FROM + timedelta(days=dice.randrange(DAYS), minutes=dice.randrange(600))
    dispute = Dispute(
        id=seed.id("dispute", f"{quarter.grid['id']}/{number}"),
        quarter_id=quarter.grid["id"],
        grid_id=dice.choice([None, dice.choice(quarter.units)["id"]]),
        category=PROPERTY,
        title=text["title"],
        summary=text["summary"],
        reported_at=reported_at.isoformat(),
    )
    return dispute, list(_steps(dice, dispute["id"], reported_at, quality))


def _steps(dice: Random, dispute_id: str, at: datetime, quality: int) -> Iterator[Step]:
    """What has happened to it by the end of the month."""
    texts = document("texts")
    for act in _course(dice):
        at += _pause(dice, act, quality)
        if at > UNTIL:
            return
        yield Step(
            dispute_id=dispute_id,
            act=act,
            at=at.isoformat(),
            note={"agree": texts["agreement"], "withdraw": texts["withdrawal"]}.get(act),
            satisfaction=min(100, quality + dice.randint(-8, 6)) if act == "close" else None,
        )


def _course(dice: Random) -> tuple[str, ...]:
    fate = dice.randrange(100)
    if fate < 5:
        return ()
    if fate < 15:
        return ("accept", "mediate", "withdraw")
    if fate < 40:  # a grid member settles at once what can be
        return ("accept", "agree", "close")
    return ("accept", "mediate", "agree", "close")


def _pause(dice: Random, act: str, quality: int) -> timedelta:
    if act == "accept":
        return timedelta(minutes=dice.randrange(30, 900))
    slowness = 1 + (100 - quality) * 4 // 3
    days = {"mediate": 1, "agree": dice.randint(1, slowness), "close": 1, "withdraw": 2}[act]
    return timedelta(days=days, minutes=dice.randrange(200))
