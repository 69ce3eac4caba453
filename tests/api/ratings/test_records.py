"""Credit records: a class where there must be one, and an end; read by whom they are about."""

import re

import pytest

from maplebridge_api.platform.authority import Authority
from maplebridge_domain.authority import LEADING
from tests.world import (
    NEIGHBOUR,
    NOW,
    TERM,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    appointment,
    enter,
    id_of,
    outcome,
    person,
    post,
)


def record(**more: object) -> Json:
    return {
        "street_id": TIANQIAO,
        "subject_kind": "enterprise",
        "subject_id": id_of("chenguang"),
        "kind": "penalty",
        "class": "general",
        "code": "fire_lane_blocked",
        "title": "占用消防通道",
        "basis": "消防法第二十八条；罚字〔2026〕12号",
        "occurred_on": "2026-10-31",
    } | more


async def test_a_bad_record_counts_as_long_as_its_class_allows(tianqiao: Tianqiao) -> None:
    for grade, until in (
        ("minor", "2027-01-31"),
        ("general", "2027-10-31"),
        ("serious", "2029-10-31"),
    ):
        made = await tianqiao.clerk_li.makes("/records", record(**{"class": grade}))
        assert made["valid_until"] == until
    assert await tianqiao.new_events() == ["record.created"] * 3
    listed = await tianqiao.clerk_li.gets(f"/records?subject_id={id_of('chenguang')}")
    assert len(listed.json()["items"]) == 3


async def test_a_commendation_has_no_class_and_a_penalty_must(tianqiao: Tianqiao) -> None:
    for wrong in (record(kind="commendation"), record(**{"class": None})):
        assert outcome(await tianqiao.clerk_li.posts("/records", wrong)) == "422 class_missing"
    fine = await tianqiao.clerk_li.makes("/records", record(kind="commendation", **{"class": None}))
    assert fine["valid_until"] is None


