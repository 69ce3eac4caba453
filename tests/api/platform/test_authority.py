"""In what capacity a person acts, and what that allows: by appointments in force and nothing else."""

from datetime import datetime, timedelta

import pytest

from maplebridge_api.platform.authority import Authority
from maplebridge_api.platform.clock import clock
from maplebridge_api.platform.schema import Names, metadata
from tests.world import (
    AT_MEETING,
    NOW,
    TERM,
    TIANQIAO,
    Actor,
    Tianqiao,
    appointment,
    ballot,
    dispute,
    id_of,
    organisation,
    outcome,
    post,
)

HUAYUAN = f"/disputes/{id_of('flooded kitchen')}"
SECRETARY = id_of("wang in huayuan branch")
INSTRUCTOR = id_of("wang on jiayuan")


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered for a second has a test of its own."""
    monkeypatch.setattr(Authority, "SECONDS_MAX", 0.0)


def acting(person: Actor, capacity: str) -> Actor:
    """Return a person who names the capacity that they act in."""
    return Actor(person.http, person.token, {"Acting-Capacity": capacity})


async def with_a_second_office(tianqiao: Tianqiao) -> Actor:
    """Let Wang, secretary in Huayuan, be party-building instructor of Jiayuan as well."""
    body = {"id": INSTRUCTOR, "person_id": id_of("wang"), "post_id": id_of("instructor of jiayuan")}
    await tianqiao.clerk_li.makes("/appointments", body | {"during": TERM})
    await tianqiao.new_events()
    return tianqiao.logged_in("wang")


async def last_capacity(tianqiao: Tianqiao) -> str | None:
    """Return the capacity that the last event names."""
    capacity = await tianqiao.asks("SELECT capacity::text FROM event ORDER BY no DESC LIMIT 1")
    return str(capacity) if capacity else None


async def test_who_holds_one_appointment_acts_by_it_without_saying_so(tianqiao: Tianqiao) -> None:
    wang = tianqiao.logged_in("wang")
    assert outcome(await wang.changes(HUAYUAN, "steps", {"act": "accept"})) == "200"
    assert await last_capacity(tianqiao) == SECRETARY


async def test_what_is_kept_of_an_act_names_the_capacity_as_its_event_does(
    tianqiao: Tianqiao,
) -> None:
    wang = tianqiao.logged_in("wang")
    reported = await wang.makes("/disputes", dispute())
    assert "capacity" not in str(reported)  # who reported is told to nobody who reads the case
    kept = "SELECT reported_in_capacity::text FROM dispute WHERE id = $1"
    assert await tianqiao.asks(kept, reported["id"]) == SECRETARY
    xu = tianqiao.logged_in("xu")
    run = {"street_id": TIANQIAO, "period": {"from": "2026-10-01", "until": "2026-11-01"}}
    run |= {"rubric_id": id_of("rubric"), "kinds": ["credit_rating"]}
    requested = await xu.makes("/evaluation-runs", run)
    assert requested["requested_in_capacity"] == id_of("xu in working committee")
    clerk = await a_clerk(tianqiao)
    record = {"street_id": TIANQIAO, "subject_kind": "enterprise", "kind": "commendation"}
    record |= {"subject_id": id_of("chenguang"), "occurred_on": "2026-10-01"}
    words = {"code": "tidy", "title": "表扬", "basis": "街道决定"}
    entered = await clerk.makes("/records", record | words)
    assert entered["entered_in_capacity"] == id_of("zhao as clerk")
    assert await last_capacity(tianqiao) == id_of("zhao as clerk")
    by_system = await tianqiao.clerk_li.makes("/records", record | words)
    assert by_system["entered_in_capacity"] is None


async def a_clerk(tianqiao: Tianqiao) -> Actor:
    """Let Zhao be a clerk of the street, and act as one."""
    for path, body in (
        post("clerks", "clerk", "working committee", seats=3),
        appointment("zhao as clerk", "zhao", "clerks"),
    ):
        await tianqiao.clerk_li.makes(path, body)
    return acting(tianqiao.logged_in("zhao"), id_of("zhao as clerk"))


def test_wherever_a_row_says_who_acts_it_says_in_what_capacity() -> None:
    """But for the keys of repeated requests, which are the client's and no record of an act."""
    for table in metadata.tables.values():
        named = [column.info.get("names") for column in table.columns]
        if Names.ACTOR in named and table.name != "idempotency":
            acts = [c.name for c in table.columns if c.info.get("names") == Names.ACTOR]
            capacities = [c.name for c in table.columns if c.name.endswith("capacity")]
            assert len(acts) <= len(capacities), table.name
    named_as = {
        c.name for t in metadata.tables.values() for c in t.columns if c.name[-8:] == "capacity"
    }
    assert named_as == {
        "capacity",
        "confirmed_in_capacity",
        "decided_in_capacity",
        "entered_in_capacity",
        "proposed_in_capacity",
        "reported_in_capacity",
        "requested_in_capacity",
    }


