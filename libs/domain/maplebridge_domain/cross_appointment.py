"""The five steps of cross-appointment, as data, and what each requires.

Source: Zhaoling District on Tianqiao Street's "256" method, 2024-01-08.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from .evidence import EvidenceMissing, check_evidence
from .grid import GridLevel
from .organisation import OrganisationKind, PostKind
from .owners_vote import Election, check_votes
from .period import Period
from .problem import Kind, Problem


class Where(StrEnum):
    """How the place of the new post must be related to the place of the source post."""

    SAME_COMMUNITY = "same_community"
    SAME_QUARTER = "same_quarter"
    SERVING_ENTERPRISE = "serving_enterprise"
    SERVED_COMMUNITY = "served_community"


@dataclass(frozen=True)
class Place:
    """A post and where it sits, as far as the steps look at it.

    `holder` is the organisation's kind, None for a post on a grid. `enterprise_id` is the property
    enterprise behind the organisation (itself, or the parent of its party organisation).
    """

    post_kind: PostKind
    holder: OrganisationKind | None
    grid_level: GridLevel
    path: str
    enterprise_id: Any = None


#: A post that somebody holds, and when.
Held = tuple[Place, Period]


@dataclass(frozen=True)
class Contract:
    """A service contract: who serves which quarter."""

    enterprise_id: Any
    quarter_path: str


@dataclass(frozen=True)
class Step:
    """One of the five steps."""

    number: int
    source_posts: frozenset[PostKind]
    source_holder: OrganisationKind | None
    becomes: frozenset[PostKind]
    in_holder: OrganisationKind | None
    where: Where
    party_member: bool = False
    needs_contract: bool = False
    needs_election: bool = False
    needs_no_interest: bool = False

    @property
    def needs_a_file(self) -> bool:
        """Tell whether a file shows what the step asks for: the choice, the filing, the declaration.

        Source: the "256" method's five steps ask for a choice (1), a legal procedure (2) and a declaration
        (5). That each is shown by a file is our own reading.
        """
        return self.party_member or self.needs_election or self.needs_no_interest


_COMMITTEE = frozenset({PostKind.DIRECTOR, PostKind.DEPUTY_DIRECTOR, PostKind.MEMBER})

STEPS: dict[int, Step] = {
    step.number: step
    for step in (
        Step(
            1,
            frozenset({PostKind.GRID_MEMBER}),
            None,
            frozenset({PostKind.PARTY_BUILDING_INSTRUCTOR}),
            None,
            Where.SAME_COMMUNITY,
            party_member=True,
        ),
        Step(
            2,
            frozenset({PostKind.SECRETARY}),
            OrganisationKind.QUARTER_PARTY_ORG,
            frozenset({PostKind.DIRECTOR, PostKind.DEPUTY_DIRECTOR}),
            OrganisationKind.OWNERS_COMMITTEE,
            Where.SAME_QUARTER,
            needs_election=True,
        ),
        Step(
            3,
            frozenset({PostKind.SECRETARY}),
            OrganisationKind.QUARTER_PARTY_ORG,
            frozenset({PostKind.MEMBER}),
            OrganisationKind.ENTERPRISE_PARTY_ORG,
            Where.SERVING_ENTERPRISE,
            needs_contract=True,
        ),
        Step(
            4,
            frozenset({PostKind.SECRETARY}),
            OrganisationKind.ENTERPRISE_PARTY_ORG,
            frozenset({PostKind.MEMBER}),
            OrganisationKind.COMMUNITY_PARTY_ORG,
            Where.SERVED_COMMUNITY,
            needs_contract=True,
        ),
        Step(
            5,
            _COMMITTEE,
            OrganisationKind.OWNERS_COMMITTEE,
            frozenset({PostKind.SUPERVISOR}),
            OrganisationKind.PROPERTY_ENTERPRISE,
            Where.SERVING_ENTERPRISE,
            needs_contract=True,
            needs_no_interest=True,
        ),
    )
}


@dataclass(eq=False)
class WrongSourcePost(Problem):
    """Each step starts from the post that the method names."""

    kind = Kind.RULE
    zh = "所依据的任职不符：第{step}步交叉任职不能以该任职为依据，请核对其岗位。"
    en = "Step {step} cannot rest on this appointment; check which post it is."
    pointer = "/source_id"

    step: int


@dataclass(eq=False)
class WrongTargetPost(Problem):
    """Each step leads to the post that the method names."""

    kind = Kind.RULE
    zh = "拟任岗位不符：第{step}步交叉任职不能任命到该岗位，请另选岗位。"
    en = "Step {step} does not lead to this post; choose another."
    pointer = "/post_id"

    step: int


@dataclass(eq=False)
class WrongPlaceForStep(Problem):
    """Each step stays in its quarter, community or the enterprise that serves it."""

    kind = Kind.RULE
    zh = "两个岗位所在地不符：第{step}步要求属于同一社区、同一小区或其服务企业，请核对。"
    en = "Step {step} joins posts of one community, one quarter or its enterprise; check the place."
    pointer = "/post_id"

    step: int


@dataclass(eq=False)
class NotAPartyMember(Problem):
    """Step 1 appoints a grid member who is a party member."""

    kind = Kind.RULE
    zh = "第1步要求网格员为中共党员；其党员身份未登记。"
    en = "Step 1 appoints a grid member who is a party member; that is not on file."
    pointer = "/source_id"


@dataclass(eq=False)
class ElectionMissing(Problem):
    """Step 2 needs the owners' vote and the filing (Civil Code art. 278)."""

    kind = Kind.RULE
    zh = "缺少业主表决与备案：第2步须填写业主表决日期、备案编号和备案日期（民法典第278条）。"
    en = "Step 2 needs the owners' vote, the filing number and both dates (Civil Code art. 278)."
    pointer = "/election"


