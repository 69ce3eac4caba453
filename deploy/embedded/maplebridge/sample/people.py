"""The office holders of the street: who holds which post, and from when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from maplebridge.sample.bodies import Appointment, Period, Person, Post
from maplebridge.sample.draft import Draft
from maplebridge.sample.organisations import (
    Enterprise,
    Neighbourhood,
    Office,
    Organisations,
    ServedTable,
    Table,
)
from maplebridge.sample.seed import term
from maplebridge.sample.street import Community, Quarter
from maplebridge_domain.organisation import PostKind

IN_OFFICE = term(date(2023, 3, 1))


@dataclass(frozen=True)
class Holder:
    """A person in a post."""

    person: Person
    post: Post
    appointment: Appointment


@dataclass(frozen=True)
class Mandate:
    """The dates of a quarter's party secretary and of its owners' committee."""

    secretary: Period
    voted_on: date
    filed_on: date
    committee: Period


@dataclass(frozen=True)
class TablePeople:
    """Who holds office in one quarter, apart from the cross-appointments."""

    secretary: Holder
    quarter_party: tuple[Holder, ...]
    volunteers: tuple[Holder, ...]


@dataclass(frozen=True)
class ServedTablePeople(TablePeople):
    """The same where an enterprise serves, with its people and the owners' committee."""

    mandate: Mandate
    secretary_becomes: PostKind
    owners: tuple[Holder, ...]
    project_party: Holder
    manager: Holder


@dataclass(frozen=True)
class People:
    """All of them, by the id of their quarter, community, enterprise or unit."""

    working_secretary: Holder
    grid_members: Mapping[str, Holder]
    community_party: Mapping[str, tuple[Holder, ...]]
    resident_units: Mapping[str, tuple[Holder, ...]]
    enterprise_secretaries: Mapping[str, Holder]
    tables: tuple[ServedTablePeople, ...]
    unserved: tuple[TablePeople, ...]

    def at(self, table: Table) -> TablePeople:
        """Who holds office in a table's quarter, served or not."""
        return (*self.tables, *self.unserved)[table.number]


def staff(draft: Draft, communities: tuple[Community, ...], organisations: Organisations) -> People:
    """Fill the posts that are not cross-appointments."""
    working_committee, *_ = _fill(
        draft,
        organisations.working_committee,
        {PostKind.SECRETARY: 1, PostKind.DEPUTY_SECRETARY: 2, PostKind.MEMBER: 4},
    )
    _fill(draft, organisations.department, {PostKind.DIRECTOR: 1})
    for group in organisations.building_groups:
        _fill(draft, group, {PostKind.SECRETARY: 1})
    for committee in organisations.management_committees:
        _fill(draft, committee, {PostKind.DIRECTOR: 1, PostKind.MEMBER: 6})
    return People(
        working_committee,
        _grid_members(draft, communities),
        {n.party.id: _community_party(draft, n) for n in organisations.neighbourhoods},
        {
            unit.id: _fill(draft, unit, {PostKind.DIRECTOR: 1, PostKind.MEMBER: 2})
            for n in organisations.neighbourhoods
            for unit in n.resident_units
        },
        {e.company.id: _enterprise_secretary(draft, e) for e in organisations.enterprises},
        tuple(_served_people(draft, table) for table in organisations.tables),
        tuple(_people(draft, table) for table in organisations.unserved),
    )


def employ(draft: Draft, organisations: Organisations) -> None:
    """Fill the posts of the street's office, let each community have a host, and let one resident register.

    After all others, who are the same without them.
    """
    _fill(
        draft,
        organisations.working_committee,
        {PostKind.ADMINISTRATOR: 1, PostKind.CLERK: 2, PostKind.AUDITOR: 1},
    )
    for neighbourhood in organisations.neighbourhoods:
        _fill(draft, neighbourhood.party, {PostKind.HOST: 1})
        draft.person(party_member=None)


def hold(
    draft: Draft, post: Post, during: Period = IN_OFFICE, *, party_member: bool | None = None
) -> Holder:
    """Put somebody new into a post."""
    person = draft.person(party_member=party_member)
    return Holder(person, post, draft.appoint(person, post, during))


def _fill(
    draft: Draft,
    office: Office,
    seats: Mapping[PostKind, int],
    during: Period = IN_OFFICE,
) -> tuple[Holder, ...]:
    return tuple(
        hold(draft, office.posts[kind], during)
        for kind, number in seats.items()
        for _ in range(number)
    )


def _grid_members(draft: Draft, communities: tuple[Community, ...]) -> dict[str, Holder]:
    """One grid member a quarter; step 1 needs to know which of them are party members."""
    quarters = [quarter for community in communities for quarter in community.quarters]
    return {quarter.grid["id"]: _grid_member(draft, quarter) for quarter in quarters}


