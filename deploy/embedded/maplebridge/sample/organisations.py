"""The organisations of the street, their posts and contracts, and who meets at which table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from maplebridge.sample.bodies import Contract, Grid, Organisation, Post
from maplebridge.sample.draft import Draft
from maplebridge.sample.facts import document
from maplebridge.sample.seed import spread, term
from maplebridge.sample.street import Community, Quarter
from maplebridge.sample.uscc import credit_code
from maplebridge_domain.organisation import OrganisationKind, PostKind

#: (kind, title, seats) of the posts that each kind of organisation has.
POSTS: Mapping[OrganisationKind, tuple[tuple[PostKind, str, int], ...]] = {
    OrganisationKind.STREET_WORKING_COMMITTEE: (
        (PostKind.SECRETARY, "党工委书记", 1),
        (PostKind.DEPUTY_SECRETARY, "党工委副书记", 2),
        (PostKind.MEMBER, "党工委委员", 6),
        (PostKind.ADMINISTRATOR, "系统管理员", 1),
        (PostKind.CLERK, "经办人员", 2),
        (PostKind.AUDITOR, "审计员", 1),
    ),
    OrganisationKind.MANAGEMENT_DEPARTMENT: ((PostKind.DIRECTOR, "科长", 1),),
    OrganisationKind.COMMUNITY_PARTY_ORG: (
        (PostKind.SECRETARY, "党委书记", 1),
        (PostKind.DEPUTY_SECRETARY, "党委副书记", 1),
        (PostKind.MEMBER, "党委委员", 20),
        (PostKind.HOST, "议事会主持人", 1),
    ),
    OrganisationKind.VOLUNTEER_STATION: ((PostKind.DIRECTOR, "站长", 1),),
    OrganisationKind.RESIDENT_UNIT: (
        (PostKind.DIRECTOR, "共建负责人", 1),
        (PostKind.MEMBER, "共建联络员", 4),
    ),
    OrganisationKind.PROPERTY_ENTERPRISE: (
        (PostKind.DIRECTOR, "总经理", 1),
        (PostKind.SUPERVISOR, "义务监督员", 12),
    ),
    OrganisationKind.ENTERPRISE_PARTY_ORG: (
        (PostKind.SECRETARY, "党支部书记", 1),
        (PostKind.MEMBER, "党支部委员", 20),
    ),
    OrganisationKind.QUARTER_PARTY_ORG: (
        (PostKind.SECRETARY, "党支部书记", 1),
        (PostKind.DEPUTY_SECRETARY, "党支部副书记", 1),
        (PostKind.MEMBER, "党支部委员", 3),
    ),
    OrganisationKind.OWNERS_COMMITTEE: (
        (PostKind.DIRECTOR, "业委会主任", 1),
        (PostKind.DEPUTY_DIRECTOR, "业委会副主任", 1),
        (PostKind.MEMBER, "业委会委员", 9),
    ),
    OrganisationKind.VOLUNTEER_POINT: (
        (PostKind.DIRECTOR, "志愿服务点负责人", 1),
        (PostKind.VOLUNTEER, "志愿者骨干", 6),
    ),
    OrganisationKind.PROPERTY_MANAGEMENT_COMMITTEE: (
        (PostKind.DIRECTOR, "物管会主任", 1),
        (PostKind.MEMBER, "物管会委员", 10),
    ),
    OrganisationKind.BUILDING_PARTY_GROUP: ((PostKind.SECRETARY, "党小组组长", 1),),
}


#: What an organisation of a quarter is called, after the quarter's name.
NAMES: Mapping[OrganisationKind, str] = {
    OrganisationKind.QUARTER_PARTY_ORG: "党支部",
    OrganisationKind.OWNERS_COMMITTEE: "业主委员会",
    OrganisationKind.VOLUNTEER_POINT: "志愿服务点",
}


@dataclass(frozen=True)
class Office:
    """An organisation with its posts."""

    body: Organisation
    posts: Mapping[PostKind, Post]

    @property
    def id(self) -> str:
        """The organisation's id."""
        return self.body["id"]


@dataclass(frozen=True)
class Enterprise:
    """A property enterprise, its party organisation, and how well the seed lets it serve."""

    company: Office
    party: Office
    quality: int


@dataclass(frozen=True)
class Neighbourhood:
    """What a whole community shares."""

    community: Community
    party: Office
    station: Office
    resident_units: tuple[Office, ...]


