"""Reading the event log as a system does: page by page, while many write; over one street and several."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge_api.platform.vector import STREET_MAX, STREETS_MAX, read_vector, write_vector
from tests.world import NEIGHBOUR, TIANQIAO, Actor, Json, Tianqiao, dispute, outcome

DISTRICT = (411104000, 411104999)
STREETS = (TIANQIAO, NEIGHBOUR, 411104003, 411104004)
ADD_STREET = (
    "INSERT INTO street (street_id, name, district, city, province) SELECT $1, 'x', 'x', 'x', 'x'"
)
ADD_EVENT = (
    "INSERT INTO event (street_id, type, time, actor, subject, data)"
    " VALUES ($1, 'test.written', now(), 'clients/x', $2, '{}')"
)
ALL = "SELECT street_id, subject FROM event ORDER BY street_id, no"


@pytest.fixture
async def district(tianqiao: Tianqiao) -> Actor:
    """A system that reads four streets."""
    for street_id in STREETS[2:]:
        await tianqiao.asks(ADD_STREET, street_id)
    return tianqiao.system("district", streets=DISTRICT)


def by_street(events: list[Json]) -> dict[int, list[str]]:
    """Sort events by street, each street's in the order in which they came."""
    found: dict[int, list[str]] = {}
    for event in events:
        street_id = int(event["source"].removeprefix("/streets/"))
        found.setdefault(street_id, []).append(event["subject"])
    return found


async def committed(tianqiao: Tianqiao) -> dict[int, list[str]]:
    """Ask the database what is in the log."""
    connection = await asyncpg.connect(tianqiao.owner_url)
    found: dict[int, list[str]] = {}
    for row in await connection.fetch(ALL):
        found.setdefault(row["street_id"], []).append(row["subject"])
    await connection.close()
    return found


async def read_on(actor: Actor, query: str, after: str) -> tuple[list[Json], str]:
    """Read every page that there is for the moment; say where they ended."""
    events: list[Json] = []
    while True:
        behind = f"&after={after}" if after else ""
        page = (await actor.gets(f"/events?{query}{behind}")).json()
        events += page["items"]
        after = page["cursor"]
        if page["next"] is None:
            return events, after