async def test_who_holds_two_says_by_which_where_it_matters(tianqiao: Tianqiao) -> None:
    wang = await with_a_second_office(tianqiao)
    assert outcome(await wang.gets("/grids")) == "200"  # the same by either
    answer = await wang.gets("/disputes")
    assert outcome(answer) == "422 capacity_needed"
    assert INSTRUCTOR in answer.text
    assert SECRETARY in answer.text
    secretary = acting(wang, SECRETARY)
    assert outcome(await secretary.changes(HUAYUAN, "steps", {"act": "accept"})) == "200"
    assert await last_capacity(tianqiao) == SECRETARY


async def test_who_stands_for_a_unit_sees_and_handles_its_cases_and_no_others(
    tianqiao: Tianqiao,
) -> None:
    """A building party group's secretary; a case that names a unit of another quarter is its quarter's."""
    clerk = tianqiao.clerk_li
    for path, body in (
        organisation("group", "building_party_group", "huayuan unit 1"),
        post("secretary of group", "secretary", "group"),
        appointment("zhao in group", "zhao", "secretary of group"),
    ):
        await clerk.makes(path, body)
    zhao = acting(tianqiao.logged_in("zhao"), id_of("zhao in group"))
    own, other, astray = [
        (await clerk.makes("/disputes", dispute(grid_id=grid, **more)))["id"]
        for grid, more in (
            (id_of("huayuan unit 1"), {}),
            (id_of("huayuan unit 2"), {}),
            (id_of("huayuan unit 1"), {"quarter_id": id_of("jiayuan")}),
        )
    ]
    for query in ("", f"?quarter_id={id_of('huayuan')}"):
        page = (await zhao.gets(f"/disputes{query}")).json()
        assert [one["id"] for one in page["items"]] == [own]
    assert outcome(await zhao.changes(f"/disputes/{own}", "steps", {"act": "accept"})) == "200"
    for hidden in (other, astray, id_of("flooded kitchen")):
        assert outcome(await zhao.gets(f"/disputes/{hidden}")) == "404 not_found"
        step = await zhao.posts(
            f"/disputes/{hidden}/steps", {"act": "accept"}, headers={"If-Match": '"1"'}
        )
        assert outcome(step) == "404 not_found"
    wang = tianqiao.logged_in("wang")
    seen = {one["id"] for one in (await wang.gets("/disputes")).json()["items"]}
    assert seen == {own, other, id_of("flooded kitchen")}


async def test_rights_never_add_up(tianqiao: Tianqiao) -> None:
    """By one office Wang sees Huayuan's cases and hosts there, by the other Jiayuan's cases only."""
    wang = await with_a_second_office(tianqiao)
    instructor, secretary = acting(wang, INSTRUCTOR), acting(wang, SECRETARY)
    for office, hosts in ((secretary, "422 empty_period"), (instructor, "403 right_missing")):
        meeting = {"quarter_id": id_of("huayuan"), "kind": "weekly", "hall": "议事厅"}
        never = {"starts_at": AT_MEETING, "ends_at": AT_MEETING}
        assert outcome(await office.posts("/meetings", meeting | never)) == hosts
    assert outcome(await secretary.gets(HUAYUAN)) == "200"
    assert outcome(await instructor.gets(HUAYUAN)) == "404 not_found"
    assert (await instructor.gets("/disputes")).json()["items"] == []
    step = {"If-Match": '"1"'}
    answer = await instructor.posts(f"{HUAYUAN}/steps", {"act": "accept"}, headers=step)
    assert outcome(answer) == "404 not_found"
    # Nor by what is one's own: what was reported in one capacity is seen in that one, also when it is over.
    resident = acting(wang, "resident")
    official, private = [
        (await capacity.makes("/disputes", dispute(quarter_id=id_of(quarter))))["id"]
        for capacity, quarter in ((secretary, "huayuan"), (resident, "laoyuan"))
    ]

    async def sees(capacity: Actor) -> list[str]:
        listed = {one["id"] for one in (await capacity.gets("/disputes")).json()["items"]}
        single = [
            id_
            for id_ in (official, private)
            if outcome(await capacity.gets(f"/disputes/{id_}")) == "200"
        ]
        assert listed & {official, private} == {*single}
        return single

    assert [await sees(one) for one in (secretary, instructor, resident)] == [
        [official],
        [],
        [private],
    ]
    end = {"at": NOW.isoformat(), "reason": "transfer"}
    await tianqiao.clerk_li.changes(f"/appointments/{SECRETARY}", "end", end)
    assert [await sees(one) for one in (instructor, resident)] == [[], [private]]


