"""Dissolving an organisation."""

from asyncio import gather

import pytest

from maplebridge.sample.uscc import credit_code
from tests.world import TERM, Tianqiao, appointment, id_of, outcome, outcomes

AT = {"at": "2026-11-02T00:00:00+08:00"}


def place(name: str) -> str:
    return f"/organisations/{id_of(name)}"


@pytest.mark.parametrize(
    ("organisation", "said"),
    [
        ("binhe committee", "下级组织0个、服务合同0份、在任1人"),
        ("chenguang", "下级组织1个、服务合同1份、在任1人"),
    ],
)
async def test_an_organisation_on_which_something_rests_stays(
    tianqiao: Tianqiao, organisation: str, said: str
) -> None:
    answer = await tianqiao.clerk_li.changes(place(organisation), "dissolution", AT)
    assert outcome(answer) == "409 still_rested_on"
    assert said in answer.json()["detail"]
    # At the end of all terms nothing does, but for the branch, which has no end yet.
    later = {"at": TERM["until"]}
    answer = await tianqiao.clerk_li.changes(place(organisation), "dissolution", later)
    assert outcome(answer) == (
        "200" if organisation == "binhe committee" else "409 still_rested_on"
    )


async def test_a_party_organisation_stays_while_a_grid_answers_to_it(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    body = {"grid_id": id_of("huayuan"), "kind": "quarter_party_org", "name": "新支部"}
    branch = await clerk.makes("/organisations", body)
    quarter = f"/grids/{id_of('jiayuan')}"
    named = {"party_org_id": branch["id"], "at": "2026-10-01T00:00:00+08:00"}
    assert outcome(await clerk.changes(quarter, "describe", named)) == "200"
    there = f"/organisations/{branch['id']}"
    refused = await clerk.changes(there, "dissolution", AT)
    assert outcome(refused) == "409 still_rested_on"
    assert "对应网格1个" in refused.json()["detail"]
    # From nine o'clock on another may; it answered until then, and is there no shorter.
    other = {"party_org_id": None}
    assert outcome(await clerk.changes(quarter, "describe", other)) == "200"
    assert outcome(await clerk.changes(there, "dissolution", AT)) == "409 still_rested_on"
    nine = {"at": "2026-11-02T09:00:00+08:00"}
    assert outcome(await clerk.changes(there, "dissolution", nine)) == "200"
    gone = await clerk.changes(
        f"/grids/{id_of('huayuan')}", "describe", {"party_org_id": branch["id"]}
    )
    assert outcome(gone) == "422 party_org_not_of_level"


async def test_a_dissolved_organisation_keeps_its_past_and_takes_nothing_new(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.amends(place("library"), {"uscc": credit_code(1)})
    held = f"/appointments/{id_of('liu in library')}"
    await clerk.changes(held, "end", AT | {"reason": "resignation"})
    await tianqiao.new_events()
    ended = await clerk.changes(place("library"), "dissolution", AT)
    assert ended.json()["dissolved_at"] == AT["at"]
    assert await tianqiao.new_events() == ["organisation.dissolved"]
    assert (await clerk.gets(held)).status_code == 200

    again = await clerk.changes(place("library"), "dissolution", AT)
    assert outcome(again) == "409 already_dissolved"
    post = {"organisation_id": id_of("library"), "kind": "member", "name": "馆员"}
    refused = await clerk.posts("/posts", post)
    assert outcome(refused) == "409 organisation_dissolved"
    assert refused.json()["errors"][0]["pointer"] == "/organisation_id"
    office = {"person_id": id_of("liu"), "post_id": id_of("director of library")}
    until = {"during": {"from": AT["at"], "until": None}}
    refused = await clerk.posts("/appointments/batch", {"items": [office | until]})
    assert outcome(refused) == "409 organisation_dissolved"
    assert refused.json()["errors"][0]["pointer"] == "/items/0/post_id"

    # Its code is free for who comes after it.
    new = {"grid_id": id_of("jiayuan"), "kind": "resident_unit", "name": "新馆"}
    assert outcome(await clerk.posts("/organisations", new | {"uscc": credit_code(1)})) == "201"
    ended_at = "SELECT upper(during) FROM post WHERE id = $1"
    assert (await tianqiao.asks(ended_at, id_of("director of library"))).isoformat() == (
        "2026-11-01T16:00:00+00:00"
    )


async def test_a_dissolved_enterprise_gets_no_contract_and_no_branch(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert outcome(await clerk.changes(place("wanjia"), "dissolution", AT)) == "200"
    contract = {"enterprise_id": id_of("wanjia"), "quarter_id": id_of("jiayuan"), "during": TERM}
    refused = await clerk.posts("/service-contracts", contract)
    assert outcome(refused) == "409 organisation_dissolved"
    branch = {"kind": "enterprise_party_org", "name": "支部", "parent_id": id_of("wanjia")}
    refused = await clerk.posts(
        "/organisations",
        branch | {"grid_id": (await clerk.gets(place("wanjia"))).json()["grid_id"]},
    )
    assert outcome(refused) == "409 organisation_dissolved"
    assert refused.json()["errors"][0]["pointer"] == "/parent_id"


async def test_of_who_appoints_to_an_organisation_and_who_dissolves_it_one_is_refused(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.changes(
        f"/appointments/{id_of('liu in library')}", "end", AT | {"reason": "resignation"}
    )
    path, body = appointment("zhao in library", "zhao", "director of library")
    answers = await gather(
        tianqiao.clerk_zheng.posts(path, body | {"during": TERM | {"from": AT["at"]}}),
        clerk.changes(place("library"), "dissolution", AT),
    )
    assert outcomes(answers) in (
        ["200", "409 organisation_dissolved"],
        ["201", "409 organisation_dissolved"],
        ["201", "409 still_rested_on"],
    )
