"""The owners' vote by Civil Code art. 278, counted by owners and by area, in whole numbers."""

from dataclasses import dataclass
from datetime import date

from .problem import Kind, Problem


@dataclass(eq=False)
class VotesInconsistent(Problem):
    """Nobody agrees without taking part, and no more take part than there are."""

    kind = Kind.RULE
    zh = "票数前后不符：同意者须在参与者之内，参与者须在全体业主及总面积之内，请核对。"
    en = "Those who agree are among those who take part, and these among all; check the figures."
    pointer = "/election/votes"


@dataclass(eq=False)
class TooFewOwnersTookPart(Problem):
    """Two thirds of the owners take part, by number (Civil Code art. 278)."""

    kind = Kind.RULE
    zh = "参与表决的业主人数不足三分之二：共{owners}户，参与{taking_part}户（民法典第278条）。"
    en = "Fewer than two thirds of the owners took part: {taking_part} of {owners} (art. 278)."
    pointer = "/election/votes/owners_taking_part"

    owners: int
    taking_part: int


@dataclass(eq=False)
class TooLittleAreaTookPart(Problem):
    """Owners of two thirds of the area take part (Civil Code art. 278)."""

    kind = Kind.RULE
    zh = (
        "参与表决的专有面积不足三分之二：共{area}平方米，参与{taking_part}平方米（民法典第278条）。"
    )
    en = "Owners of less than two thirds of the area took part: {taking_part} of {area} m2 (278)."
    pointer = "/election/votes/area_taking_part_cm2"

    area: int
    taking_part: int


@dataclass(eq=False)
class TooFewOwnersAgreed(Problem):
    """More than half of those who take part agree, by number (Civil Code art. 278)."""

    kind = Kind.RULE
    zh = "同意的业主人数未过参与者半数：参与{taking_part}户，同意{agreeing}户（民法典第278条）。"
    en = "No more than half of the owners voting agreed: {agreeing} of {taking_part} (art. 278)."
    pointer = "/election/votes/owners_agreeing"

    taking_part: int
    agreeing: int


@dataclass(eq=False)
class TooLittleAreaAgreed(Problem):
    """Owners of more than half of the area that takes part agree (Civil Code art. 278)."""

    kind = Kind.RULE
    zh = "同意的专有面积未过参与者半数：参与{taking_part}平方米，同意{agreeing}平方米（民法典第278条）。"
    en = "Owners of no more than half of the voting area agreed: {agreeing} of {taking_part} m2."
    pointer = "/election/votes/area_agreeing_cm2"

    taking_part: int
    agreeing: int


@dataclass(frozen=True)
class Votes:
    """How many owners, and what area of theirs in square centimetres: all, taking part, agreeing."""

    owners: int
    owners_taking_part: int
    owners_agreeing: int
    area_cm2: int
    area_taking_part_cm2: int
    area_agreeing_cm2: int


@dataclass(frozen=True)
class Election:
    """The owners' vote and its filing with the street; none has no votes but what was entered long ago."""

    voted_on: date
    filing_number: str
    filed_on: date
    votes: Votes | None = None


def check_votes(votes: Votes) -> None:
    """Refuse a vote that does not carry: two thirds of both take part, over half of both agree.

    Source: Civil Code art. 278 for ordinary matters, an election among them; art. 1259: "two thirds and
    more" holds two thirds itself, "more than half" does not hold half.

    Raises:
        VotesInconsistent, TooFewOwnersTookPart, TooLittleAreaTookPart, TooFewOwnersAgreed,
        TooLittleAreaAgreed.
    """
    owners = (votes.owners_agreeing, votes.owners_taking_part, votes.owners)
    area = (votes.area_agreeing_cm2, votes.area_taking_part_cm2, votes.area_cm2)
    if list(owners) != sorted(owners) or list(area) != sorted(area):
        raise VotesInconsistent()
    if 3 * votes.owners_taking_part < 2 * votes.owners:
        raise TooFewOwnersTookPart(votes.owners, votes.owners_taking_part)
    if 3 * votes.area_taking_part_cm2 < 2 * votes.area_cm2:
        raise TooLittleAreaTookPart(_m2(votes.area_cm2), _m2(votes.area_taking_part_cm2))
    if 2 * votes.owners_agreeing <= votes.owners_taking_part:
        raise TooFewOwnersAgreed(votes.owners_taking_part, votes.owners_agreeing)
    if 2 * votes.area_agreeing_cm2 <= votes.area_taking_part_cm2:
        raise TooLittleAreaAgreed(_m2(votes.area_taking_part_cm2), _m2(votes.area_agreeing_cm2))


def _m2(area_cm2: int) -> int:
    return area_cm2 // 10_000
