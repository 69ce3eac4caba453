"""Owners' committees and property management committees: how they come, how long they sit, how they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .dated import Entry, entries, in_force
from .organisation import OrganisationKind
from .owners_vote import Votes, check_votes
from .period import Period
from .problem import Kind, Problem, pointing_at
from .worktime import SHANGHAI, deadline


class CommitteeKind(StrEnum):
    """The committees that a quarter can have, one at a time."""

    OWNERS_COMMITTEE = "owners_committee"
    PROPERTY_MANAGEMENT_COMMITTEE = "property_management_committee"


class Handed(StrEnum):
    """What a committee hands over when its term is over."""

    SEALS = "seals"  # 印章
    DOCUMENTS = "documents"  # 文件资料
    RECORDS = "records"  # 档案


class Renewal(StrEnum):
    """How the renewal of a committee stands of which no next one is elected."""

    UPCOMING = "upcoming"  # its day is still to come
    DUE = "due"  # it is to be under way
    OVERDUE = "overdue"  # the term is over


@dataclass(eq=False)
class NotACommittee(Problem):
    """A quarter's owners' committee or property management committee has terms, and nothing else."""

    kind = Kind.RULE
    zh = "任期只登记于小区的业主委员会或物业管理委员会，请核对所选组织。"
    en = "Terms are those of a quarter's owners' or property management committee; choose another."
    pointer = "/organisation_id"


@dataclass(eq=False)
class CommitteeThereAlready(Problem):
    """A quarter has one committee at a time: its owners', or where none exists a management committee."""

    kind = Kind.CONFLICT
    zh = "该小区在此期间已有在任的业主委员会或物业管理委员会，请核对其任期。"
    en = "This quarter has an owners' or management committee in that time; check its term."
    pointer = "/during"


@dataclass(eq=False)
class SeveralCommittees(Problem):
    """Quarters become one when one committee is left: which it is, the owners decide, not the map."""

    kind = Kind.CONFLICT
    zh = "拟合并的小区各有在任的委员会：{committees}，请先终止其余委员会的任期，只留一个。"
    en = "The quarters have committees that sit at one time ({committees_en}); end all but one first."
    pointer = "/grids"

    committees: str
    committees_en: str


@dataclass(eq=False)
class OwnersVoteMissing(Problem):
    """An owners' committee is elected by the owners (Civil Code art. 278)."""

    kind = Kind.RULE
    zh = "业主委员会由业主表决选举产生，请填写表决日期和表决结果（民法典第278条）。"
    en = "Owners elect their committee; give the day of the vote and its figures (art. 278)."
    pointer = "/election"


@dataclass(eq=False)
class FormedNotElected(Problem):
    """A property management committee is formed where the owners have elected none."""

    kind = Kind.RULE
    zh = "物业管理委员会系组建产生，并非业主选举，请勿填写选举情况。"
    en = "A property management committee is formed, not elected; leave out the election."
    pointer = "/election"


@dataclass(eq=False)
class CommitteeSizeWrong(Problem):
    """How many members a committee has is set by the place, where it sets a number."""

    kind = Kind.RULE
    zh = "委员人数不符合当地规定：应为{allowed}，实为{members}人，请核对名单。"
    en = "This place has committees of {allowed_en}, not {members}; check the list of members."
    pointer = "/members"

    members: int
    allowed: str
    allowed_en: str


@dataclass(eq=False)
class TooFewOwnersInCommittee(Problem):
    """Half of a property management committee are owners."""

    kind = Kind.RULE
    zh = "物业管理委员会中业主人数不足：{members}名委员中业主{owners}名，至少应占{percent}%。"
    en = (
        "At least {percent} % of a management committee are owners; here {owners} of {members} are."
    )
    pointer = "/members"

    owners: int
    members: int
    percent: int


@dataclass(eq=False)
class TermTooLong(Problem):
    """An owners' committee is elected for five years at most (Henan 27-28)."""

    kind = Kind.RULE
    zh = "业主委员会任期过长，每届至多{years}年，请填写届满时间。"
    en = "An owners' committee is elected for {years} years at most; say until when."
    pointer = "/during"

    years: int


@dataclass(eq=False)
class CommitteeDatesWrong(Problem):
    """The vote comes before the term, the filing after the vote, and neither is still to come."""

    kind = Kind.RULE
    zh = "表决、备案日期有误：表决不得晚于任期开始，备案不得早于表决，均不得晚于今天。"
    en = "The vote precedes the term, the filing follows the vote, neither is in the future; check."