class Writer:
    """Writes in transactions short and long, about one street or two; some come to nothing."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name
        self.random = random.Random(name)

    async def work(self) -> None:
        connection = await asyncpg.connect(self.url)
        for number in range(12):
            await self._transaction(connection, number)
        await connection.close()

    async def _transaction(self, connection: asyncpg.Connection, number: int) -> None:
        begun = connection.transaction()
        await begun.start()
        # A transaction that began long ago has old ids and times, and commits late.
        await asyncio.sleep(self.random.choice((0, 0, 0.05)))
        for street_id in sorted(self.random.sample(STREETS, self.random.choice((1, 1, 2)))):
            for part in range(self.random.choice((1, 2))):
                await connection.execute(ADD_EVENT, street_id, f"{self.name}/{number}/{part}")
        await asyncio.sleep(self.random.choice((0, 0, 0, 0.03)))
        await (begun.rollback() if self.random.random() < 0.3 else begun.commit())


async def poll(actor: Actor, query: str, after: str, done: Callable[[], bool]) -> list[Json]:
    """Read while others write, and once more when they have ended."""
    seen: list[Json] = []
    while True:
        last = done()
        events, after = await read_on(actor, query, after)
        seen += events
        if last:
            return seen
        await asyncio.sleep(0)


@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_a_reader_polling_beside_many_writers_sees_every_event_once_and_in_order(
    tianqiao: Tianqiao, district: Actor, limit: int
) -> None:
    """Fourteen writers, long transactions, three in ten rolled back; two readers of several streets
    and one of each street."""
    before = await committed(tianqiao)
    _, start = await read_on(district, "limit=200", "")
    starts = {one: str(len(before.get(one, []))) for one in STREETS}
    ended = False

    def done() -> bool:
        return ended

    readers = [
        asyncio.create_task(poll(district, f"limit={limit}", start, done)),
        asyncio.create_task(poll(district, "limit=50", start, done)),
        *(
            asyncio.create_task(poll(district, f"street_id={one}&limit={limit}", after, done))
            for one, after in starts.items()
        ),
    ]
    writers: list[Awaitable[Any]] = [
        Writer(tianqiao.owner_url, f"w{number}").work() for number in range(12)
    ]
    writers += [_reports(tianqiao.clerk_li) for _ in range(2)]
    await asyncio.gather(*writers)
    ended = True
    one_for_all, another, *one_each = await asyncio.gather(*readers)

    written = {
        street_id: subjects[len(before.get(street_id, [])) :]
        for street_id, subjects in (await committed(tianqiao)).items()
    }
    assert sum(map(len, written.values())) > 150
    assert by_street(one_for_all) == written
    assert by_street(another) == written
    assert {one: by_street(seen)[one] for one, seen in zip(STREETS, one_each, strict=True)} == (
        written
    )


async def _reports(clerk: Actor) -> None:
    for _ in range(10):
        await clerk.makes("/disputes", dispute())


async def test_a_street_that_is_never_quiet_does_not_keep_the_others_waiting(
    tianqiao: Tianqiao, district: Actor
) -> None:
    _, after = await read_on(district, "limit=200", "")
    for number in range(30):
        await tianqiao.asks(ADD_EVENT, TIANQIAO, f"busy/{number}")
    for street_id in STREETS[1:]:
        await tianqiao.asks(ADD_EVENT, street_id, "quiet")
    page = (await district.gets(f"/events?limit=8&after={after}")).json()
    assert by_street(page["items"]) == {
        TIANQIAO: ["busy/0", "busy/1"],
        **{street_id: ["quiet"] for street_id in STREETS[1:]},
    }
    assert page["next"] is not None

    # One a page, and one more of the busy street's after each: its turn comes, and the others', too.
    seen: list[Json] = []
    for number in range(40):
        page = (await district.gets(f"/events?limit=1&after={after}")).json()
        seen += page["items"]
        after = page["cursor"]
        await tianqiao.asks(ADD_EVENT, TIANQIAO, f"more/{number}")
    assert set(by_street(seen)) == {TIANQIAO}
    await tianqiao.asks(ADD_EVENT, NEIGHBOUR, "late")
    events, _ = await read_on(district, "limit=1", after)
    assert by_street(events)[NEIGHBOUR] == ["quiet", "late"]


async def test_a_page_is_never_longer_than_asked_for(tianqiao: Tianqiao, district: Actor) -> None:
    for limit in (1, 2, 3, 5, 200):
        page = (await district.gets(f"/events?limit={limit}")).json()
        assert 0 < len(page["items"]) <= limit


async def test_nothing_new_gives_an_empty_page_and_the_same_cursor(
    tianqiao: Tianqiao, district: Actor
) -> None:
    for query in ("limit=200", f"street_id={TIANQIAO}&limit=200"):
        _, after = await read_on(district, query, "")
        page = (await district.gets(f"/events?{query}&after={after}")).json()
        assert page == {"items": [], "next": None, "cursor": after}


async def test_a_street_that_is_entered_later_is_read_from_its_first_event(
    tianqiao: Tianqiao, district: Actor
) -> None:
    _, after = await read_on(district, "limit=200", "")
    await tianqiao.asks(ADD_STREET, 411104005)
    await tianqiao.asks(ADD_EVENT, 411104005, "first")
    events, _ = await read_on(district, "limit=200", after)
    assert by_street(events) == {411104005: ["first"]}


async def test_a_cursor_over_several_streets_serves_one_of_them_too(
    tianqiao: Tianqiao, district: Actor
) -> None:
    _, after = await read_on(district, "limit=200", "")
    await tianqiao.asks(ADD_EVENT, TIANQIAO, "new")
    page = (await district.gets(f"/events?street_id={TIANQIAO}&after={after}")).json()
    assert by_street(page["items"]) == {TIANQIAO: ["new"]}


async def test_a_cursor_shows_no_street_beyond_the_callers_range(
    tianqiao: Tianqiao, district: Actor
) -> None:
    """Neither by what it names nor by what it comes back with."""
    after = write_vector(dict.fromkeys(STREETS, 0))
    two = tianqiao.system("two", streets=(NEIGHBOUR, 411104003))
    page = (await two.gets(f"/events?limit=200&after={after}")).json()
    assert set(by_street(page["items"])) == {NEIGHBOUR}
    assert set(read_vector(page["cursor"])) == {NEIGHBOUR, 411104003}


@pytest.mark.parametrize("after", ["vAAAA", "vAA", "v_w", "vAIA", "v" + "A" * 7000, "1"])
async def test_a_cursor_that_is_none_is_refused(district: Actor, after: str) -> None:
    answer = await district.gets(f"/events?after={after}")
    assert outcome(answer) == "422 cursor_invalid"


async def test_of_very_many_streets_one_is_named(tianqiao: Tianqiao) -> None:
    everywhere = tianqiao.system("province", streets=(0, 999_999_999))
    await tianqiao.asks(
        ADD_STREET.replace("$1", "generate_series(500000000, 500000000 + $1)"), STREETS_MAX - 3
    )
    page = await everywhere.gets("/events?limit=200")
    assert len(page.json()["cursor"]) < 2000
    await tianqiao.asks(ADD_STREET, 600000000)
    assert outcome(await everywhere.gets("/events")) == "422 too_many_streets"
    assert (await everywhere.gets(f"/events?street_id={TIANQIAO}")).status_code == 200


@given(st.dictionaries(st.integers(0, STREET_MAX), st.integers(0, 2**62), max_size=STREETS_MAX))
def test_a_cursor_comes_back_as_it_was_written(numbers: dict[int, int]) -> None:
    if numbers:
        assert read_vector(write_vector(numbers)) == numbers


@given(st.from_regex(r"\Av[0-9A-Za-z_-]{1,40}\Z"))
def test_whatever_is_sent_as_a_cursor_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert write_vector(read_vector(text)) == text


#: CloudEvents 1.0.2: what each attribute may be. Extensions: texts here, with names of lower-case letters.
TEXT = {"specversion", "id", "source", "type"}
URI_REFERENCE = re.compile(r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+")


def faults(event: Json) -> Iterator[str]:
    """Hold an event to the CloudEvents specification and its JSON format."""
    yield from TEXT - set(event)
    for name, value in event.items():
        if name == "data":
            continue
        if not re.fullmatch(r"[a-z0-9]{1,20}", name):
            yield f"name {name}"
        if not (value is None and name not in TEXT) and not (isinstance(value, str) and value):
            yield f"{name} is {value!r}"
    if event["specversion"] != "1.0" or event["datacontenttype"] != "application/json":
        yield "version or type of content"
    if not URI_REFERENCE.fullmatch(event["source"]):
        yield "source"
    if datetime.fromisoformat(event["time"]).tzinfo is None:
        yield "time"
    if not isinstance(event["data"], dict):  # JSON itself, not a text that holds JSON
        yield "data"


async def test_every_event_is_a_cloud_event(tianqiao: Tianqiao, district: Actor) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    await wang.makes("/disputes", dispute())
    answer = await district.gets("/events?limit=200")
    assert answer.headers["content-type"] == "application/json"
    events, _ = await read_on(district, "limit=200", "")
    assert len(events) > 40
    assert [*map(list, map(faults, events))] == [[]] * len(events)
    names = {(event["source"], event["id"]) for event in events}
    assert len(names) == len(events)
    assert {event["capacity"] is None for event in events} == {True, False}


async def test_a_sequence_sorts_as_text(tianqiao: Tianqiao) -> None:
    """The CloudEvents extension `sequence` asks for it."""
    for number in range(10):
        await tianqiao.asks(ADD_EVENT, TIANQIAO, str(number))
    events, _ = await read_on(tianqiao.clerk_li, "limit=200", "")
    sequences = [event["sequence"] for event in events]
    assert len(sequences) > 100 or len({len(str(int(one))) for one in sequences}) > 1
    assert sequences == sorted(sequences)
    assert [int(one) for one in sequences] == [int(event["id"]) for event in events]
