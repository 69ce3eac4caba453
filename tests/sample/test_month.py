from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise

from maplebridge.sample.world import World
from maplebridge_domain.dispute import Act, DisputeState, next_state
from maplebridge_domain.meeting import SubjectKind, check_delegate
from maplebridge_domain.organisation import OrganisationKind, Party
from maplebridge_domain.record import RecordClass, RecordKind, check_record
from maplebridge_domain.rubric import read_rubric

from .lookup import Lookup

DAYS_OFF = {date(2026, 10, day) for day in range(1, 8)}
WORKING_SATURDAY = date(2026, 10, 10)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_every_quarter_meets_weekly_on_working_days_and_once_for_review(
    world: World,
) -> None:
    meetings = defaultdict(list)
    for meeting in world.meetings:
        meetings[meeting["quarter_id"]].append(meeting)
        day = at(meeting["starts_at"]).date()
        assert day not in DAYS_OFF
        assert day.weekday() < 5 or day == WORKING_SATURDAY

    assert set(meetings) == {grid["id"] for grid in world.grids if grid["level"] == "quarter"}
    assert len(meetings) == 57
    for held in meetings.values():
        weeks = [at(meeting["starts_at"]).isocalendar().week for meeting in held]
        assert weeks == [41, 42, 43, 44]
        assert [m["kind"] for m in held].count("monthly_review") == 1


def test_delegates_sit_for_the_party_of_their_organisation_and_every_party_there_is_is_sent(
    world: World,
) -> None:
    look = Lookup(world)
    served = {contract["quarter_id"] for contract in world.contracts}
    where_nobody_serves = set(Party) - {Party.OWNERS_COMMITTEE, Party.ENTERPRISE_PARTY_ORG}
    for attendance in world.attendance:
        for seat in attendance["items"]:
            post = look.posts[look.appointments[seat["appointment_id"]]["post_id"]]
            organisation = look.organisations[post["organisation_id"]]
            check_delegate(Party(seat["party"]), OrganisationKind(organisation["kind"]))
        quarter = look.meetings[attendance["meeting_id"]]["quarter_id"]
        parties = set(Party) if quarter in served else where_nobody_serves
        assert {seat["party"] for seat in attendance["items"]} == parties


def test_no_party_that_a_quarter_has_is_left_out_of_its_meetings(world: World) -> None:
    look = Lookup(world)
    sent: defaultdict[str, set[str]] = defaultdict(set)
    for attendance in world.attendance:
        quarter = look.meetings[attendance["meeting_id"]]["quarter_id"]
        sent[quarter] |= {seat["party"] for seat in attendance["items"]}
    for organisation in world.organisations:
        if organisation["grid_id"] in sent and organisation["kind"] in set(Party):
            assert organisation["kind"] in sent[organisation["grid_id"]]


def test_where_nobody_serves_each_meeting_has_ballots_too(world: World) -> None:
    look = Lookup(world)
    served = {contract["quarter_id"] for contract in world.contracts}
    voted = {ballot["meeting_id"] for ballot in world.ballots}
    elsewhere = [m for m in world.meetings if m["quarter_id"] not in served]
    assert len(elsewhere) == 8 * 4
    assert {meeting["id"] for meeting in elsewhere} <= voted
    kinds = {
        b["subject_kind"] for b in world.ballots if look.meetings[b["meeting_id"]] in elsewhere
    }
    assert kinds == {"organisation", "appointment"}


def test_some_are_absent_and_nobody_is_at_two_meetings_at_once(world: World) -> None:
    look = Lookup(world)
    present = defaultdict(list)
    absent = 0
    for attendance in world.attendance:
        meeting = look.meetings[attendance["meeting_id"]]
        for seat in attendance["items"]:
            absent += not seat["present"]
            if seat["present"]:
                person = look.appointments[seat["appointment_id"]]["person_id"]
                present[person].append((at(meeting["starts_at"]), at(meeting["ends_at"])))
    assert absent
    for sittings in present.values():
        for earlier, later in pairwise(sorted(sittings)):
            assert earlier[1] <= later[0]