@dataclass(eq=False)
class NotItsPost(Problem):
    """Who is elected to a committee takes a post of that committee."""

    kind = Kind.RULE
    zh = "该岗位不属于此委员会，请选择本委员会的岗位。"
    en = "This post is not one of the committee; choose one that is."
    pointer = "/post_id"


@dataclass(eq=False)
class ElectedTwice(Problem):
    """Nobody sits twice in a committee."""

    kind = Kind.CONFLICT
    zh = "同一人在该届委员会中出现两次，请核对名单。"
    en = "One person is twice among the members of that term; check the list."
    pointer = "/members"


@dataclass(eq=False)
class NothingToFile(Problem):
    """Filed is what was elected: a property management committee is formed by who would be told."""

    kind = Kind.CONFLICT
    zh = "物业管理委员会无需备案，备案适用于选举产生的业主委员会。"
    en = "A property management committee is not filed; an elected owners' committee is."


@dataclass(eq=False)
class FilingNumberTaken(Problem):
    """A filing number is one committee's."""

    kind = Kind.CONFLICT
    zh = "该备案编号已用于另一届委员会，请核对编号。"
    en = "This filing number is another committee's; check it."
    pointer = "/filing_number"


@dataclass(eq=False)
class CommitteeNotInForce(Problem):
    """A committee's term ends early while it runs, never later than it would by itself."""

    kind = Kind.CONFLICT
    zh = "该委员会在此时点不在任期内，无法提前终止，请核对时间。"
    en = "This committee's term does not run at that time, so it cannot end then; check the time."
    pointer = "/at"


@dataclass(eq=False)
class CommitteeNotSitting(Problem):
    """Who sits in a committee sits there within one of its terms: the next is for the owners to elect."""

    kind = Kind.RULE
    zh = "任职期限须在该委员会的一届任期之内，请调整期限或先登记换届选举。"
    en = "A seat in a committee lies within one of its terms; change the dates or enter the election."
    pointer = "/during"


@dataclass(eq=False)
class HandoverDateWrong(Problem):
    """What is handed over was so on a day of the term or after it, and not in the future."""

    kind = Kind.RULE
    zh = "移交日期有误：不得早于任期开始，也不得晚于今天。"
    en = "A hand-over is neither before the term nor in the future; check the date."
    pointer = "/handed_over_on"


def kind_of(organisation: OrganisationKind, *, in_quarter: bool) -> CommitteeKind:
    """Return which kind of committee an organisation is.

    Raises:
        NotACommittee.
    """
    if not in_quarter or organisation not in {*CommitteeKind}:
        raise NotACommittee()
    return CommitteeKind(organisation)


def _set(name: str, on: date, street_id: int) -> Entry:
    return in_force(entries("committees")[name], on, street_id)[-1]


def check_vote(
    kind: CommitteeKind, voted_on: date | None, votes: Votes | None, begins_on: date, today: date
) -> None:
    """Refuse an owners' committee that the owners have not elected before its term.

    Source: Civil Code art. 278. That a vote is not entered before it was held is our own reading.

    Raises:
        OwnersVoteMissing, FormedNotElected, CommitteeDatesWrong, and what `check_votes` refuses.
    """
    if kind is CommitteeKind.PROPERTY_MANAGEMENT_COMMITTEE:
        if voted_on is not None:
            raise FormedNotElected()
        return
    if voted_on is None or votes is None:
        raise OwnersVoteMissing()
    if voted_on > min(begins_on, today):
        with pointing_at("/election/voted_on"):
            raise CommitteeDatesWrong()
    check_votes(votes)


def check_members(
    kind: CommitteeKind, members: int, owners: int | None, on: date, street_id: int
) -> None:
    """Refuse a number of members that the place does not know, and too few owners among them.

    Source: parameters/committees.yaml; Henan sets no number for an owners' committee.

    Raises:
        CommitteeSizeWrong, TooFewOwnersInCommittee.
    """
    size = _set(f"{kind}_size", on, street_id)
    too_many = size["most"] is not None and members > size["most"]
    if members < size["least"] or too_many or (size["odd"] and members % 2 == 0):
        raise _size_wrong(members, size)
    if kind is CommitteeKind.PROPERTY_MANAGEMENT_COMMITTEE:
        percent = _set(f"{kind}_owners", on, street_id)["percent"]
        if 100 * (owners or 0) < percent * members:
            raise TooFewOwnersInCommittee(owners or 0, members, percent)


