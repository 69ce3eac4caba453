"""Arranging meetings, the host's list, and what is given out to be done."""

from asyncio import gather

from tests.world import DELEGATES, MEETING, Json, Tianqiao, id_of, outcome, outcomes

PLACE: Json = {"quarter_id": id_of("huayuan"), "kind": "weekly", "hall": "议事厅"}
LIST = f"/meetings/{id_of('meeting')}/attendance"


async def test_a_quarter_holds_one_meeting_at_a_time(tianqiao: Tianqiao) -> None:
    overlapping = PLACE | {
        "starts_at": "2026-10-13T20:00:00+08:00",
        "ends_at": "2026-10-13T22:00:00+08:00",
    }
    answer = await tianqiao.clerk_li.posts("/meetings", overlapping)
    assert outcome(answer) == "409 meetings_overlap"
    backwards = PLACE | {"starts_at": MEETING["ends_at"], "ends_at": MEETING["starts_at"]}
    assert outcome(await tianqiao.clerk_li.posts("/meetings", backwards)) == "422 empty_period"
    assert await tianqiao.new_events() == []


async def test_a_meeting_is_tied_to_the_rubric_of_its_day(tianqiao: Tianqiao) -> None:
    found = (await tianqiao.clerk_li.gets(f"/meetings/{id_of('meeting')}")).json()
    assert found["rubric_id"] == id_of("rubric")
    listed = await tianqiao.clerk_li.gets(f"/meetings?quarter_id={id_of('huayuan')}")
    assert listed.json()["items"] == [found]


async def test_a_second_list_takes_the_place_of_the_first(tianqiao: Tianqiao) -> None:
    assert len((await tianqiao.clerk_li.gets(LIST)).json()["items"]) == len(DELEGATES)
    late = {"appointment_id": id_of("zhao in volunteers"), "party": "volunteer_point"}
    new = {"items": [late | {"present": True}]}
    assert (await tianqiao.clerk_li.replaces(LIST, new)).status_code == 200
    items = (await tianqiao.clerk_li.gets(LIST)).json()["items"]
    present = [item["appointment_id"] for item in items if item["present"]]
    assert present == [id_of("zhao in volunteers")]
    assert await tianqiao.new_events() == ["meeting.attendance_listed"]


async def test_of_two_hosts_who_enter_a_list_at_once_one_hears_that_it_changed(
    tianqiao: Tianqiao,
) -> None:
    read = await tianqiao.clerk_li.gets(LIST)
    version = {"If-Match": read.headers["etag"]}
    chen, liu = ({"items": [item]} for item in read.json()["items"][:2])
    answers = await gather(
        tianqiao.clerk_li.puts(LIST, chen, headers=version),
        tianqiao.clerk_zheng.puts(LIST, liu, headers=version),
    )
    assert outcomes(answers) == ["200", "412 stale"]
    assert await tianqiao.new_events() == ["meeting.attendance_listed"]


async def test_who_has_entered_a_list_has_its_new_version(tianqiao: Tianqiao) -> None:
    items = (await tianqiao.clerk_li.gets(LIST)).json()["items"]
    first = await tianqiao.clerk_li.replaces(LIST, {"items": items[:1]})
    read = await tianqiao.clerk_li.gets(LIST)
    assert (first.json(), first.headers["etag"]) == (read.json(), read.headers["etag"])
    again = {"If-Match": first.headers["etag"]}
    second = await tianqiao.clerk_li.puts(LIST, {"items": items}, headers=again)
    assert (second.status_code, second.json()["items"]) == (200, items)


async def test_a_delegate_sits_for_the_party_of_the_organisation(tianqiao: Tianqiao) -> None:
    wrong = {"appointment_id": id_of("liu in library"), "party": "volunteer_point"}
    answer = await tianqiao.clerk_li.replaces(LIST, {"items": [wrong | {"present": True}]})
    assert outcome(answer) == "422 not_of_that_party"
    assert answer.json()["errors"][0]["pointer"] == "/items/0/party"
    nobody = {"appointment_id": id_of("next person"), "party": "volunteer_point"}
    answer = await tianqiao.clerk_li.replaces(LIST, {"items": [nobody | {"present": True}]})
    assert outcome(answer) == "404 not_found"
    assert await tianqiao.new_events() == []


async def test_a_delegate_is_on_the_list_once(tianqiao: Tianqiao) -> None:
    liu = {"appointment_id": id_of("liu in library"), "party": "resident_unit"}
    twice = {"items": [liu | {"present": True}, liu | {"present": False}]}
    answer = await tianqiao.clerk_li.replaces(LIST, twice)
    assert outcome(answer) == "422 listed_twice"
    assert answer.json()["errors"][0]["pointer"] == "/items/1/appointment_id"
    assert await tianqiao.new_events() == []


async def test_a_task_is_given_out_and_completed_once(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    task = {
        "meeting_id": id_of("meeting"),
        "organisation_id": id_of("chenguang"),
        "title": "修好电梯",
        "due_at": "2026-10-20T00:00:00+08:00",
    }
    made = await clerk.makes("/tasks", task)
    place = f"/tasks/{made['id']}"
    done = {"done_at": "2026-10-19T10:00:00+08:00"}
    answer = await clerk.changes(place, "completion", done)
    assert answer.json()["done_at"] == done["done_at"]
    assert outcome(await clerk.changes(place, "completion", {})) == "409 task_done"
    listed = await clerk.gets(f"/tasks?organisation_id={id_of('chenguang')}")
    assert listed.json()["items"] == [answer.json()]
    assert await tianqiao.new_events() == ["task.created", "task.completed"]


async def test_a_task_is_not_done_before_it_was_given_out_nor_in_the_future(
    tianqiao: Tianqiao,
) -> None:
    """Otherwise a late task could be entered as done in time."""
    task = {
        "meeting_id": id_of("meeting"),
        "organisation_id": id_of("chenguang"),
        "title": "修好电梯",
        "due_at": "2026-12-20T00:00:00+08:00",
    }
    place = f"/tasks/{(await tianqiao.clerk_li.makes('/tasks', task))['id']}"
    await tianqiao.new_events()
    for done_at in ("2026-10-13T18:59:59+08:00", "2026-11-02T09:00:01+08:00"):
        answer = await tianqiao.clerk_li.changes(place, "completion", {"done_at": done_at})
        assert outcome(answer) == "422 done_out_of_time"
    assert await tianqiao.new_events() == []
    done = await tianqiao.clerk_li.changes(place, "completion", {})
    assert done.json()["done_at"] == "2026-11-02T09:00:00+08:00"
