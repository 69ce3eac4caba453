"""Changing organisations and posts."""

from asyncio import gather

import pytest

from maplebridge.sample.uscc import credit_code
from maplebridge_domain.authority import Right
from tests.world import TERM, Json, Tianqiao, appointment, id_of, outcome, outcomes

LIBRARY = f"/organisations/{id_of('library')}"
BRANCH = f"/organisations/{id_of('chenguang branch')}"


async def test_what_is_left_out_stays_and_the_event_tells_what_was(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    before = (await clerk.gets(LIBRARY)).json()
    given = {"name": "市图书馆", "parent_id": id_of("binhe committee"), "uscc": credit_code(1)}
    amended = await clerk.amends(LIBRARY, given)
    assert amended.json() == before | given
    assert amended.headers["ETag"] == '"2"'
    assert (await clerk.amends(LIBRARY, {"uscc": None})).json()["uscc"] is None
    assert (await clerk.gets(LIBRARY)).json() == before | given | {"uscc": None}
    was = await tianqiao.asks("SELECT data->>'was' FROM event ORDER BY no DESC OFFSET 1 LIMIT 1")
    assert was == '{"name": "library", "uscc": null, "parent_id": null}'
    assert await tianqiao.new_events() == ["organisation.amended"] * 2


@pytest.mark.parametrize(
    ("organisation", "body", "expected"),
    [
        ("library", {}, "422 invalid_request"),
        ("library", {"name": None}, "422 invalid_request"),
        ("library", {"kind": "volunteer_point"}, "422 invalid_request"),
        ("library", {"parent_id": id_of("volunteers")}, "422 wrong_parent"),
        ("library", {"parent_id": id_of("next enterprise")}, "404 not_found"),
        ("library", {"uscc": credit_code(1)[:17] + "0"}, "422 credit_code_wrong"),
        (
            "library",
            {"community_party_org_id": id_of("binhe committee")},
            "422 dual_leadership_not_here",
        ),
        ("chenguang branch", {"parent_id": None}, "422 wrong_parent"),
        ("chenguang branch", {"parent_id": id_of("wanjia")}, "409 company_fixed"),
        (
            "chenguang branch",
            {"community_party_org_id": id_of("huayuan branch")},
            "422 dual_leadership_not_here",
        ),
    ],
)
async def test_a_change_that_breaks_a_rule_is_refused(
    tianqiao: Tianqiao, organisation: str, body: Json, expected: str
) -> None:
    answer = await tianqiao.clerk_li.amends(f"/organisations/{id_of(organisation)}", body)
    assert outcome(answer) == expected
    assert await tianqiao.new_events() == []


async def test_an_enterprises_party_organisation_answers_to_two_and_both_see_it(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    community = {"community_party_org_id": id_of("binhe committee")}
    branch = (await clerk.amends(BRANCH, community | {"parent_id": id_of("chenguang")})).json()
    assert branch["parent_id"] == id_of("chenguang")
    for superior in (
        f"parent_id={id_of('chenguang')}",
        f"community_party_org_id={id_of('binhe committee')}",
    ):
        assert (await clerk.gets(f"/organisations?{superior}")).json()["items"] == [branch]


async def test_of_two_who_enter_one_code_at_once_one_hears_that_it_is_taken(
    tianqiao: Tianqiao,
) -> None:
    new = {"grid_id": id_of("jiayuan"), "kind": "resident_unit", "uscc": credit_code(1)}
    answers = await gather(
        tianqiao.clerk_li.posts("/organisations", new | {"name": "银行"}),
        tianqiao.clerk_zheng.posts("/organisations", new | {"name": "邮局"}),
    )
    assert outcomes(answers) == ["201", "409 credit_code_taken"]
    taken = await tianqiao.clerk_li.amends(LIBRARY, {"uscc": credit_code(1)})
    assert outcome(taken) == "409 credit_code_taken"
    assert taken.json()["errors"][0]["pointer"] == "/uscc"
    # Next door it may be entered as well: an enterprise serves in many streets.
    next_door = new | {"grid_id": id_of("next quarter"), "name": "银行"}
    assert outcome(await tianqiao.stranger.posts("/organisations", next_door)) == "201"


async def test_a_post_is_not_made_smaller_than_who_holds_it(tianqiao: Tianqiao) -> None:
    clerk, members = tianqiao.clerk_li, f"/posts/{id_of('member of huayuan committee')}"
    for name in ("liu", "zhao"):
        path, body = appointment(name, name, "member of huayuan committee")
        await clerk.makes(path, body)
    refused = await clerk.amends(members, {"seats": 2})
    assert outcome(refused) == "409 place_still_held"
    assert "第3个名额任期至2028-01-01" in refused.json()["detail"]
    await clerk.changes(
        f"/appointments/{id_of('zhao')}", "end", {"at": "2026-11-02T08:00:00+08:00"}
    )
    smaller = (await clerk.amends(members, {"seats": 2, "name": "委员"})).json()
    assert (smaller["seats"], smaller["name"]) == (2, "委员")
    assert (await clerk.gets(members)).json() == smaller
    third = {"person_id": id_of("zhao"), "post_id": id_of("member of huayuan committee")}
    assert outcome(await clerk.posts("/appointments", third | {"during": TERM})) == "409 post_taken"
    leader = f"/posts/{id_of('director of library')}"
    assert outcome(await clerk.amends(leader, {"seats": 2})) == "422 too_many_places"


async def test_of_who_takes_a_place_and_who_takes_it_away_one_is_refused(
    tianqiao: Tianqiao,
) -> None:
    path, body = appointment("liu", "liu", "member of huayuan committee")  # the second place
    answers = await gather(
        tianqiao.clerk_li.posts(path, body),
        tianqiao.clerk_zheng.amends(f"/posts/{id_of('member of huayuan committee')}", {"seats": 1}),
    )
    assert outcomes(answers) in (
        ["200", "409 post_taken"],
        ["201", "409 place_still_held"],
    )


async def test_an_office_that_is_filled_from_above_is_not_changed_from_below(
    tianqiao: Tianqiao,
) -> None:
    new = {"organisation_id": id_of("working committee"), "kind": "auditor", "name": "审计"}
    auditor = (await tianqiao.clerk_li.makes("/posts", new))["id"]
    clerk = tianqiao.system("li", rights={*Right} - {Right.BALLOTS_READ})  # which an auditor has
    assert outcome(await clerk.amends(f"/posts/{auditor}", {"seats": 2})) == (
        "403 office_not_yours_to_fill"
    )
