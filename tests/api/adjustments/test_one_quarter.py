"""What a quarter had when another took it in: it runs on for both, and before that it was its own."""

from tests.api.adjustments.tree import APRIL, MARCH, MAY, does
from tests.api.committees.test_stand_in import formed
from tests.api.committees.test_term import MEMBERS, at, listed, term
from tests.world import TIANQIAO, Actor, Json, Tianqiao, dispute, id_of, outcome, service_contract

HUAYUAN, JIAYUAN = id_of("huayuan"), id_of("jiayuan")
INTO_JIAYUAN = {"grids": [HUAYUAN], "at": APRIL}
NOT_THERE: dict[str, set[str]] = {MARCH: set(), APRIL: {HUAYUAN}, MAY: {HUAYUAN, JIAYUAN}}


async def contracts(actor: Actor, quarter_id: str) -> list[str]:
    """Return which contracts are listed by a quarter."""
    answer = await actor.gets("/service-contracts", params={"quarter_id": quarter_id})
    return [one["id"] for one in answer.json()["items"]]


async def test_the_enterprise_of_the_one_answers_for_the_disputes_of_all(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    over = {"from": "2025-01-01T00:00:00+08:00", "until": APRIL}
    spring = service_contract("of spring", "wanjia", "jiayuan")[1] | {"during": over}
    await clerk.makes("/service-contracts", spring)
    assert await does(clerk, "merge", "jiayuan", INTO_JIAYUAN) == "200"

    assert set(await contracts(clerk, JIAYUAN)) == {spring["id"], id_of("contract of huayuan")}
    assert await contracts(clerk, HUAYUAN) == [id_of("contract of huayuan")]
    for day, enterprise in ((MARCH, "wanjia"), (APRIL, "chenguang")):
        reported = dispute(quarter_id=JIAYUAN, reported_at=day)
        assert (await clerk.makes("/disputes", reported))["enterprise_id"] == id_of(enterprise)


async def test_between_two_mergers_it_ran_in_the_quarter_that_was_there(tianqiao: Tianqiao) -> None:
    clerk, laoyuan = tianqiao.clerk_li, id_of("laoyuan")
    assert await does(clerk, "merge", "jiayuan", INTO_JIAYUAN) == "200"
    onwards = {"grids": [JIAYUAN], "codes": {id_of("huayuan lane"): "09"}}
    assert await does(clerk, "merge", "laoyuan", onwards | {"at": MAY}) == "200"
    for day, quarters in (
        (MARCH, {HUAYUAN}),
        (APRIL, {JIAYUAN}),
        (MAY, {laoyuan}),
    ):
        params = {"at": day, "limit": 200}
        report = (
            await clerk.gets(f"/grids/{id_of(f'root {TIANQIAO}')}/coverage", params=params)
        ).json()
        lacking = {one["id"] for one in report["without_contract"]["items"]}
        assert {HUAYUAN, JIAYUAN, laoyuan} - lacking - NOT_THERE[day] == quarters, day
    assert await contracts(clerk, laoyuan) == [id_of("contract of huayuan")]


async def test_what_has_taken_in_an_empty_one_is_not_taken_in_before(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert await does(clerk, "merge", "huayuan", {"grids": [JIAYUAN], "at": MAY}) == "200"
    earlier = {"grids": [HUAYUAN], "codes": {id_of("huayuan lane"): "09"}, "at": APRIL}
    assert await does(clerk, "merge", "laoyuan", earlier) == "409 before_last_change"


async def test_a_management_committee_of_the_one_makes_way_for_the_owners_of_all(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    stand_in = await clerk.makes("/committee-terms", await formed(tianqiao))
    assert await does(clerk, "merge", "jiayuan", INTO_JIAYUAN) == "200"
    by_jiayuan = f"?quarter_id={JIAYUAN}"
    assert [one["id"] for one in await listed(clerk, by_jiayuan)] == [stand_in["id"]]
    for day, sitting in ((MARCH, []), (APRIL, [stand_in["id"]])):
        then = f"{by_jiayuan}&at={day.replace('+', '%2B')}"
        assert [one["id"] for one in await listed(clerk, then)] == sitting

    elected = term(organisation_id=id_of("jiayuan committee"), members=MEMBERS[3:])
    await clerk.makes("/committee-terms", elected)
    ended = (await clerk.gets(f"/committee-terms/{stand_in['id']}")).json()
    assert ended["during"]["until"] == elected["during"]["from"]


async def test_a_split_leaves_contract_and_committee_with_the_quarter_that_was_there(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    first = await clerk.makes("/committee-terms", term())
    north: Json = {"id": id_of("north"), "code": "0007", "name": "north"}
    north |= {"grids": [id_of("huayuan lane")]}
    assert await does(clerk, "split", "huayuan", {"into": [north], "at": APRIL}) == "200"
    assert await contracts(clerk, HUAYUAN) == [id_of("contract of huayuan")]
    assert await contracts(clerk, id_of("north")) == []
    quarters = [one["quarter_id"] for one in await listed(clerk, f"?quarter_id={HUAYUAN}")]
    assert (first["quarter_id"], quarters) == (HUAYUAN, [HUAYUAN])
    own = service_contract("of north", "wanjia", "north")[1]
    await clerk.makes("/service-contracts", own | {"during": own["during"] | {"from": MAY}})


async def test_the_committee_of_a_quarter_that_is_no_more_is_not_to_be_renewed(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    of_jiayuan = term(organisation_id=id_of("jiayuan committee"), members=MEMBERS[3:])
    await clerk.makes("/committee-terms", of_jiayuan)
    at("2029-10-20")
    assert [one["renewal"] for one in await listed(clerk, "/renewals")] == ["overdue"]
    assert outcome(await clerk.changes(f"/grids/{JIAYUAN}", "close", {})) == "200"
    assert await listed(clerk, "/renewals") == []
