"""The event log: numbered without gaps in the order of commit, chained, one event a change."""

import hashlib
import json
from asyncio import gather
from datetime import UTC

import asyncpg
import pytest

from maplebridge_api.platform.database import Database
from tests.world import TIANQIAO, Tianqiao, dispute, id_of, outcome, outcomes

INSERT = (
    "INSERT INTO event (street_id, type, time, actor, subject, data)"
    " VALUES (411104001, 'test.written', now(), 'clients/x', 'x/1', '{}')"
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
        "SELECT hash, jsonb_build_array(street_id, no, type,"
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


def spelled(value: object) -> str:
    """Write a value as PostgreSQL writes JSONB: shorter keys first, a space after `,` and `:`."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        inside = ", ".join(f"{spelled(key)}: {spelled(value[key])}" for key in keys)
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(spelled, value))}]"
    return json.dumps(value, ensure_ascii=False)


async def chain_breaks_at(tianqiao: Tianqiao) -> int | None:
    """Recompute the chain without the database's help; say the first number that does not fit."""
    connection = await asyncpg.connect(tianqiao.owner_url)
    events = await connection.fetch(
        "SELECT * FROM event WHERE street_id = $1 ORDER BY no", TIANQIAO
    )
    await connection.close()
    last = b""
    for expected, event in enumerate(events, start=1):
        row = [
            event["street_id"],
            event["no"],
            event["type"],
            event["time"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            event["actor"],
            str(event["capacity"]) if event["capacity"] else None,
            event["subject"],
            json.loads(event["data"]),
        ]
        last = hashlib.sha256(last + spelled(row).encode()).digest()
        if event["no"] != expected or event["hash"] != last:
            return expected
    return None


async def test_anybody_can_recompute_the_chain(tianqiao: Tianqiao) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    await wang.makes("/disputes", dispute())
    place = f"/appointments/{id_of('liu in library')}"
    await tianqiao.clerk_li.changes(
        place, "end", {"at": "2026-06-30T00:00:00+08:00", "reason": "resignation"}
    )
    odd = json.dumps({"名": '"引"\n\x7f', "b": [1, None, True], "aa": {}}, ensure_ascii=False)
    await tianqiao.asks(INSERT.replace("'{}'", f"'{odd}'"))
    assert await chain_breaks_at(tianqiao) is None


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE event SET actor = 'clients/y' WHERE no = 7",
        "UPDATE event SET time = time + interval '1 microsecond' WHERE no = 7",
        "UPDATE event SET data = '{\"ids\": []}' WHERE no = 7",
        "DELETE FROM event WHERE no = 7",
    ],
)
async def test_what_was_tampered_with_does_not_fit_the_chain(
    tianqiao: Tianqiao, attack: str
) -> None:
    await tianqiao.asks(f"{attack} AND street_id = {TIANQIAO}")
    assert await chain_breaks_at(tianqiao) == 7


async def test_numbers_have_no_gap_though_half_of_twenty_requests_at_once_are_refused(
    tianqiao: Tianqiao,
) -> None:
    """Ten reports and ten transactions that write, record and are then refused at their commit."""
    taken = {"street_id": TIANQIAO, "name": "周远", "id": id_of("wang")}
    clerk = tianqiao.clerk_li
    answers = await gather(
        *(clerk.posts("/disputes", dispute()) for _ in range(10)),
        *(clerk.posts("/people", taken) for _ in range(10)),
    )
    assert outcomes(answers) == ["201"] * 10 + ["409 id_taken"] * 10
    assert await chain_breaks_at(tianqiao) is None
    assert await tianqiao.new_events() == ["dispute.reported"] * 10


async def test_the_api_can_neither_change_nor_remove_an_event(tianqiao: Tianqiao) -> None:
    database: Database = tianqiao.app.state.database
    for attempt in (
        "UPDATE event SET type = 'x'",
        "DELETE FROM event",
        "UPDATE event_head SET last_no = 0",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.connections.use() as connection:
                await connection.execute(attempt)


async def test_events_are_listed_in_order_and_none_is_missed(tianqiao: Tianqiao) -> None:
    made = await tianqiao.clerk_li.makes("/disputes", dispute())
    seen: list[dict[str, object]] = []
    link: str | None = f"/v1/events?street_id={TIANQIAO}&limit=7"
    while link:
        page = (await tianqiao.clerk_li.gets(link.removeprefix("/v1"))).json()
        seen += page["items"]
        link = page["next"]
    assert [event["id"] for event in seen] == [str(no) for no in range(1, len(seen) + 1)]
    assert seen[-1]["type"] == "dispute.reported"
    assert seen[-1]["subject"] == f"disputes/{made['id']}"
    assert seen[-1]["source"] == f"/streets/{TIANQIAO}"
    assert seen[-1]["specversion"] == "1.0"


async def test_a_neighbour_sees_no_event_of_the_street(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.stranger.gets(f"/events?street_id={TIANQIAO}")
    assert outcome(answer) == "404 not_found"


async def test_events_are_read_with_the_right_to(tianqiao: Tianqiao) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    assert outcome(await wang.gets(f"/events?street_id={TIANQIAO}")) == "403 right_missing"


async def test_an_event_is_found_by_its_number_in_its_street(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    listed = (await clerk.gets(f"/events?street_id={TIANQIAO}&limit=2&after=2")).json()["items"]
    assert [one["id"] for one in listed] == ["3", "4"]
    for one in listed:
        place = f"/events/{TIANQIAO}/{one['id']}"
        found = await clerk.gets(place)
        assert found.json() == one
        same = {"If-None-Match": found.headers["etag"]}
        assert (await clerk.gets(place, headers=same)).status_code == 304
    assert outcome(await clerk.gets(f"/events/{TIANQIAO}/999999")) == "404 not_found"
    assert outcome(await tianqiao.stranger.gets(f"/events/{TIANQIAO}/1")) == "404 not_found"