@dataclass(eq=False)
class ElectionDatesWrong(Problem):
    """A committee is filed after it was elected, both before the term begins, and neither still to come."""

    kind = Kind.RULE
    zh = "备案日期须在表决日期之后，且两者不得晚于任期开始日和今天。"
    en = "The filing follows the vote; neither may be in the future or after the term's first day."
    pointer = "/election"


@dataclass(eq=False)
class VotesMissing(Problem):
    """A cross-appointment by step 2 carries the votes, so that they are counted here."""

    kind = Kind.RULE
    zh = "缺少表决结果：须填写业主人数和专有面积的总数、参与数和同意数（民法典第278条）。"
    en = "Give the votes: owners and area, all, taking part and agreeing (Civil Code art. 278)."
    pointer = "/election/votes"


@dataclass(eq=False)
class InterestNotExcluded(Problem):
    """Step 5 needs a dated declaration: neither the member nor near kin in the enterprise's pay."""

    kind = Kind.RULE
    zh = "缺少无利害关系声明：第5步须填写本人及近亲属未在该企业领取报酬的声明日期。"
    en = "Step 5 needs the date of the declaration that neither member nor kin is in its pay."
    pointer = "/no_interest_declared_on"


@dataclass(eq=False)
class DeclaredInTheFuture(Problem):
    """A declaration is one that was made."""

    kind = Kind.RULE
    zh = "声明日期不得晚于今天，请填写实际作出声明的日期。"
    en = "A declaration is not dated in the future; give the day on which it was made."
    pointer = "/no_interest_declared_on"


@dataclass(eq=False)
class InItsPay(Problem):
    """Who works for an enterprise does not supervise it for the owners, whatever was declared."""

    kind = Kind.RULE
    zh = "与企业有利害关系：此人在该期限内另任该企业或其党组织的岗位，不能担任监督员。"
    en = "This person has another post in the enterprise or its party organisation in that time."
    pointer = "/source_id"


@dataclass(eq=False)
class SupervisesIt(Problem):
    """Who supervises an enterprise for the owners takes no post of its own there meanwhile."""

    kind = Kind.CONFLICT
    zh = "此人在该期限内任该企业的监督员，请先结束监督员任职，再任企业或其党组织的岗位。"
    en = "This person supervises the enterprise in that time; end that before a post of its own."
    pointer = "/person_id"


