"""Entering credit records: a class where there must be one, and an end."""

from tests.world import TIANQIAO, Json, Tianqiao, id_of, outcome


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


async def test_a_record_is_about_a_subject_that_exists(tianqiao: Tianqiao) -> None:
    batch = {"items": [record(), record(subject_id=id_of("next enterprise"))]}
    answer = await tianqiao.clerk_li.posts("/records/batch", batch)
    assert outcome(answer) == "404 not_found"
    assert answer.json()["errors"][0]["pointer"] == "/items/1/subject_id"
    assert await tianqiao.new_events() == []