def test_no_ballot_is_cast_where_the_rater_has_an_interest(world: World) -> None:
    look = Lookup(world)
    organisations: defaultdict[str, set[str | None]] = defaultdict(set)
    appointments: defaultdict[str, set[str]] = defaultdict(set)
    for person, post, _ in look.posts_held():
        organisation = look.organisations.get(look.posts[post].get("organisation_id"))
        if organisation:
            organisations[person] |= {organisation["id"], look.enterprise(organisation)}
    for appointment in world.appointments:
        appointments[appointment["person_id"]].add(appointment["id"])
    for ballot in world.ballots:
        rater = look.appointments[ballot["rater_id"]]["person_id"]
        if ballot["subject_kind"] == "appointment":
            assert ballot["subject_id"] not in appointments[rater]
        else:
            assert ballot["subject_id"] not in organisations[rater]


def test_about_forty_five_thousand_marks_by_the_rubrics_form_from_delegates_present(
    world: World,
) -> None:
    look = Lookup(world)
    form = read_rubric(world.rubric["rubric"]).ballot_form()
    present = {
        (attendance["meeting_id"], seat["appointment_id"])
        for attendance in world.attendance
        for seat in attendance["items"]
        if seat["present"]
    }
    assert 41_000 <= sum(len(ballot["marks"]) for ballot in world.ballots) <= 49_000
    for ballot in world.ballots:
        meeting = look.meetings[ballot["meeting_id"]]
        assert (ballot["meeting_id"], ballot["rater_id"]) in present
        assert at(meeting["starts_at"]) <= at(ballot["cast_at"]) < at(meeting["ends_at"])
        assert set(ballot["marks"]) <= set(form[SubjectKind(ballot["subject_kind"])])
        assert all(0 <= mark <= 100 for mark in ballot["marks"].values())
    once = Counter((b["meeting_id"], b["rater_id"], b["subject_id"]) for b in world.ballots)
    assert set(once.values()) == {1}


def test_every_enterprise_is_marked_by_three_parties_at_least(world: World) -> None:
    look = Lookup(world)
    parties = defaultdict(set)
    for ballot in world.ballots:
        if ballot["subject_kind"] == "enterprise":
            post = look.posts[look.appointments[ballot["rater_id"]]["post_id"]]
            parties[ballot["subject_id"]].add(look.organisations[post["organisation_id"]]["kind"])
    assert len(parties) == 14
    assert all(len(voted) >= 3 for voted in parties.values())


def test_at_least_sixty_disputes_in_every_state_by_lawful_steps(world: World) -> None:
    states = {dispute["id"]: DisputeState.REPORTED for dispute in world.disputes}
    latest = {dispute["id"]: at(dispute["reported_at"]) for dispute in world.disputes}
    for step in world.steps:
        dispute = step["dispute_id"]
        states[dispute] = next_state(states[dispute], Act(step["act"]), step["satisfaction"])
        assert latest[dispute] < at(step["at"])
        latest[dispute] = at(step["at"])

    assert len(world.disputes) >= 60
    assert set(states.values()) == set(DisputeState)
    assert max(latest.values()) < at("2026-11-01T00:00:00+08:00")


def test_some_tasks_are_done_in_time_some_late_and_some_not_yet(world: World) -> None:
    done = {completion["task_id"]: completion["done_at"] for completion in world.completions}
    meeting_ends = {meeting["id"]: at(meeting["ends_at"]) for meeting in world.meetings}
    late = [t for t in world.tasks if t["id"] in done and at(done[t["id"]]) > at(t["due_at"])]

    assert late
    assert len(late) < len(done) / 2
    assert len(done) < len(world.tasks)
    for task in world.tasks:
        assert task["id"] not in done or at(done[task["id"]]) > meeting_ends[task["meeting_id"]]


def test_records_have_a_class_where_they_must_and_one_is_a_penalty(world: World) -> None:
    kinds = Counter(record["kind"] for record in world.records)
    for record in world.records:
        grade = record["class"]
        check_record(RecordKind(record["kind"]), RecordClass(grade) if grade else None)
        assert record["basis"]
    assert kinds["penalty"] == 1
    assert kinds["commendation"] >= 3