def check_cross_appointment_posts(
    step: Step, source: Place, target: Place, contracts: list[Contract]
) -> None:
    """Refuse a cross-appointment between posts that the step does not join.

    `contracts` are those in force through the term; for steps 3 to 5 one must tie the places.

    Raises:
        WrongSourcePost, WrongTargetPost, WrongPlaceForStep.
    """
    if source.post_kind not in step.source_posts or source.holder is not step.source_holder:
        raise WrongSourcePost(step.number)
    if target.post_kind not in step.becomes or target.holder is not step.in_holder:
        raise WrongTargetPost(step.number)
    if not _places_fit(step.where, source, target, contracts):
        raise WrongPlaceForStep(step.number)


def check_no_interest(step: Step, target: Place, during: Period, others: Sequence[Held]) -> None:
    """Refuse a supervisor who holds a post of their own in the enterprise or its party organisation.

    Source: the "256" method's fifth step: neither the member nor near kin in the enterprise's pay. Of kin
    the declaration tells; of the member also what is on file. `others` are the person's posts that rest on
    no other: to sit in its party organisation by step 3 is no pay (our own reading).

    Raises:
        InItsPay.
    """
    if step.needs_no_interest and any(
        _of_its_own(place, target.enterprise_id) and held.overlaps(during) for place, held in others
    ):
        raise InItsPay()


def check_not_its_supervisor(place: Place, during: Period, watched: Sequence[Held]) -> None:
    """Refuse a post of an enterprise's own, or of its party organisation, to who supervises it then.

    Source: as `check_no_interest`, whichever of both was entered first. `watched` are the person's posts by
    a step that asks for no interest.

    Raises:
        SupervisesIt.
    """
    if any(
        _of_its_own(place, seat.enterprise_id) and held.overlaps(during) for seat, held in watched
    ):
        raise SupervisesIt()


def _of_its_own(place: Place, enterprise_id: Any) -> bool:
    # A supervisor is the owners', whose work is voluntary.
    return place.enterprise_id == enterprise_id and place.post_kind is not PostKind.SUPERVISOR


def _places_fit(where: Where, source: Place, target: Place, contracts: list[Contract]) -> bool:
    if where is Where.SAME_COMMUNITY:
        on_quarter = target.grid_level is GridLevel.QUARTER
        return on_quarter and community(source.path) == community(target.path)
    if where is Where.SAME_QUARTER:
        return quarter(source.path) == quarter(target.path)
    if where is Where.SERVING_ENTERPRISE:
        served = Contract(target.enterprise_id, quarter(source.path))
        return served in contracts
    return any(
        contract.enterprise_id == source.enterprise_id
        and community(contract.quarter_path) == community(target.path)
        for contract in contracts
    )


def check_cross_appointment_evidence(
    step: Step,
    *,
    party_member: bool,
    election: Election | None,
    no_interest_declared_on: date | None,
    files: Sequence[date],
    begins_on: date,
    today: date,
) -> None:
    """Refuse a cross-appointment without the evidence that its step requires, or with some still to come.

    `files` are the days of the files that show it.

    Raises:
        NotAPartyMember, ElectionMissing, ElectionDatesWrong, VotesMissing, InterestNotExcluded,
        DeclaredInTheFuture, EvidenceMissing, EvidenceInTheFuture, and what `check_votes` refuses.
    """
    if step.party_member and not party_member:
        raise NotAPartyMember()
    if step.needs_election:
        if election is None:
            raise ElectionMissing()
        if not election.voted_on <= election.filed_on <= min(begins_on, today):
            raise ElectionDatesWrong()
        if election.votes is None:
            raise VotesMissing()
        check_votes(election.votes)
    if step.needs_no_interest:
        if no_interest_declared_on is None:
            raise InterestNotExcluded()
        if no_interest_declared_on > today:
            raise DeclaredInTheFuture()
    if step.needs_a_file and not files:
        raise EvidenceMissing(step.number)
    check_evidence(files, today)


def community(path: str) -> str:
    """Return the path of the community that a grid path lies in (`411104001/002`)."""
    return "/".join(path.split("/")[:2])


def quarter(path: str) -> str:
    """Return the path of the quarter that a grid path lies in (`411104001/002/0007`)."""
    return "/".join(path.split("/")[:3])
