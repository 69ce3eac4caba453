"""Hot writes that come at once are written together; each is answered as if it had come alone."""

import asyncio
from asyncio import gather

import httpx

from tests.world import TIANQIAO, Tianqiao, ballot, dispute, id_of, listen, outcome, outcomes


async def events_of(tianqiao: Tianqiao, count: int) -> list[tuple[str, str]]:
    """Return who did what in the last events, in order of their subjects."""
    page = (await tianqiao.clerk_li.gets(f"/events?street_id={TIANQIAO}&limit=200")).json()
    return sorted((event["subject"], event["capacity"]) for event in page["items"][-count:])


async def test_those_who_wait_for_a_statement_share_the_next(tianqiao: Tianqiao) -> None:
    statements = await listen(tianqiao)
    answers = await gather(*(tianqiao.clerk_li.posts("/disputes", dispute()) for _ in range(20)))
    await asyncio.sleep(0)  # the loop calls the loggers
    assert outcomes(answers) == ["201"] * 20
    assert len({answer.json()["id"] for answer in answers}) == 20
    assert len(statements) < 5, len(statements)


async def test_each_is_told_by_an_event_of_its_own_in_the_capacity_of_who_did_it(
    tianqiao: Tianqiao,
) -> None:
    offices = ["wang in huayuan branch", "chen in huayuan committee", "liu in library"]
    people = [await tianqiao.in_office(office) for office in offices]
    before = len(await tianqiao.new_events())
    answers = await gather(
        *(person.posts("/disputes", dispute()) for person in people for _ in range(4))
    )
    made = [answer.json()["id"] for answer in answers]
    told = [
        (f"disputes/{id_}", id_of(office))
        for id_, office in zip(made, [office for office in offices for _ in range(4)], strict=True)
    ]
    assert await tianqiao.new_events() == ["dispute.reported"] * (before + 12)
    assert await events_of(tianqiao, 12) == sorted(told)


async def test_who_breaks_a_rule_hears_so_and_the_others_are_written(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    taken = dispute(id=id_of("flooded kitchen"))
    nowhere = dispute(quarter_id=id_of("nowhere"))
    bodies = [dispute(), taken, dispute(), nowhere, dispute(quarter_id=id_of("huayuan lane"))]
    answers = await gather(*(clerk.posts("/disputes", body) for body in [*bodies, dispute()]))
    assert [outcome(answer) for answer in answers] == [
        "201",
        "409 id_taken",
        "201",
        "404 not_found",
        "422 not_a_quarter",
        "201",
    ]
    assert await tianqiao.new_events() == ["dispute.reported"] * 3


async def test_of_the_same_ballot_several_times_at_once_one_counts(tianqiao: Tianqiao) -> None:
    body = ballot("liu in library", "enterprise", "chenguang")
    answers = await gather(*(tianqiao.clerk_li.posts("/ballots", body) for _ in range(6)))
    assert outcomes(answers) == ["201"] + ["409 already_marked"] * 5
    assert await tianqiao.new_events() == ["ballot.cast"]


async def test_of_one_key_several_times_at_once_one_is_written_and_all_are_answered(
    tianqiao: Tianqiao,
) -> None:
    keys = [{"Idempotency-Key": key} for key in ("a", "b", "a", "a", "b", "a")]
    answers = await gather(
        *(tianqiao.clerk_li.posts("/disputes", dispute(), headers=key) for key in keys)
    )
    assert outcomes(answers) == ["201"] * 6
    assert len({answer.text for answer in answers}) == 2
    assert await tianqiao.new_events() == ["dispute.reported"] * 2


async def test_who_goes_away_does_not_take_the_others_along(tianqiao: Tianqiao) -> None:
    async def report() -> httpx.Response:
        return await tianqiao.clerk_li.posts("/disputes", dispute())

    tasks = [asyncio.create_task(report()) for _ in range(6)]
    for _ in range(20):
        await asyncio.sleep(0)  # all have come, and the first is being written
    tasks[0].cancel()
    tasks[3].cancel()
    answers = await gather(*tasks, return_exceptions=True)
    left = [answer for answer in answers if isinstance(answer, httpx.Response)]
    assert outcomes(left) == ["201"] * 4
