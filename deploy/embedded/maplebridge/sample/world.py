"""The whole sample street as the bodies that a client sends: the same seed, the same bytes."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maplebridge.sample import bodies
from maplebridge.sample.ballots import vote
from maplebridge.sample.committees import Committee, elect
from maplebridge.sample.disputes import disputes
from maplebridge.sample.draft import Draft
from maplebridge.sample.facts import document
from maplebridge.sample.five_steps import cross_appoint
from maplebridge.sample.hierarchy import subordinate
from maplebridge.sample.month import Sitting, decide, sittings
from maplebridge.sample.organisations import Organisations, Table, found
from maplebridge.sample.people import People, employ, staff
from maplebridge.sample.records import records
from maplebridge.sample.seed import Seed
from maplebridge.sample.standing import Subject, delegates, interests, subjects
from maplebridge.sample.street import lay_out, settle
from maplebridge_domain.rubric import Rubric
from maplebridge_domain.rubrics import shipped_rubric


@dataclass(frozen=True)
class World:
    """A street and one month of it, in the API's shape."""

    seed: int
    street: bodies.Street
    grids: tuple[bodies.Grid, ...]
    households: tuple[bodies.Household, ...]
    organisations: tuple[bodies.Organisation, ...]
    posts: tuple[bodies.Post, ...]
    people: tuple[bodies.Person, ...]
    contracts: tuple[bodies.Contract, ...]
    appointments: tuple[bodies.Appointment, ...]
    committees: tuple[Committee, ...]
    cross_appointments: tuple[bodies.CrossAppointment, ...]
    rubric: bodies.RubricVersion
    meetings: tuple[bodies.Meeting, ...]
    attendance: tuple[bodies.Attendance, ...]
    tasks: tuple[bodies.Task, ...]
    completions: tuple[bodies.Completion, ...]
    ballots: tuple[bodies.Ballot, ...]
    disputes: tuple[bodies.Dispute, ...]
    steps: tuple[bodies.Step, ...]
    records: tuple[bodies.Record, ...]
    #: The appointment of the street's party secretary, who confirms results.
    secretary_id: str


def build(number: int) -> World:
    """Grow the street of this seed number."""
    seed = Seed(number)
    street = document("tianqiao")["street"]
    draft = Draft(seed, street["code"])
    rubric = shipped_rubric("luohe")
    communities = lay_out(draft)
    settle(draft, communities)
    organisations = found(draft, communities)
    subordinate(draft, organisations)
    people = staff(draft, communities, organisations)
    committees = elect(draft, organisations, people)
    cross_appoint(draft, communities, organisations, people, committees)
    employ(draft, organisations)
    cases = disputes(seed, communities, organisations)
    return World(
        seed=number,
        street=_street(draft, street),
        grids=tuple(draft.grids),
        households=tuple(draft.households),
        organisations=tuple(draft.organisations),
        posts=tuple(draft.posts),
        people=tuple(draft.people),
        contracts=tuple(draft.contracts),
        appointments=tuple(draft.appointments),
        committees=committees,
        cross_appointments=tuple(draft.cross_appointments),
        rubric=_rubric(draft, rubric),
        disputes=tuple(dispute for dispute, _ in cases),
        steps=tuple(step for _, steps in cases for step in steps),
        records=tuple(records(seed, street["code"], organisations)),
        secretary_id=people.working_secretary.appointment["id"],
        **_month(draft, organisations, people, rubric),
    )


def _month(
    draft: Draft, organisations: Organisations, people: People, rubric: Rubric
) -> dict[str, Any]:
    held = list(_tables_month(draft.seed, organisations, people))
    recused = interests(draft)
    form = rubric.ballot_form()
    decided = [one for table, sitting, _ in held for one in decide(draft.seed, table, sitting)]
    return {
        "meetings": tuple(sitting.meeting for _, sitting, _ in held),
        "attendance": tuple(sitting.attendance for _, sitting, _ in held),
        "tasks": tuple(task for task, _ in decided),
        "completions": tuple(completion for _, completion in decided if completion),
        "ballots": tuple(
            ballot
            for _, sitting, before in held
            for ballot in vote(draft.seed, sitting, before, recused, form)
        ),
    }


def _tables_month(
    seed: Seed, organisations: Organisations, people: People
) -> Iterator[tuple[Table, Sitting, tuple[Subject, ...]]]:
    places: Counter[str] = Counter()
    for table in (*organisations.tables, *organisations.unserved):
        community = table.neighbourhood.community.grid["id"]
        before = subjects(seed, people, table)
        sent = delegates(organisations, people, table)
        for sitting in sittings(seed, table, places[community], sent):
            yield table, sitting, before
        places[community] += 1


def _street(draft: Draft, facts: dict[str, Any]) -> bodies.Street:
    return bodies.Street(
        street_id=facts["code"],
        grid_id=draft.root_id,
        name=facts["name"],
        district=facts["district"],
        city=facts["city"],
        province=facts["province"],
    )


def _rubric(draft: Draft, rubric: Rubric) -> bodies.RubricVersion:
    return bodies.RubricVersion(
        id=draft.seed.id("rubric", f"{rubric.code}/{rubric.version}"),
        street_id=draft.street_id,
        rubric=json.loads(rubric.canonical_json()),
    )