async def test_nobody_acts_by_what_is_not_theirs(tianqiao: Tianqiao) -> None:
    wang = tianqiao.logged_in("wang")
    for capacity in (id_of("xu in working committee"), id_of("next person"), "secretary", " "):
        answer = await acting(wang, capacity).gets("/grids")
        assert outcome(answer) == "403 capacity_not_held", capacity


async def test_rights_end_with_the_appointment_tokens_notwithstanding(tianqiao: Tianqiao) -> None:
    wang, liu = await tianqiao.in_office("wang in huayuan branch"), tianqiao.logged_in("liu")
    assert outcome(await wang.gets("/households")) == "200"
    assert outcome(await liu.gets("/ballots")) == "200"
    for office in ("wang in huayuan branch", "liu in library"):
        ended = await tianqiao.clerk_li.changes(
            f"/appointments/{id_of(office)}",
            "end",
            {"at": NOW.isoformat(), "reason": "resignation"},
        )
        assert outcome(ended) == "200"
    assert outcome(await wang.gets("/households")) == "403 capacity_not_held"
    assert outcome(await liu.gets("/ballots")) == "403 right_missing"
    assert outcome(await liu.gets("/grids")) == "200"  # who held a post lives here still


async def test_a_term_ends_to_the_second_whatever_is_remembered(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Authority, "SECONDS_MAX", 3600.0)
    wang = tianqiao.logged_in("wang")
    until = datetime.fromisoformat(TERM["until"])
    clock.set_to = until - timedelta(seconds=1)
    assert outcome(await wang.gets("/households")) == "200"
    clock.set_to = until
    assert outcome(await wang.gets("/households")) == "403 right_missing"


async def test_what_was_found_is_remembered_for_a_second_and_no_longer(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Authority, "SECONDS_MAX", 1.0)
    passed = 1000.0
    monkeypatch.setattr("maplebridge_api.platform.authority.time.monotonic", lambda: passed)
    wang = tianqiao.logged_in("wang")
    assert outcome(await wang.gets("/households")) == "200"
    place = f"/appointments/{SECRETARY}"
    await tianqiao.clerk_li.changes(place, "end", {"at": NOW.isoformat(), "reason": "resignation"})
    passed += 1.0
    assert outcome(await wang.gets("/households")) == "403 right_missing"


async def test_a_resident_sees_their_own_cases_and_no_other(tianqiao: Tianqiao) -> None:
    await tianqiao.clerk_li.makes(
        "/people", {"id": id_of("gao"), "street_id": 411104001, "name": "高"}
    )
    gao = tianqiao.logged_in("gao")
    assert (await gao.gets("/disputes")).json()["items"] == []
    assert outcome(await gao.gets(HUAYUAN)) == "404 not_found"
    own = await gao.makes("/disputes", dispute())
    assert (await gao.gets("/disputes")).json()["items"] == [own]
    assert (await gao.gets(f"/disputes/{own['id']}")).json() == own
    assert outcome(await gao.changes(f"/disputes/{own['id']}", "steps", {"act": "accept"})) == (
        "403 right_missing"
    )
    assert outcome(await gao.gets("/people")) == "403 right_missing"
    assert (await gao.gets("/capacities")).json() == {"items": []}


async def test_who_holds_an_office_may_act_as_a_resident(tianqiao: Tianqiao) -> None:
    wang = acting(tianqiao.logged_in("wang"), "resident")
    await wang.makes("/disputes", dispute())
    assert await last_capacity(tianqiao) is None
    assert outcome(await wang.gets("/households")) == "403 right_missing"


