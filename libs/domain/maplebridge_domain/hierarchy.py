"""Whom an organisation answers to, as data, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from .organisation import OrganisationKind
from .problem import Kind, Problem

#: The kinds of parent that each kind of organisation may name; none: its superior lies outside the street.
#: Source of the line of party organisations: Zhaoling District, 2024-01-08. The others are our own reading,
#: and that nothing but an enterprise's party organisation has to name one.
PARENTS: Mapping[OrganisationKind, tuple[OrganisationKind, ...]] = {
    OrganisationKind.STREET_WORKING_COMMITTEE: (),
    OrganisationKind.MANAGEMENT_DEPARTMENT: (),
    OrganisationKind.PROPERTY_ENTERPRISE: (),
    OrganisationKind.COMMUNITY_PARTY_ORG: (OrganisationKind.STREET_WORKING_COMMITTEE,),
    OrganisationKind.QUARTER_PARTY_ORG: (OrganisationKind.COMMUNITY_PARTY_ORG,),
    OrganisationKind.BUILDING_PARTY_GROUP: (OrganisationKind.QUARTER_PARTY_ORG,),
    OrganisationKind.ENTERPRISE_PARTY_ORG: (OrganisationKind.PROPERTY_ENTERPRISE,),
    OrganisationKind.OWNERS_COMMITTEE: (
        OrganisationKind.QUARTER_PARTY_ORG,
        OrganisationKind.COMMUNITY_PARTY_ORG,
    ),
    OrganisationKind.PROPERTY_MANAGEMENT_COMMITTEE: (
        OrganisationKind.QUARTER_PARTY_ORG,
        OrganisationKind.COMMUNITY_PARTY_ORG,
    ),
    OrganisationKind.RESIDENT_UNIT: (OrganisationKind.COMMUNITY_PARTY_ORG,),
    OrganisationKind.VOLUNTEER_STATION: (
        OrganisationKind.COMMUNITY_PARTY_ORG,
        OrganisationKind.STREET_WORKING_COMMITTEE,
    ),
    OrganisationKind.VOLUNTEER_POINT: (OrganisationKind.VOLUNTEER_STATION,),
}


class Placed(Protocol):
    """An organisation, as far as others that answer to it look at it."""

    @property
    def kind(self) -> OrganisationKind:
        """What it is."""

    @property
    def path(self) -> str:
        """The path of the grid on which it sits."""


@dataclass(eq=False)
class WrongParent(Problem):
    """Each kind of organisation answers to certain kinds of others."""

    kind = Kind.RULE
    zh = "上级组织不符：{own}{needs}。"
    en = "This parent does not fit: an organisation of kind {own_en} {needs_en}."
    pointer = "/parent_id"

    own: str
    needs: str
    own_en: str
    needs_en: str


@dataclass(eq=False)
class ParentElsewhere(Problem):
    """The grid of a parent organisation is the organisation's own, or one above it."""

    kind = Kind.RULE
    zh = "上级组织不在同一辖区，其所在网格须包含本组织所在网格，请另选上级组织。"
    en = "The parent sits elsewhere; choose one on the same grid or on one above it."
    pointer = "/parent_id"


@dataclass(eq=False)
class DualLeadershipNotHere(Problem):
    """Only an enterprise's party organisation answers to two: its company, and a community's."""

    kind = Kind.RULE
    zh = "双重领导仅适用于物业服务企业党组织，另一上级须为社区党组织，请核对。"
    en = (
        "Only the party organisation of an enterprise answers to two: name a community's party "
        "organisation, and none for other kinds."
    )
    pointer = "/community_party_org_id"


@dataclass(eq=False)
class CompanyFixed(Problem):
    """The party organisation of an enterprise stays with it: terms, interests and scores rest on that."""

    kind = Kind.CONFLICT
    zh = "物业服务企业党组织不能改属另一企业，请撤销后在该企业新建。"
    en = "The party organisation of an enterprise cannot move to another; dissolve it, enter a new one."
    pointer = "/parent_id"


@dataclass(eq=False)
class OrganisationDissolved(Problem):
    """What belongs to an organisation lies within the time in which the organisation is there."""

    kind = Kind.CONFLICT
    zh = "该组织在此期间已撤销或即将撤销，请另选组织或调整期限。"
    en = "This organisation is dissolved in that time; choose another or change the dates."


@dataclass(eq=False)
class CreditCodeTaken(Problem):
    """No two organisations of a street bear one unified social credit code at a time."""

    kind = Kind.CONFLICT
    zh = "该统一社会信用代码已登记在另一组织名下，请核对，勿重复登记。"
    en = (
        "This unified social credit code is another organisation's; check it, and enter none twice."
    )
    pointer = "/uscc"


@dataclass(eq=False)
class AlreadyDissolved(Problem):
    """An organisation is dissolved once."""

    kind = Kind.CONFLICT
    zh = "该组织已撤销（{dissolved_on}），无需再次办理。"
    en = "This organisation was dissolved on {dissolved_on}; there is nothing left to do."

    dissolved_on: date


@dataclass(eq=False)
class StillRestedOn(Problem):
    """An organisation ends when nothing rests on it any more: parts, contracts, holders of its posts, grids."""

    kind = Kind.CONFLICT
    zh = (
        "该组织之上尚有未了事项：届时仍有下级组织{parts}个、服务合同{contracts}份、在任{holders}人、对应网格{grids}个，"
        "请先逐一办结。"
    )
    en = (
        "Something still rests on this organisation then: {parts} organisations that answer to it, "
        "{contracts} service contracts, {holders} holders of its posts, {grids} grids; end these first."
    )
    pointer = "/at"

    parts: int
    contracts: int
    holders: int
    grids: int


def check_parent(kind: OrganisationKind, path: str, parent: Placed | None) -> None:
    """Refuse a parent of another kind or place than PARENTS allows.

    Raises:
        WrongParent, ParentElsewhere.
    """
    if parent is None:
        if kind is OrganisationKind.ENTERPRISE_PARTY_ORG:
            raise _wrong_parent(kind)
        return
    if parent.kind not in PARENTS[kind]:
        raise _wrong_parent(kind)
    if not f"{path}/".startswith(f"{parent.path}/"):
        raise ParentElsewhere()


def _wrong_parent(kind: OrganisationKind) -> WrongParent:
    allowed = PARENTS[kind]
    if not allowed:
        return WrongParent(kind.chinese, "在本街道没有上级组织，请留空", kind, "has no parent here")
    chinese = "或".join(parent.chinese for parent in allowed)
    return WrongParent(
        kind.chinese,
        f"的上级组织须为{chinese}",
        kind,
        f"answers to one of kind {' or '.join(allowed)}",
    )


def check_dual_leadership(kind: OrganisationKind, community: Placed | None) -> None:
    """Refuse a second superior that is no community's party organisation, or of who has but one.

    That an enterprise's party organisation is led by its company and by a community's party organisation
    is the street's method; which community, where it serves in several, is left to the street.

    Raises:
        DualLeadershipNotHere.
    """
    if community is not None and (
        kind is not OrganisationKind.ENTERPRISE_PARTY_ORG
        or community.kind is not OrganisationKind.COMMUNITY_PARTY_ORG
    ):
        raise DualLeadershipNotHere()


def check_rests_nothing(parts: int, contracts: int, holders: int, grids: int) -> None:
    """Refuse to dissolve an organisation while something rests on it.

    Raises:
        StillRestedOn.
    """
    if parts or contracts or holders or grids:
        raise StillRestedOn(parts, contracts, holders, grids)
