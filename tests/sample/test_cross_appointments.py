from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pytest

from maplebridge.sample import bodies
from maplebridge.sample.facts import document
from maplebridge.sample.world import World, build
from maplebridge_domain.appointment import check_cross_appointment_term
from maplebridge_domain.cross_appointment import (
    STEPS,
    check_cross_appointment_evidence,
    check_cross_appointment_posts,
)
from maplebridge_domain.owners_vote import Election, Votes, check_votes

from .lookup import Lookup, period

MIDDLE_OF_THE_MONTH = datetime.fromisoformat("2026-10-15T12:00:00+08:00")


def test_each_step_is_taken_exactly_as_often_as_on_the_street(world: World) -> None:
    figures = document("tianqiao")["cross_appointments"]
    steps = Counter(c["step"] for c in world.cross_appointments)
    sources: dict[int, set[str]] = defaultdict(set)
    for crossed in world.cross_appointments:
        sources[crossed["step"]].add(crossed["source_id"])

    assert steps[1] == figures["grid_members_as_party_building_instructors"] == 28
    assert steps[2] == steps[3] == figures["quarter_party_secretaries"] == 49
    assert sources[2] == sources[3]  # the same secretaries take both
    assert steps[4] == figures["property_enterprise_party_secretaries"] == 14
    assert steps[5] == figures["owners_committee_members_as_supervisors"] == 23
    assert [len(sources[step]) for step in range(1, 6)] == [28, 49, 49, 14, 23]


@pytest.mark.parametrize("number", [1, 256, 411104])
def test_every_cross_appointment_keeps_the_rules_of_its_step(number: int) -> None:
    world = build(number)
    look = Lookup(world)
    for crossed in world.cross_appointments:
        step = STEPS[crossed["step"]]
        source = look.appointments[crossed["source_id"]]
        contracts = [crossed["contract_id"]] if crossed["contract_id"] else []
        during = period(crossed["during"])
        check_cross_appointment_posts(
            step,
            look.place(source["post_id"]),
            look.place(crossed["post_id"]),
            [look.contract(contract) for contract in contracts],
        )
        check_cross_appointment_term(
            period(source["during"]),
            during,
            [period(look.contracts[c]["during"]) for c in contracts] if contracts else None,
        )
        declared = crossed["no_interest_declared_on"]
        check_cross_appointment_evidence(
            step,
            party_member=bool(look.people[source["person_id"]]["party_member"]),
            election=_election(crossed["election"]),
            no_interest_declared_on=date.fromisoformat(declared) if declared else None,
            files=[date.fromisoformat(one["dated_on"]) for one in crossed["evidence"]],
            begins_on=during.start.date(),
            today=MIDDLE_OF_THE_MONTH.date(),
        )
        assert step.needs_contract == bool(contracts)
        assert MIDDLE_OF_THE_MONTH in during


def test_no_post_seats_more_than_it_has_seats_and_nobody_sits_in_one_twice(world: World) -> None:
    look = Lookup(world)
    held = defaultdict(list)
    for person, post, during in look.posts_held():
        held[post].append((person, during))
    for post, holders in held.items():
        persons = [person for person, _ in holders]
        assert len(set(persons)) == len(persons)
        assert len(holders) <= look.posts[post]["seats"]  # none of them follows another


def test_owners_committees_have_5_to_11_members_odd_most_over_30_percent_party(
    world: World,
) -> None:
    look = Lookup(world)
    secretaries = {look.appointments[c["source_id"]]["person_id"] for c in world.cross_appointments}
    committees = defaultdict(set)
    for person, post, _ in look.posts_held():
        place = look.posts[post].get("organisation_id")
        if place and look.organisations[place]["kind"] == "owners_committee":
            committees[place].add(person)
    shares = [
        sum(p in secretaries or bool(look.people[p]["party_member"]) for p in committee)
        / len(committee)
        for committee in committees.values()
    ]
    assert len(committees) == 49
    assert {len(committee) for committee in committees.values()} <= {5, 7, 9, 11}
    assert sum(share > 0.3 for share in shares) > len(shares) / 2


def test_committees_are_filed_within_30_days_of_the_vote_and_sit_five_years_at_most(
    world: World,
) -> None:
    for crossed in world.cross_appointments:
        if election := _election(crossed["election"]):
            during = period(crossed["during"])
            assert timedelta(0) < election.filed_on - election.voted_on <= timedelta(30)
            assert during.until is not None
            assert during.until - during.start <= timedelta(5 * 366)


def test_a_committee_of_every_served_quarter_was_elected_and_filed_and_its_seats_are_within_it(
    world: World,
) -> None:
    look = Lookup(world)
    terms = {term["organisation_id"]: period(term["during"]) for term, _ in world.committees}
    assert len(terms) == len(world.committees) == 49
    for term, filing in world.committees:
        voted_on = date.fromisoformat(term["election"]["voted_on"])
        check_votes(Votes(**term["election"]["votes"]))
        assert voted_on <= date.fromisoformat(filing["filed_on"])
    seats = 0
    for _, post, during in look.posts_held():
        organisation = look.posts[post].get("organisation_id")
        if organisation in terms:
            assert during in terms[organisation]
            seats += 1
    assert seats > 5 * 49


def test_one_enterprise_serves_a_quarter_and_every_enterprise_serves_some(world: World) -> None:
    quarters = Counter(contract["quarter_id"] for contract in world.contracts)
    enterprises = Counter(contract["enterprise_id"] for contract in world.contracts)

    assert set(quarters.values()) == {1}
    assert len(enterprises) == 14


def _election(election: bodies.Election | None) -> Election | None:
    if election is None:
        return None
    return Election(
        date.fromisoformat(election["voted_on"]),
        election["filing_number"],
        date.fromisoformat(election["filed_on"]),
        Votes(**election["votes"]),
    )
