"""The event log: numbered without gaps in the order of commit, chained, one event a change."""

import hashlib
from asyncio import gather

import asyncpg
import pytest

from tests.world import TIANQIAO, Tianqiao, dispute, outcome

INSERT = (
    "INSERT INTO event (street_id, id, type, time, actor, subject, data)"
    " VALUES (411104001, uuidv7(), 'test.written', now(), 'clients/x', 'x/1', '{}')"
)


async def test_numbers_are_gapless_with_many_writers_some_of_whom_roll_back(
    tianqiao: Tianqiao,
) -> None:
    async def writes(rolls_back: bool) -> None:
        connection = await asyncpg.connect(tianqiao.owner_url)
        for _ in range(10):
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(INSERT)
            await (transaction.rollback() if rolls_back else transaction.commit())
        await connection.close()

    last = await tianqiao.asks("SELECT last_no FROM event_head WHERE street_id = $1", TIANQIAO)
    await gather(*(writes(rolls_back=number % 3 == 0) for number in range(12)))
    numbers = await tianqiao.asks(
        "SELECT array_agg(no ORDER BY no) FROM event WHERE street_id = $1 AND no > $2",
        TIANQIAO,
        last,
    )
    assert numbers == list(range(last + 1, last + 81))


async def test_the_chain_is_the_hash_of_each_row_after_the_one_before(tianqiao: Tianqiao) -> None:
    connection = await asyncpg.connect(tianqiao.owner_url)
    rows = await connection.fetch(
        "SELECT hash, jsonb_build_array(street_id, no, id, type,"
        " to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
        " actor, capacity, subject, data)::text AS row FROM event WHERE street_id = $1 ORDER BY no",
        TIANQIAO,
    )
    await connection.close()
    last = b""
    for row in rows:
        last = hashlib.sha256(last + row["row"].encode()).digest()
        assert row["hash"] == last
    head = await tianqiao.asks("SELECT last_hash FROM event_head WHERE street_id = $1", TIANQIAO)
    assert head == last


async def test_the_api_can_neither_change_nor_remove_an_event(tianqiao: Tianqiao) -> None:
    pool = await tianqiao.app.state.database.pool()
    for attempt in (
        "UPDATE event SET type = 'x'",
        "DELETE FROM event",
        "UPDATE event_head SET last_no = 0",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(attempt)


async def test_events_are_listed_in_order_and_none_is_missed(tianqiao: Tianqiao) -> None:
    made = await tianqiao.clerk_li.makes("/disputes", dispute())
    seen: list[dict[str, object]] = []
    link: str | None = f"/v1/events?street_id={TIANQIAO}&limit=7"
    while link:
        page = (await tianqiao.clerk_li.gets(link.removeprefix("/v1"))).json()
        seen += page["items"]
        link = page["next"]
    assert [event["sequence"] for event in seen] == list(range(1, len(seen) + 1))
    assert seen[-1]["type"] == "dispute.reported"
    assert seen[-1]["subject"] == f"disputes/{made['id']}"
    assert seen[-1]["source"] == f"/streets/{TIANQIAO}"
    assert seen[-1]["specversion"] == "1.0"


async def test_a_neighbour_sees_no_event_of_the_street(tianqiao: Tianqiao) -> None:
    page = (await tianqiao.stranger.gets(f"/events?street_id={TIANQIAO}")).json()
    assert page == {"items": [], "next": None}


async def test_events_are_read_with_the_right_to(tianqiao: Tianqiao) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert outcome(await wang.gets(f"/events?street_id={TIANQIAO}")) == "403 right_missing"