def _size_wrong(members: int, size: Entry) -> CommitteeSizeWrong:
    least, most = size["least"], size["most"]
    allowed = f"{least}人以上" if most is None else f"{least}至{most}人"
    allowed_en = f"{least} members or more" if most is None else f"{least} to {most} members"
    if size["odd"]:
        allowed, allowed_en = f"{allowed}且为单数", f"{allowed_en}, an odd number"
    return CommitteeSizeWrong(members, allowed, allowed_en)


def check_term(kind: CommitteeKind, during: Period, street_id: int) -> None:
    """Refuse an owners' committee without an end, or for more than five years.

    Source: Henan property regulation arts. 27-28. A property management committee sits until the owners
    have elected theirs (our own reading).

    Raises:
        TermTooLong.
    """
    if kind is CommitteeKind.PROPERTY_MANAGEMENT_COMMITTEE:
        return
    begins = during.start.astimezone(SHANGHAI)
    years = _set("owners_committee_term", begins.date(), street_id)["years"]
    if during.until is None or during.until > _years_after(begins, years):
        raise TermTooLong(years)


def _years_after(begins: datetime, years: int) -> datetime:
    if (begins.month, begins.day) == (2, 29):  # most years lack the day: a term lasts through it
        begins += timedelta(days=1)
    return begins.replace(year=begins.year + years)


def check_sits(during: Period, terms: Sequence[Period]) -> None:
    """Refuse to seat somebody in a committee when it does not sit, or for longer than it does.

    `terms` are the committee's on file. Who sat before the first of them is entered as it was: a street may
    have begun to keep terms later than committees (our own reading).

    Raises:
        CommitteeNotSitting.
    """
    if not terms or any(during in term for term in terms):
        return
    first = min(term.start for term in terms)
    if during.until is None or during.until > first:
        raise CommitteeNotSitting()


def check_filing(voted_on: date | None, filed_on: date, today: date) -> None:
    """Refuse a filing before the vote, or tomorrow; a late one is marked and listed, not refused.

    Raises:
        NothingToFile, CommitteeDatesWrong.
    """
    if voted_on is None:
        raise NothingToFile()
    if not voted_on <= filed_on <= today:
        with pointing_at("/filed_on"):
            raise CommitteeDatesWrong()


def check_early_end(during: Period, at: datetime) -> None:
    """Refuse to end a committee's term at an instant at which it does not run.

    Raises:
        CommitteeNotInForce.
    """
    if at not in during or at == during.start:
        raise CommitteeNotInForce()


def check_handover(during: Period, handed_over_on: date, today: date) -> None:
    """Refuse a hand-over before the term began, or tomorrow.

    Raises:
        HandoverDateWrong.
    """
    if not during.start.astimezone(SHANGHAI).date() <= handed_over_on <= today:
        raise HandoverDateWrong()


def file_by(voted_on: date) -> date:
    """Return the day by which an owners' committee is to be filed with the street: 30 days (Henan 29)."""
    return deadline("committee_filed", voted_on).last_day(voted_on)


def last_day(until: datetime) -> date:
    """Return the day with which a term ends: one until midnight ends with the day before."""
    return (until.astimezone(SHANGHAI) - timedelta(microseconds=1)).date()


def hand_over_by(until: datetime | None) -> date | None:
    """Return the day by which seals, documents and records are handed over: 10 days (Henan 31-33)."""
    if until is None:
        return None
    last = last_day(until)
    return deadline("committee_handed_over", last).last_day(last)


def renew_from(kind: CommitteeKind, until: datetime | None, street_id: int) -> date | None:
    """Return the day on which renewal is to start: 90 days before a term's last day (Zhengzhou 20, 25).

    The day is one on which something starts, so that it does not move off a day of rest; the last day is
    not counted (our own reading). A property management committee is not renewed.
    """
    if until is None or kind is CommitteeKind.PROPERTY_MANAGEMENT_COMMITTEE:
        return None
    last = last_day(until)
    return last - timedelta(days=_set("owners_committee_renewal", last, street_id)["days"])


def party_share_aim(on: date, street_id: int) -> int:
    """Return the share of party members, in percent, that a street wishes for in an owners' committee."""
    percent: int = _set("owners_committee_party_share", on, street_id)["percent"]
    return percent