@dataclass(frozen=True)
class Table:
    """Where the parties of a quarter meet: the four that each quarter has, its community's among them."""

    number: int
    neighbourhood: Neighbourhood
    quarter: Quarter
    quarter_party: Office
    volunteer_point: Office
    resident_unit: Office

    @property
    def offices(self) -> tuple[Office, ...]:
        """The organisations at this table that depend on no contract."""
        return (
            self.quarter_party,
            self.volunteer_point,
            self.resident_unit,
            self.neighbourhood.party,
        )


@dataclass(frozen=True)
class ServedTable(Table):
    """The table of a quarter that is served: all six parties, and the contract behind them."""

    enterprise: Enterprise
    contract: Contract
    manager: Post
    owners_committee: Office

    @property
    def offices(self) -> tuple[Office, ...]:
        """The same, with the owners' committee."""
        party, *others = super().offices
        return party, self.owners_committee, *others


@dataclass(frozen=True)
class Organisations:
    """All of them."""

    working_committee: Office
    department: Office
    neighbourhoods: tuple[Neighbourhood, ...]
    enterprises: tuple[Enterprise, ...]
    tables: tuple[ServedTable, ...]
    management_committees: tuple[Office, ...]
    building_groups: tuple[Office, ...]
    #: The tables where nobody serves, numbered on.
    unserved: tuple[Table, ...]


def found(draft: Draft, communities: tuple[Community, ...]) -> Organisations:
    """Found every organisation of the street."""
    root = draft.root_id
    neighbourhoods = _neighbourhoods(draft, communities)
    enterprises = _enterprises(draft)
    return Organisations(
        _office(draft, root, OrganisationKind.STREET_WORKING_COMMITTEE, "天桥街街道党工委"),
        _office(draft, root, OrganisationKind.MANAGEMENT_DEPARTMENT, "召陵区物业管理主管部门"),
        neighbourhoods,
        enterprises,
        _tables(draft, neighbourhoods, enterprises),
        _committees_where_nobody_serves(draft, communities),
        _building_groups(draft, communities),
        _tables_where_nobody_serves(draft, neighbourhoods),
    )


def _office(
    draft: Draft,
    grid_id: str,
    kind: OrganisationKind,
    name: str,
    *,
    parent_id: str | None = None,
    uscc: str | None = None,
) -> Office:
    body = draft.organisation(grid_id, kind, name, parent_id=parent_id, uscc=uscc)
    posts = {post: draft.post(body, post, title, seats) for post, title, seats in POSTS[kind]}
    return Office(body, posts)


def _neighbourhoods(draft: Draft, communities: tuple[Community, ...]) -> tuple[Neighbourhood, ...]:
    units: Iterator[str] = iter(document("layout")["resident_units"])
    return tuple(_neighbourhood(draft, community, units) for community in communities)


def _neighbourhood(draft: Draft, community: Community, units: Iterator[str]) -> Neighbourhood:
    grid = community.grid
    return Neighbourhood(
        community,
        _office(draft, grid["id"], OrganisationKind.COMMUNITY_PARTY_ORG, f"{grid['name']}党委"),
        _office(draft, grid["id"], OrganisationKind.VOLUNTEER_STATION, f"{grid['name']}志愿服务站"),
        tuple(
            _office(draft, grid["id"], OrganisationKind.RESIDENT_UNIT, next(units))
            for _ in range(3)
        ),
    )


def _enterprises(draft: Draft) -> tuple[Enterprise, ...]:
    plan = document("layout")["enterprises"]
    qualities = list(plan["quality"])
    draft.seed.dice("quality").shuffle(qualities)
    return tuple(
        _enterprise(draft, number, name, quality)
        for number, (name, quality) in enumerate(zip(plan["names"], qualities, strict=True))
    )


def _enterprise(draft: Draft, number: int, name: str, quality: int) -> Enterprise:
    company = _office(
        draft,
        draft.root_id,
        OrganisationKind.PROPERTY_ENTERPRISE,
        f"漯河{name}物业服务有限公司",
        uscc=credit_code(number),
    )
    party = _office(
        draft,
        draft.root_id,
        OrganisationKind.ENTERPRISE_PARTY_ORG,
        f"{name}物业党支部",
        parent_id=company.id,
    )
    return Enterprise(company, party, quality)


