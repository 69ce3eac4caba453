"""Offices are filled from above: no clerk makes themselves the street's secretary, by whatever way."""

import pytest

from maplebridge_domain.authority import Right
from tests.world import (
    TERM,
    TIANQIAO,
    Actor,
    Json,
    Tianqiao,
    appointment,
    enter,
    id_of,
    organisation,
    outcome,
)
from tests.world import person as a_person
from tests.world import post as a_post

REFUSED = "403 office_not_yours_to_fill"
XU = "xu in working committee"
FIRST = {"If-Match": '"1"'}
OFFICE = [
    *(a_post(f"{kind} of tianqiao", kind, "working committee") for kind in ("clerk", "auditor")),
    a_post("administrators", "administrator", "working committee", seats=2),
    *(a_person(name) for name in ("feng", "ma")),
    appointment("feng in office", "feng", "clerk of tianqiao"),
    appointment("ma in office", "ma", "administrators"),
]


@pytest.fixture
async def feng(tianqiao: Tianqiao) -> Actor:
    """Feng is the street's clerk; Ma its administrator."""
    await enter(tianqiao.clerk_li, OFFICE)
    return await tianqiao.in_office("feng in office")


def to(post: str, who: str) -> Json:
    return {"person_id": id_of(who), "post_id": id_of(post), "during": TERM}


async def test_a_clerk_does_not_make_themselves_secretary_of_the_street(
    tianqiao: Tianqiao, feng: Actor
) -> None:
    root = f"root {TIANQIAO}"
    path, body = organisation("second committee", "street_working_committee", root)
    await tianqiao.clerk_li.makes(path, body)
    _, second = a_post("second secretary", "secretary", "second committee")
    assert outcome(await feng.posts("/posts", second)) == REFUSED
    assert outcome(await feng.posts("/posts/batch", {"items": [second]})) == REFUSED
    await tianqiao.clerk_li.makes("/posts", second)
    for who, refused in (("feng", "403 own_office"), ("chen", REFUSED)):
        taken = await feng.posts("/appointments", to("second secretary", who))
        assert outcome(taken) == refused
    for who, fills in (("xu", False), ("ma", False), ("chen", True)):
        code = await feng.posts(f"/people/{id_of(who)}/binding-codes", {})
        ended = await feng.asks("DELETE", f"/people/{id_of(who)}/logins")
        expected = ["201", "200"] if fills else [REFUSED, REFUSED]
        assert [outcome(code), outcome(ended)] == expected, who
    place = f"/appointments/{id_of(XU)}"
    assert (
        outcome(await feng.changes(place, "end", {"at": TERM["until"], "reason": "resignation"}))
        == REFUSED
    )


async def test_nor_takes_over_the_secretarys_entry(tianqiao: Tianqiao, feng: Actor) -> None:
    for one, other, refused in (
        ("xu", "feng", "403 own_office"),
        ("xu", "chen", REFUSED),
        ("chen", "xu", REFUSED),
        ("chen", "feng", "403 own_office"),
    ):
        merged = await feng.posts(
            f"/people/{id_of(one)}/merge", {"into": id_of(other)}, headers=FIRST
        )
        assert outcome(merged) == refused, (one, other)


async def test_nobody_becomes_the_holder_of_another_office_by_a_merger(
    tianqiao: Tianqiao, feng: Actor
) -> None:
    ma = await tianqiao.in_office("ma in office")
    for other in ("feng", "wang"):
        place = f"/people/{id_of('ma')}/merge"
        merged = await ma.posts(place, {"into": id_of(other)}, headers=FIRST)
        assert outcome(merged) == "403 own_office", other


async def test_a_code_is_refused_before_the_secretarys_term_begins(
    tianqiao: Tianqiao, feng: Actor
) -> None:
    later = {"from": "2029-01-01T00:00:00+08:00", "until": None}
    body = to("secretary of working committee", "liu") | {"during": later}
    await tianqiao.clerk_li.makes("/appointments", body)
    assert outcome(await feng.posts(f"/people/{id_of('liu')}/binding-codes", {})) == REFUSED


async def test_a_clerk_does_the_days_work(tianqiao: Tianqiao, feng: Actor) -> None:
    body = to("instructor of laoyuan", "chen")
    made = await feng.makes("/appointments", body)
    assert outcome(await feng.posts(f"/people/{id_of('chen')}/binding-codes", {})) == "201"
    place = f"/appointments/{made['id']}"
    end = {"at": "2027-01-01T00:00:00+08:00", "reason": "resignation"}
    assert outcome(await feng.changes(place, "end", end)) == "200"
    _, more = a_post("host", "host", "huayuan branch")
    assert outcome(await feng.posts("/posts", more)) == "201"


async def test_the_administrator_fills_the_office_but_for_the_secretary_and_the_auditor(
    tianqiao: Tianqiao, feng: Actor
) -> None:
    ma = await tianqiao.in_office("ma in office")
    assert outcome(await ma.posts("/appointments", to("administrators", "chen"))) == "201"
    for post in ("auditor of tianqiao", "secretary of working committee"):
        assert outcome(await ma.posts("/appointments", to(post, "liu"))) == REFUSED, post
    xu = await tianqiao.in_office(XU)
    assert outcome(await xu.posts("/appointments", to("auditor of tianqiao", "liu"))) == "201"


async def test_nobody_appoints_themselves_even_at_the_table(tianqiao: Tianqiao) -> None:
    he = await tianqiao.in_office("he in binhe committee")
    members = "members of binhe committee"
    assert outcome(await he.posts("/appointments", to(members, "he"))) == "403 own_office"
    assert outcome(await he.posts("/appointments", to(members, "chen"))) == "201"


async def test_a_system_with_few_rights_fills_no_office_of_the_street(tianqiao: Tianqiao) -> None:
    system = tianqiao.system("forms", rights={Right.READ, Right.APPOINTMENTS_WRITE})
    body = to("secretary of working committee", "liu")
    assert outcome(await system.posts("/appointments", body)) == REFUSED
    assert outcome(await system.posts("/appointments", to("instructor of laoyuan", "liu"))) == "201"
