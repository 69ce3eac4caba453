"""Weekly meetings held, in time and missing, by quarter."""

from tests.world import DELEGATES, TIANQIAO, Actor, Json, Tianqiao, id_of, outcome

OCTOBER = {"from": "2026-10-01", "until": "2026-11-01"}


async def weeks_of(actor: Actor, of: str = f"root {TIANQIAO}", **params: str | int) -> Json:
    asked = OCTOBER | params
    answer = await actor.gets(f"/grids/{id_of(of)}/weekly-meetings", params=asked)
    assert outcome(answer) == "200", answer.text
    shown: Json = answer.json()
    return shown


async def meets(
    actor: Actor, day: str, *, kind: str = "weekly", quarter: str = "huayuan", present: bool = True
) -> None:
    times = {"starts_at": f"{day}T19:00:00+08:00", "ends_at": f"{day}T20:00:00+08:00"}
    body = {"quarter_id": id_of(quarter), "kind": kind, "hall": "议事厅", **times}
    made = await actor.makes("/meetings", body)
    office, party, _ = DELEGATES[0]
    items = [{"appointment_id": id_of(office), "party": party, "present": present}]
    await actor.replaces(f"/meetings/{made['id']}/attendance", {"items": items})


async def test_meetings_are_counted_by_week_and_quarter(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    # The week of 28 September was due on the 30th; that of 5 October on Saturday the 10th, which is worked.
    await meets(clerk, "2026-10-10")
    await meets(clerk, "2026-10-24")  # a Saturday off: late
    await meets(clerk, "2026-10-30", present=False)  # nobody came
    # 13 October is the small street's own meeting; the review of the month stands for its week.
    await meets(clerk, "2026-10-14", kind="monthly_review")
    shown = await weeks_of(clerk)
    huayuan, *others = shown["quarters"]["items"]
    assert huayuan == {
        "id": id_of("huayuan"),
        "path": f"{TIANQIAO}/001/0001",
        "name": "huayuan",
        "weeks": 4,
        "held": 3,
        "on_time": 2,
        "missing": 1,
        "missing_weeks": ["2026-10-26"],
    }
    assert [(one["name"], one["held"], one["missing"]) for one in others] == [
        ("jiayuan", 0, 4),
        ("laoyuan", 0, 4),
    ]
    assert {name: shown[name] for name in ("weeks", "held", "on_time", "missing")} == {
        "weeks": 12,
        "held": 3,
        "on_time": 2,
        "missing": 9,
    }
    first = await weeks_of(clerk, limit=1)
    assert first == shown | {"quarters": {"count": 3, "items": [huayuan]}}


async def test_a_review_counts_a_week_to_come_does_not_nor_one_before_the_quarter(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await meets(clerk, "2026-10-23", kind="monthly_review")
    place = {"parent_id": id_of("tiegong"), "level": "quarter", "code": "0002", "name": "新苑"}
    await clerk.makes("/grids", place | {"since": "2026-10-20T00:00:00+08:00"})
    # Today is Monday 2 November: its week is due on Friday.
    shown = await weeks_of(clerk, **{"from": "2026-10-12", "until": "2026-11-09"})
    counted = [
        (one["name"], one["weeks"], one["held"], one["on_time"])
        for one in shown["quarters"]["items"]
    ]
    assert counted == [
        ("huayuan", 3, 2, 2),
        ("jiayuan", 3, 0, 0),
        ("laoyuan", 3, 0, 0),
        ("新苑", 1, 0, 0),
    ]
    none = await weeks_of(clerk, "huayuan", **{"from": "2026-11-02", "until": "2026-11-09"})
    assert none["quarters"]["items"][0]["weeks"] == none["weeks"] == 0
    assert none["quarters"]["items"][0]["missing_weeks"] == []


async def test_a_count_is_of_a_day_to_a_year(tianqiao: Tianqiao) -> None:
    place = f"/grids/{id_of('huayuan')}/weekly-meetings"
    for until in ("2026-10-01", "2027-10-03"):
        answer = await tianqiao.clerk_li.gets(place, params=OCTOBER | {"until": until})
        assert outcome(answer) == "422 days_out_of_range"