async def test_an_enterprise_sees_the_cases_of_the_quarters_that_it_serves(
    tianqiao: Tianqiao,
) -> None:
    elsewhere = await tianqiao.clerk_li.makes("/disputes", dispute(quarter_id=id_of("jiayuan")))
    qian = tianqiao.logged_in("qian")
    seen = [one["id"] for one in (await qian.gets("/disputes")).json()["items"]]
    assert id_of("flooded kitchen") in seen
    assert elsewhere["id"] not in seen
    clock.set_to = datetime.fromisoformat(TERM["until"]) - timedelta(seconds=1)
    assert outcome(await qian.gets(HUAYUAN)) == "200"


async def test_a_delegate_sees_their_own_ballots_the_host_those_of_the_meeting(
    tianqiao: Tianqiao,
) -> None:
    liu, wang = tianqiao.logged_in("liu"), tianqiao.logged_in("wang")
    own = await liu.makes("/ballots", ballot("liu in library", "enterprise", "chenguang"))
    other = await wang.makes(
        "/ballots", ballot("chen in huayuan committee", "organisation", "library")
    )
    assert own["cast_at"] == AT_MEETING
    assert (await liu.gets("/ballots")).json()["items"] == [own]
    assert outcome(await liu.gets(f"/ballots/{other['id']}")) == "404 not_found"
    assert len((await wang.gets("/ballots")).json()["items"]) == 2
    instructor = acting(await with_a_second_office(tianqiao), INSTRUCTOR)
    assert (await instructor.gets("/ballots")).json()["items"] == []


async def test_a_person_is_told_in_what_capacities_they_can_act(tianqiao: Tianqiao) -> None:
    wang = await with_a_second_office(tianqiao)
    items = (await wang.gets("/capacities")).json()["items"]
    assert [(one["id"], one["role"]) for one in items] == sorted(
        [(SECRETARY, "quarter_secretary"), (INSTRUCTOR, "party_building_instructor")]
    )
    places = {one["role"]: one["place"] for one in items}
    assert places["party_building_instructor"] == ["411104001/001/0002/"]
    assert items[0]["rights"]["read"] == "street"


async def test_whoever_merely_lives_here_reads_the_notice_board_and_no_ledger(
    tianqiao: Tianqiao,
) -> None:
    gao = tianqiao.logged_in("zheng")
    for path in ("/streets", "/grids", "/organisations", "/posts", "/office-holders", "/meetings"):
        assert outcome(await gao.gets(path)) == "200", path
    meeting = f"/meetings/{id_of('meeting')}/attendance"
    for path in ("/households", "/tasks", meeting, "/evaluation-results", "/evaluation-runs"):
        assert outcome(await gao.gets(path)) == "403 right_missing", path


async def test_ledgers_are_read_in_ones_place_and_of_ones_own_meetings(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    later = {"starts_at": "2026-10-20T19:00:00+08:00", "ends_at": "2026-10-20T20:00:00+08:00"}
    laoyuan = {"quarter_id": id_of("laoyuan"), "kind": "weekly", "hall": "议事厅"} | later
    far = (await clerk.makes("/meetings", laoyuan))["id"]
    task = {"organisation_id": id_of("library"), "title": "清理楼道"}
    task |= {"due_at": "2026-11-20T00:00:00+08:00"}
    near_task, far_task = [
        (await clerk.makes("/tasks", task | {"meeting_id": id_}))["id"]
        for id_ in (id_of("meeting"), far)
    ]

    async def sees(name: str) -> list[str]:
        person = await tianqiao.in_office(name)
        tasks = [one["id"] for one in (await person.gets("/tasks")).json()["items"]]
        assert outcome(await person.gets(f"/tasks/{far_task}")) == (
            "200" if far_task in tasks else "404 not_found"
        )
        attended = [
            outcome(await person.gets(f"/meetings/{id_}/attendance"))
            for id_ in (id_of("meeting"), far)
        ]
        households = len((await person.gets("/households")).json()["items"])
        return [*tasks, *attended, str(households)]

    assert await sees("xu in working committee") == [far_task, near_task, "200", "200", "2"]
    for name in ("wang in huayuan branch", "lin on huayuan", "he in binhe committee"):
        assert await sees(name) == [near_task, "200", "404 not_found", "2"], name
    assert await sees("liu in library") == [near_task, "200", "404 not_found", "0"]
    assert await sees("qian in chenguang") == ["404 not_found", "404 not_found", "0"]


async def test_a_capacity_is_named_in_capital_letters_too(tianqiao: Tianqiao) -> None:
    wang = acting(await with_a_second_office(tianqiao), INSTRUCTOR.upper())
    assert outcome(await wang.gets("/disputes")) == "200"