def _tables(
    draft: Draft,
    neighbourhoods: tuple[Neighbourhood, ...],
    enterprises: tuple[Enterprise, ...],
) -> tuple[ServedTable, ...]:
    served = _quarters(neighbourhoods, served=True)
    dice = draft.seed.dice("contracts")
    shares = spread(dice, len(enterprises), len(served), low=2, high=6)
    serving = [e for e, share in zip(enterprises, shares, strict=True) for _ in range(share)]
    return tuple(
        _served_table(draft, number, neighbourhood, quarter, enterprise)
        for number, ((neighbourhood, quarter), enterprise) in enumerate(
            zip(served, serving, strict=True)
        )
    )


def _tables_where_nobody_serves(
    draft: Draft, neighbourhoods: tuple[Neighbourhood, ...]
) -> tuple[Table, ...]:
    first = len(_quarters(neighbourhoods, served=True))
    return tuple(
        Table(
            number,
            neighbourhood,
            quarter,
            _here(draft, quarter, OrganisationKind.QUARTER_PARTY_ORG),
            _here(draft, quarter, OrganisationKind.VOLUNTEER_POINT),
            _resident_unit(neighbourhood, number),
        )
        for number, (neighbourhood, quarter) in enumerate(
            _quarters(neighbourhoods, served=False), start=first
        )
    )


def _quarters(
    neighbourhoods: tuple[Neighbourhood, ...], *, served: bool
) -> list[tuple[Neighbourhood, Quarter]]:
    return [
        (neighbourhood, quarter)
        for neighbourhood in neighbourhoods
        for quarter in neighbourhood.community.quarters
        if quarter.has_property_service is served
    ]


def _here(draft: Draft, quarter: Quarter, kind: OrganisationKind) -> Office:
    return _office(draft, quarter.grid["id"], kind, f"{quarter.grid['name']}{NAMES[kind]}")


def _resident_unit(neighbourhood: Neighbourhood, number: int) -> Office:
    return neighbourhood.resident_units[number % len(neighbourhood.resident_units)]


def _served_table(
    draft: Draft,
    number: int,
    neighbourhood: Neighbourhood,
    quarter: Quarter,
    enterprise: Enterprise,
) -> ServedTable:
    grid = quarter.grid
    begins = date(2024, 1, 1) + timedelta(draft.seed.dice(f"contract/{number}").randrange(700))
    signed = begins - timedelta(14)
    contract = draft.contract(
        enterprise.company.body,
        grid,
        term(begins, begins.replace(day=1, year=begins.year + 3)),
        signed_on=signed,
        filed_on=_filed(draft, number, signed),
    )

    return ServedTable(
        number,
        neighbourhood,
        quarter,
        enterprise=enterprise,
        contract=contract,
        manager=draft.post(enterprise.company.body, PostKind.MANAGER, f"{grid['name']}项目经理"),
        quarter_party=_here(draft, quarter, OrganisationKind.QUARTER_PARTY_ORG),
        owners_committee=_here(draft, quarter, OrganisationKind.OWNERS_COMMITTEE),
        volunteer_point=_here(draft, quarter, OrganisationKind.VOLUNTEER_POINT),
        resident_unit=_resident_unit(neighbourhood, number),
    )


def _filed(draft: Draft, number: int, signed: date) -> date | None:
    """Most contracts are filed within a fortnight, a few late, and of one or two nobody heard."""
    fate = draft.seed.dice(f"filing/{number}").randrange(24)
    return None if fate == 0 else signed + timedelta(16 + fate if fate < 4 else fate // 2)


def _committees_where_nobody_serves(
    draft: Draft, communities: tuple[Community, ...]
) -> tuple[Office, ...]:
    """Where no owners' committee exists, a property management committee stands in for it."""
    return tuple(
        _office(
            draft,
            quarter.grid["id"],
            OrganisationKind.PROPERTY_MANAGEMENT_COMMITTEE,
            f"{quarter.grid['name']}物业管理委员会",
        )
        for community in communities
        for quarter in community.quarters
        if quarter.grid["management"] == "three_nos"
    )


def _building_groups(draft: Draft, communities: tuple[Community, ...]) -> tuple[Office, ...]:
    lanes: list[Grid] = [
        lane
        for community in communities
        for quarter in community.quarters
        for lane in quarter.lanes
    ]
    return tuple(
        _office(draft, lane["id"], OrganisationKind.BUILDING_PARTY_GROUP, f"{lane['name']}党小组")
        for lane in lanes
    )