def _grid_member(draft: Draft, quarter: Quarter) -> Holder:
    dice = draft.seed.dice(f"grid member/{quarter.grid['id']}")
    post = draft.grid_post(quarter.grid, PostKind.GRID_MEMBER, f"{quarter.grid['name']}网格员")
    return hold(draft, post, term(_day(dice, date(2023, 1, 1), 900)))


def _community_party(draft: Draft, neighbourhood: Neighbourhood) -> tuple[Holder, ...]:
    _fill(draft, neighbourhood.station, {PostKind.DIRECTOR: 1})
    return _fill(
        draft,
        neighbourhood.party,
        {PostKind.SECRETARY: 1, PostKind.DEPUTY_SECRETARY: 1, PostKind.MEMBER: 4},
    )


def _enterprise_secretary(draft: Draft, enterprise: Enterprise) -> Holder:
    _fill(draft, enterprise.company, {PostKind.DIRECTOR: 1})
    return hold(draft, enterprise.party.posts[PostKind.SECRETARY])


def _people(draft: Draft, table: Table) -> TablePeople:
    secretary, *others = _fill(
        draft,
        table.quarter_party,
        {PostKind.SECRETARY: 1, PostKind.DEPUTY_SECRETARY: 1, PostKind.MEMBER: 2},
    )
    return TablePeople(secretary, tuple(others), _volunteers(draft, table))


def _volunteers(draft: Draft, table: Table) -> tuple[Holder, ...]:
    return _fill(draft, table.volunteer_point, {PostKind.DIRECTOR: 1, PostKind.VOLUNTEER: 3})


def _served_people(draft: Draft, table: ServedTable) -> ServedTablePeople:
    dice = draft.seed.dice(f"people/{table.number}")
    mandate = _mandate(dice)
    secretary = hold(draft, table.quarter_party.posts[PostKind.SECRETARY], mandate.secretary)
    becomes = dice.choice([PostKind.DIRECTOR, PostKind.DIRECTOR, PostKind.DEPUTY_DIRECTOR])
    project_party = hold(draft, table.enterprise.party.posts[PostKind.MEMBER])
    return ServedTablePeople(
        mandate=mandate,
        secretary=secretary,
        secretary_becomes=becomes,
        quarter_party=_fill(
            draft, table.quarter_party, {PostKind.DEPUTY_SECRETARY: 1, PostKind.MEMBER: 2}
        ),
        owners=_owners(draft, dice, table, mandate, becomes),
        project_party=project_party,
        manager=_manager(draft, dice, table, project_party),
        volunteers=_volunteers(draft, table),
    )


def _mandate(dice: Random) -> Mandate:
    """Secretary first, then the owners' vote, filed within 30 days (Henan 29), for five years."""
    secretary = _day(dice, date(2022, 3, 1), 700)
    voted_on = secretary + timedelta(dice.randrange(30, 240))
    filed_on = voted_on + timedelta(dice.randrange(3, 28))
    return Mandate(
        term(secretary, secretary + timedelta(5 * 365)),
        voted_on,
        filed_on,
        term(filed_on, filed_on + timedelta(5 * 365)),
    )


def _owners(
    draft: Draft, dice: Random, table: ServedTable, mandate: Mandate, taken: PostKind
) -> tuple[Holder, ...]:
    """All members of the committee but the secretary, who takes one of its two first posts."""
    size = dice.choice([5, 5, 7, 7, 7, 9, 11])
    share = dice.choice([0.2, 0.35, 0.4, 0.45, 0.5, 0.6])
    party_members = max(0, round(size * share) - 1)  # the secretary is one already
    posts = table.owners_committee.posts
    free = PostKind.DEPUTY_DIRECTOR if taken is PostKind.DIRECTOR else PostKind.DIRECTOR
    seats = [posts[free], *[posts[PostKind.MEMBER]] * (size - 2)]
    members = [number < party_members for number in range(len(seats))]
    dice.shuffle(members)
    return tuple(
        hold(draft, post, mandate.committee, party_member=is_member)
        for post, is_member in zip(seats, members, strict=True)
    )


def _manager(draft: Draft, dice: Random, table: ServedTable, project_party: Holder) -> Holder:
    """The project manager is often the party's member on the project, but not always."""
    if dice.random() >= 0.6:
        return hold(draft, table.manager)
    appointment = draft.appoint(project_party.person, table.manager, IN_OFFICE)
    return Holder(project_party.person, table.manager, appointment)


def _day(dice: Random, first: date, within: int) -> date:
    return first + timedelta(dice.randrange(within))
