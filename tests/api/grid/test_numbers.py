"""How many live in a lane or unit: told to who may read the households there, now and of the past."""

from datetime import timedelta

from maplebridge_api.platform.clock import clock
from tests.world import NOW, TIANQIAO, Actor, Tianqiao, appointment, enter, id_of, outcome, person

QUARTER = id_of("huayuan")
BELOW = {id_of(name) for name in ("huayuan lane", "huayuan unit 1", "huayuan unit 2")}
THEN = NOW.isoformat()


async def numbers(actor: Actor, root: str = QUARTER, at: str = "") -> dict[str, object]:
    """Return how many live in each grid: as the tree and, of its root, the totals say."""
    query = {"at": at} if at else {}
    tree = await actor.asks("GET", f"/grids/{root}/tree", params=query)
    totals = await actor.asks("GET", f"/grids/{root}/totals", params=query)
    assert (outcome(tree), outcome(totals)) == ("200", "200")
    first, *_ = items = tree.json()["items"]
    for name in ("households", "residents"):
        assert totals.json()[name] == first[name]
    assert all((one["households"] is None) == (one["residents"] is None) for one in items)
    return {one["id"]: one["residents"] for one in items}


async def test_below_the_quarter_who_may_not_read_households_reads_no_number(
    tianqiao: Tianqiao,
) -> None:
    elsewhere = appointment("lin on jiayuan", "lin", "instructor of jiayuan")
    await enter(tianqiao.clerk_li, [person("gao"), elsewhere])
    known = await numbers(tianqiao.clerk_li)
    assert known.keys() == BELOW | {QUARTER}
    resident = tianqiao.logged_in("gao")
    assert outcome(await resident.gets("/households")) == "403 right_missing"
    clock.set_to = NOW + timedelta(days=1)
    for name in ("gao", "liu in library", "qian in chenguang", "lin on jiayuan"):
        actor = resident if name == "gao" else await tianqiao.in_office(name)
        for at in ("", THEN):
            hidden = dict.fromkeys(BELOW) | {QUARTER: known[QUARTER]}
            assert await numbers(actor, at=at) == hidden, name
        for root in BELOW:
            assert set((await numbers(actor, root)).values()) == {None}
    assert None not in [
        found
        for id, found in (await numbers(resident, id_of(f"root {TIANQIAO}"))).items()
        if id not in BELOW
    ]


async def test_who_reads_the_households_of_a_place_reads_its_numbers_wherever_it_stood(
    tianqiao: Tianqiao,
) -> None:
    known = await numbers(tianqiao.clerk_li)
    clock.set_to = NOW + timedelta(days=1)
    code = {"code": "0009"}
    renumbered = await tianqiao.clerk_li.changes(f"/grids/{QUARTER}", "renumber", code)
    assert outcome(renumbered) == "200"
    clock.set_to = NOW + timedelta(days=2)
    for name in ("lin on huayuan", "he in binhe committee", "xu in working committee"):
        actor = await tianqiao.in_office(name)
        for at in ("", THEN):
            assert await numbers(actor, at=at) == known, name
