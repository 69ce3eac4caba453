"""An office reaches its own grid and what lies below: no act beyond it, whichever slice it is in."""

from tests.world import MEETING, Json, Tianqiao, ballot, dispute, id_of, outcome

HERE, BEYOND = "jiayuan", "laoyuan"  # He leads Binhe's committee; Laoyuan lies in Tiegong
MEETING_PLACE: Json = {"kind": "weekly", "hall": "议事厅"} | MEETING


async def acts(tianqiao: Tianqiao, quarter: str) -> list[str]:
    """Let He do in a quarter everything that a community's secretary may do somewhere."""
    clerk, he = tianqiao.clerk_li, await tianqiao.in_office("he in binhe committee")
    place = {"quarter_id": id_of(quarter)}
    later = {"starts_at": "2026-10-20T19:00:00+08:00", "ends_at": "2026-10-20T21:00:00+08:00"}
    meeting = (await clerk.makes("/meetings", MEETING_PLACE | place))["id"]
    task = {"meeting_id": meeting, "organisation_id": id_of("chenguang"), "title": "修路"}
    task |= {"due_at": "2026-11-20T00:00:00+08:00"}
    given = (await clerk.makes("/tasks", task))["id"]
    reported = (await clerk.makes("/disputes", dispute(**place)))["id"]
    liu = {"appointment_id": id_of("liu in library"), "party": "resident_unit", "present": True}
    attendance = f"/meetings/{meeting}/attendance"
    await clerk.replaces(attendance, {"items": [liu]})
    await tianqiao.new_events()

    cast = ballot("liu in library", "enterprise", "chenguang", meeting_id=meeting)
    first = {"If-Match": '"1"'}
    answers = [
        await he.posts("/meetings", MEETING_PLACE | place | later),
        await he.puts(attendance, {"items": [liu]}, headers={"If-Match": '"2"'}),
        await he.posts("/tasks", task),
        await he.posts("/tasks/batch", {"items": [task]}),
        await he.posts(f"/tasks/{given}/completion", {}, headers=first),
        await he.posts("/disputes", dispute(**place)),
        await he.posts(f"/disputes/{reported}/steps", {"act": "accept"}, headers=first),
        await he.posts("/ballots", cast),
        await he.posts("/ballots/batch", {"items": [cast | {"rater_id": id_of("liu in library")}]}),
    ]
    return [outcome(answer) for answer in answers]


async def test_a_community_secretary_acts_in_every_quarter_of_the_community(
    tianqiao: Tianqiao,
) -> None:
    assert await acts(tianqiao, HERE) == [
        *("201", "200", "201", "201", "200", "201", "200", "201"),
        "409 already_marked",  # the same ballot once more
    ]


async def test_and_in_none_of_another_community(tianqiao: Tianqiao) -> None:
    assert await acts(tianqiao, BEYOND) == [
        *["403 right_missing"] * 5,
        "201",  # whoever lives in the street reports anywhere in it
        "404 not_found",  # but does not see the cases there
        *["403 right_missing"] * 2,
    ]
    assert await tianqiao.new_events() == ["dispute.reported"]


async def test_a_quarter_whose_number_begins_alike_is_beyond_reach(tianqiao: Tianqiao) -> None:
    """`.../0001` is no ancestor of `.../00012`: the path is compared by segments."""
    he = await tianqiao.in_office("he in binhe committee")
    await tianqiao.asks(
        "UPDATE grid_placement SET path = replace(path, '/002/', '/0019/')"
        " WHERE path LIKE '411104001/002/%'"
    )
    later = {"starts_at": "2026-10-30T19:00:00+08:00", "ends_at": "2026-10-30T20:00:00+08:00"}
    answer = await he.posts("/meetings", MEETING_PLACE | {"quarter_id": id_of(BEYOND)} | later)
    assert outcome(answer) == "403 right_missing"
