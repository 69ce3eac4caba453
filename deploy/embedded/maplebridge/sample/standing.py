"""Who sits at a table, whose work is marked there and how good it is, and who is recused."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from maplebridge.sample.draft import Draft
from maplebridge.sample.organisations import Office, Organisations, ServedTable, Table
from maplebridge.sample.people import Holder, People
from maplebridge.sample.seed import Seed
from maplebridge_domain.meeting import SubjectKind
from maplebridge_domain.organisation import OrganisationKind, Party, PostKind


@dataclass(frozen=True)
class Delegate:
    """Somebody who sits at the table for a party."""

    party: Party
    holder: Holder


@dataclass(frozen=True)
class Subject:
    """Whose work is marked: an appointment, an organisation or an enterprise."""

    kind: SubjectKind
    id: str
    organisation_id: str | None
    person_id: str | None
    quality: int


@dataclass(frozen=True)
class Interests:
    """The organisations in which each person has an interest."""

    organisations: Mapping[str, frozenset[str]]

    def lie_in(self, subject: Subject, person_id: str) -> bool:
        """Whether this person must not mark this subject."""
        if subject.person_id == person_id:
            return True
        return subject.organisation_id in self.organisations[person_id]


def interests(draft: Draft) -> Interests:
    """Derive the interests from appointments: own organisation, its enterprise, its party body."""
    parties = [o for o in draft.organisations if o["kind"] == OrganisationKind.ENTERPRISE_PARTY_ORG]
    post_of = {post["id"]: post.get("organisation_id") for post in draft.posts}
    person_of = {a["id"]: a["person_id"] for a in draft.appointments}
    parent_of = {o["id"]: o["parent_id"] for o in parties if o["parent_id"]}
    child_of = {parent: child for child, parent in parent_of.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for appointment in draft.appointments:
        found[appointment["person_id"]].add(post_of[appointment["post_id"]] or "")
    for cross in draft.cross_appointments:
        found[person_of[cross["source_id"]]].add(post_of[cross["post_id"]] or "")
    near = {**parent_of, **child_of}
    return Interests(
        {
            person: frozenset(own | {near[o] for o in own if o in near})
            for person, own in found.items()
        }
    )


def delegates(organisations: Organisations, people: People, table: Table) -> tuple[Delegate, ...]:
    """Who is sent to this table by each of the parties that there are: six, four where nobody serves."""
    holders = people.at(table)
    sent = {
        Party.COMMUNITY_PARTY_ORG: _liaisons(people, table),
        Party.QUARTER_PARTY_ORG: (holders.secretary, *holders.quarter_party[:2]),
        Party.RESIDENT_UNIT: people.resident_units[table.resident_unit.id][:2],
        Party.VOLUNTEER_POINT: holders.volunteers[:2],
    }
    if isinstance(table, ServedTable):
        owners = people.tables[table.number].owners
        sent[Party.OWNERS_COMMITTEE] = (*owners[:2], owners[-1])
        sent[Party.ENTERPRISE_PARTY_ORG] = _from_enterprise(organisations, people, table)
    return tuple(Delegate(party, holder) for party in Party for holder in sent.get(party, ()))


def _liaisons(people: People, table: Table) -> tuple[Holder, ...]:
    committee = people.community_party[table.neighbourhood.party.id]
    first = table.number % len(committee)
    return committee[first], committee[first - len(committee) // 2]


def _from_enterprise(
    organisations: Organisations, people: People, table: ServedTable
) -> tuple[Holder, ...]:
    """The party's member on the project; at the enterprise's first table its secretary as well."""
    here = people.tables[table.number].project_party
    first = next(t for t in organisations.tables if t.enterprise is table.enterprise)
    if table is first:
        return here, people.enterprise_secretaries[table.enterprise.company.id]
    return (here,)


def subjects(seed: Seed, people: People, table: Table) -> tuple[Subject, ...]:
    """Whose work this table marks: the enterprise, the parties, and those who hold office here."""
    offices = [_organisation(office, own_quality(seed, office.id)) for office in table.offices]
    holders = [_office_holder(seed, table, holder) for holder in _marked(people, table)]
    if not isinstance(table, ServedTable):
        return *offices, *holders
    company, party = table.enterprise.company, table.enterprise.party
    return (
        Subject(SubjectKind.ENTERPRISE, company.id, company.id, None, table.enterprise.quality),
        *offices,
        _organisation(party, enterprise_party_quality(seed, table)),
        *holders,
    )


def _organisation(office: Office, quality: int) -> Subject:
    return Subject(SubjectKind.ORGANISATION, office.id, office.id, None, quality)


def own_quality(seed: Seed, thing: str) -> int:
    """How well an office works that depends on nobody else."""
    return 76 + seed.dice(f"quality/{thing}").randrange(21)


def enterprise_party_quality(seed: Seed, table: ServedTable) -> int:
    """An enterprise's party organisation is judged by its enterprise more than by itself."""
    enterprise = table.enterprise
    return (2 * enterprise.quality + own_quality(seed, enterprise.party.id)) // 3


def _marked(people: People, table: Table) -> tuple[Holder, ...]:
    holders = people.at(table)
    owners: tuple[Holder, ...] = ()
    of_enterprise: tuple[Holder, ...] = ()
    if isinstance(table, ServedTable):
        served = people.tables[table.number]
        owners, of_enterprise = served.owners[:2], (served.manager, served.project_party)
    return (
        holders.secretary,
        *holders.quarter_party[:2],
        *owners,
        *holders.volunteers[:2],
        *of_enterprise,
        people.grid_members[table.quarter.grid["id"]],
        _liaisons(people, table)[0],
    )


def _office_holder(seed: Seed, table: Table, holder: Holder) -> Subject:
    quality = own_quality(seed, holder.appointment["id"])
    if isinstance(table, ServedTable) and holder.post["kind"] == PostKind.MANAGER:
        quality = (2 * table.enterprise.quality + quality) // 3
    return Subject(
        SubjectKind.APPOINTMENT,
        holder.appointment["id"],
        holder.post.get("organisation_id"),
        holder.person["id"],
        quality,
    )