async def test_a_record_is_of_today_or_earlier(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    answer = await clerk.posts("/records", record(occurred_on="2026-11-03"))
    assert outcome(answer) == "422 record_in_the_future"
    assert answer.json()["errors"][0]["pointer"] == "/occurred_on"
    await clerk.makes("/records", record(occurred_on="2026-11-02"))


async def test_a_record_is_about_a_subject_that_exists(tianqiao: Tianqiao) -> None:
    batch = {"items": [record(), record(subject_id=id_of("next enterprise"))]}
    answer = await tianqiao.clerk_li.posts("/records/batch", batch)
    assert outcome(answer) == "404 not_found"
    assert answer.json()["errors"][0]["pointer"] == "/items/1/subject_id"
    assert await tianqiao.new_events() == []


#: What a record is about, in the small street.
ABOUT = {
    "chenguang": "enterprise",
    "wanjia": "enterprise",
    "chenguang branch": "organisation",
    "huayuan committee": "organisation",
    "library": "organisation",
    "wang in huayuan branch": "appointment",
    "liu in library": "appointment",
    "qian in chenguang": "appointment",
}
#: Beside the small street's: a supervisor of Chenguang, and who manages another enterprise.
OFFICES = [
    post("manager of wanjia", "manager", "wanjia"),
    *(person(name) for name in ("ma", "jia")),
    appointment("ma in wanjia", "ma", "manager of wanjia"),
    appointment("jia watches chenguang", "jia", "supervisors of chenguang"),
]


async def recorded(tianqiao: Tianqiao) -> dict[str, str]:
    """Enter a record about each, and one next door; return what each record is about."""
    await enter(tianqiao.clerk_li, OFFICES)
    found = {}
    for about, kind in ABOUT.items():
        body = record(subject_kind=kind, subject_id=id_of(about))
        found[(await tianqiao.clerk_li.makes("/records", body))["id"]] = about
    next_door = record(street_id=NEIGHBOUR, subject_id=id_of("next enterprise"))
    found[(await tianqiao.stranger.makes("/records", next_door))["id"]] = "next enterprise"
    return found


async def shown(reader: Actor, records: dict[str, str]) -> set[str]:
    """Return about whom a person reads records; the list and the single reads say the same."""
    listed = {one["id"] for one in (await reader.gets("/records")).json()["items"]}
    read = {id_ for id_ in records if (await reader.gets(f"/records/{id_}")).is_success}
    assert listed == read
    for id_ in {*records} - read:
        assert outcome(await reader.gets(f"/records/{id_}")) == "404 not_found"
    return {records[id_] for id_ in read}


async def test_a_record_is_read_by_whom_it_is_about_and_by_nobody_else(tianqiao: Tianqiao) -> None:
    records = await recorded(tianqiao)
    for name, sees in {
        "qian": {"chenguang", "qian in chenguang"},  # manages it
        "sun": {"chenguang", "chenguang branch"},  # leads its party organisation
        "ma": {"wanjia"},
        "jia": set(),  # watches Chenguang, and does not act for it
        "wang": {"wang in huayuan branch"},
        "liu": {"library", "liu in library"},
        "chen": set(),  # a member of the committee
        "lin": set(),
        "he": set(),  # though the quarter lies in He's community
        "xu": {*ABOUT},  # the street's office
    }.items():
        assert await shown(tianqiao.logged_in(name), records) == sees, name
    assert await shown(tianqiao.stranger, records) == {"next enterprise"}
    qian = tianqiao.logged_in("qian")
    for other in ("wanjia", "liu in library"):
        page = await qian.gets(f"/records?subject_id={id_of(other)}")
        assert page.json()["items"] == []
    assert outcome(await qian.gets("/evaluation-results")) == "403 right_missing"
    assert outcome(await qian.posts("/records", record())) == "403 right_missing"


async def test_who_leaves_an_office_reads_what_is_on_record_about_them_not_about_the_enterprise(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Authority, "SECONDS_MAX", 0.0)
    records = await recorded(tianqiao)
    clerk, qian, now = tianqiao.clerk_li, tianqiao.logged_in("qian"), NOW.isoformat()
    end = {"at": now, "reason": "transfer"}
    assert (
        await clerk.changes(f"/appointments/{id_of('qian in chenguang')}", "end", end)
    ).is_success
    assert await shown(qian, records) == {"qian in chenguang"}
    # The successor reads what is on record about the enterprise, not about who was there before.
    body = {"person_id": id_of("zhao"), "post_id": id_of("manager of chenguang")}
    next_term = {"during": {"from": now, "until": TERM["until"]}}
    office = (await clerk.makes("/appointments", body | next_term))["id"]
    zhao = tianqiao.logged_in("zhao")
    acting = {
        as_: Actor(zhao.http, zhao.token, {"Acting-Capacity": as_})
        for as_ in (office, id_of("zhao in volunteers"), "resident")
    }
    assert await shown(acting[office], records) == {"chenguang"}
    # One capacity at a time, and what is about oneself in each.
    assert await shown(acting[id_of("zhao in volunteers")], records) == set()
    own = await clerk.makes("/records", record(subject_kind="appointment", subject_id=office))
    records[own["id"]] = "zhao"
    assert await shown(acting["resident"], records) == {"zhao"}
    assert await shown(acting[office], records) == {"chenguang", "zhao"}
    assert outcome(await zhao.gets("/records")) == "422 capacity_needed"


async def test_who_acts_for_an_organisation_is_who_the_domain_says(tianqiao: Tianqiao) -> None:
    """The view's list of posts, against the table that decides."""
    definition = await tianqiao.asks("SELECT pg_get_viewdef('own_subject'::regclass)")
    lists = re.findall(r"ARRAY\[([^]]*)\]", definition)
    assert [{*re.findall(r"'(\w+)'", posts)} for posts in lists] == [{*LEADING}] * 2
