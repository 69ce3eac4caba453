"""The five steps of cross-appointment, as often as the street takes each."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256

from maplebridge.sample.bodies import CrossAppointment, Election, File, Period
from maplebridge.sample.committees import Committee
from maplebridge.sample.draft import Draft
from maplebridge.sample.facts import document
from maplebridge.sample.organisations import Organisations, ServedTable
from maplebridge.sample.people import Holder, People, ServedTablePeople
from maplebridge.sample.seed import moment
from maplebridge.sample.street import Community, Quarter
from maplebridge_domain.organisation import PostKind


def cross_appoint(
    draft: Draft,
    communities: tuple[Community, ...],
    organisations: Organisations,
    people: People,
    committees: tuple[Committee, ...],
) -> None:
    """Take all five steps."""
    figures = document("tianqiao")["cross_appointments"]
    _step_1(draft, communities, people, figures["grid_members_as_party_building_instructors"])
    both = zip(organisations.tables, people.tables, committees, strict=True)
    for table, holders, committee in both:
        _step_2(draft, table, holders, committee)
        _step_3(draft, table, holders)
    _step_4(draft, organisations, people)
    _step_5(draft, organisations, people, figures["owners_committee_members_as_supervisors"])


def common(*terms: Period) -> Period:
    """The time in which all of these run."""
    ends = [during["until"] for during in terms if during["until"]]
    return {"from": max(t["from"] for t in terms), "until": min(ends) if ends else None}


def _step_1(draft: Draft, communities: tuple[Community, ...], people: People, number: int) -> None:
    """Grid members who are party members instruct the next quarter of their community."""
    quarters = [quarter for community in communities for quarter in community.quarters]
    chosen = draft.seed.dice("step 1").sample(quarters, number)
    ids = {quarter.grid["id"] for quarter in chosen}
    for community in communities:
        here = [quarter for quarter in community.quarters if quarter.grid["id"] in ids]
        for quarter, neighbour in zip(here, here[1:] + here[:1], strict=True):
            _instruct(draft, people.grid_members[quarter.grid["id"]], neighbour)


def _instruct(draft: Draft, member: Holder, quarter: Quarter) -> None:
    member.person["party_member"] = True
    name = f"{quarter.grid['name']}党建指导员"
    post = draft.grid_post(quarter.grid, PostKind.PARTY_BUILDING_INSTRUCTOR, name)
    during = _later(member.appointment["during"], days=60)
    chosen = date.fromisoformat(during["from"][:10]) - timedelta(days=7)
    evidence = [_file(post["id"], f"{quarter.grid['name']}党建指导员人选决定.pdf", chosen)]
    draft.cross_appoint(1, member.appointment, post, during, evidence=evidence)


def _step_2(
    draft: Draft, table: ServedTable, holders: ServedTablePeople, committee: Committee
) -> CrossAppointment:
    """The secretary leads the owners' committee: elected by the owners and filed."""
    mandate, (term, filing) = holders.mandate, committee
    post, number = table.owners_committee.posts[holders.secretary_becomes], filing["filing_number"]
    return draft.cross_appoint(
        2,
        holders.secretary.appointment,
        post,
        common(mandate.secretary, mandate.committee),
        election=Election(
            voted_on=term["election"]["voted_on"], votes=term["election"]["votes"], **filing
        ),
        evidence=[_file(post["id"], "业主大会决议及备案表.pdf", mandate.filed_on, number)],
    )


def _step_3(draft: Draft, table: ServedTable, holders: ServedTablePeople) -> CrossAppointment:
    """The secretary sits in the party organisation of the enterprise that serves the quarter."""
    return draft.cross_appoint(
        3,
        holders.secretary.appointment,
        table.enterprise.party.posts[PostKind.MEMBER],
        _later(common(holders.mandate.secretary, table.contract["during"]), days=14),
        contract=table.contract,
    )


def _step_4(draft: Draft, organisations: Organisations, people: People) -> None:
    """The enterprise's secretary sits in the party organisation of a community it serves."""
    first: Mapping[str, ServedTable] = {
        table.enterprise.company.id: table for table in reversed(organisations.tables)
    }
    for enterprise in organisations.enterprises:
        table = first[enterprise.company.id]
        source = people.enterprise_secretaries[enterprise.company.id].appointment
        draft.cross_appoint(
            4,
            source,
            table.neighbourhood.party.posts[PostKind.MEMBER],
            _later(common(source["during"], table.contract["during"]), days=21),
            contract=table.contract,
        )


def _step_5(draft: Draft, organisations: Organisations, people: People, number: int) -> None:
    """A member of the owners' committee watches the enterprise, having declared no interest."""
    both = list(zip(organisations.tables, people.tables, strict=True))
    for table, holders in draft.seed.dice("step 5").sample(both, number):
        source = holders.owners[-1].appointment
        during = _later(common(source["during"], table.contract["during"]), days=30)
        declared = date.fromisoformat(during["from"][:10]) - timedelta(days=5)
        post = table.enterprise.company.posts[PostKind.SUPERVISOR]
        draft.cross_appoint(
            5,
            source,
            post,
            during,
            contract=table.contract,
            no_interest_declared_on=declared.isoformat(),
            evidence=[_file(source["id"], "无利害关系声明.pdf", declared)],
        )


def _file(of: str, name: str, dated_on: date, number: str | None = None) -> File:
    """Invent a file: there is nothing behind its digest."""
    digest = sha256(f"{of}/{name}".encode()).hexdigest()
    return File(name=name, sha256=digest, dated_on=dated_on.isoformat(), number=number)


def _later(during: Period, *, days: int) -> Period:
    begins = date.fromisoformat(during["from"][:10]) + timedelta(days)
    return {"from": moment(begins), "until": during["until"]}
