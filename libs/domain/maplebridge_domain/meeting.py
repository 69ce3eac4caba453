"""Discussion days of the six parties, what they decide, and the ballots cast there."""

from dataclasses import dataclass
from enum import StrEnum

from .named import Named
from .organisation import OrganisationKind, Party
from .problem import Kind, Problem


class MeetingKind(StrEnum):
    """The weekly meeting and the monthly review."""

    WEEKLY = "weekly"  # 周例会
    MONTHLY_REVIEW = "monthly_review"  # 月点评


class SubjectKind(Named):
    """Whose work is evaluated: that of an appointment, an organisation, an enterprise."""

    APPOINTMENT = "appointment", "任职人员"
    ORGANISATION = "organisation", "单位"
    ENTERPRISE = "enterprise", "物业服务企业"


class Channel(StrEnum):
    """How a ballot was cast; each counts the same."""

    PHONE = "phone"
    PAPER = "paper"
    TELEPHONE = "telephone"


@dataclass(eq=False)
class MeetingsOverlap(Problem):
    """A quarter holds one meeting at a time."""

    kind = Kind.CONFLICT
    zh = "该小区此时段已安排会议，请调整时间。"
    en = "This quarter already has a meeting at that time; change the time."
    pointer = "/starts_at"


@dataclass(eq=False)
class NotOfThatParty(Problem):
    """A delegate sits for the party whose organisation the appointment belongs to."""

    kind = Kind.RULE
    zh = "该任职所在组织不属于所填的一方，请核对参会名单。"
    en = "This appointment's organisation is not of that party; check the attendance list."
    pointer = "/party"


@dataclass(eq=False)
class ListedTwice(Problem):
    """A host's list names each delegate once."""

    kind = Kind.RULE
    zh = "该代表在名单中出现两次，请只保留一条。"
    en = "This delegate is on the list twice; keep one of the two."
    pointer = "/appointment_id"


@dataclass(eq=False)
class BallotOutsideMeeting(Problem):
    """A ballot is cast while its meeting is held."""

    kind = Kind.RULE
    zh = "评议票须在会议进行期间投出；投票时间不在会议时段内。"
    en = "A ballot is cast while its meeting is held; this time lies outside it."
    pointer = "/cast_at"


@dataclass(eq=False)
class NotPresent(Problem):
    """Only a delegate whom the host's list shows as present casts a ballot."""

    kind = Kind.RULE
    zh = "该代表不在本次会议的到会名单中，请先由主持人登记到会。"
    en = "This delegate is not on the meeting's list as present; let the host enter it first."
    pointer = "/rater_id"


@dataclass(eq=False)
class BallotOfAnother(Problem):
    """A delegate casts their own ballot; the host enters those given on paper or by telephone."""

    kind = Kind.FORBIDDEN
    zh = "只能以本人到会身份投票；他人的纸质票或电话票由主持人代为录入。"
    en = "Cast your own ballot only; the host enters those given on paper or by telephone."
    pointer = "/rater_id"


@dataclass(eq=False)
class InterestConflict(Problem):
    """Nobody evaluates where they have an interest, derived from appointments and contracts."""

    kind = Kind.RULE
    zh = "该代表与被评议对象存在利害关系（本人、所在组织或任职企业），应当回避。"
    en = "This delegate has an interest in the subject (self, own organisation, enterprise)."
    pointer = "/subject_id"


@dataclass(eq=False)
class UnknownIndicator(Problem):
    """A ballot marks the indicators that the rubric in force asks about this kind of subject."""

    kind = Kind.RULE
    zh = "评议票含有当前评分细则未列的指标，请按评议表填写。"
    en = "The ballot marks an indicator that the rubric in force does not ask about."
    pointer = "/marks"


@dataclass(eq=False)
class NoRubricInForce(Problem):
    """A meeting evaluates by the rubric in force on its day."""

    kind = Kind.RULE
    zh = "会议当日没有生效的评分细则，暂不能评议。"
    en = "No rubric is in force on the day of this meeting, so nothing can be evaluated."
    pointer = "/meeting_id"


@dataclass(eq=False)
class AlreadyMarked(Problem):
    """One delegate casts one ballot for one subject at one meeting."""

    kind = Kind.CONFLICT
    zh = "该代表本次会议已对此对象投过评议票。"
    en = "This delegate has already cast a ballot for this subject at this meeting."
    pointer = "/subject_id"


@dataclass(eq=False)
class TaskDone(Problem):
    """A task is completed once."""

    kind = Kind.CONFLICT
    zh = "该交办事项已办结。"
    en = "This task has been completed already."


@dataclass(eq=False)
class DoneOutOfTime(Problem):
    """A task is done after the meeting that gave it out has begun, and entered afterwards."""

    kind = Kind.RULE
    zh = "办结时间不得早于交办会议，也不得晚于当前时间。"
    en = "A task is done after the meeting that gave it out, and not in the future."
    pointer = "/done_at"


def check_delegate(party: Party, holder: OrganisationKind) -> None:
    """Refuse a delegate who sits for another party than that of the appointment's organisation.

    Raises:
        NotOfThatParty.
    """
    if party.value != holder.value:
        raise NotOfThatParty()
