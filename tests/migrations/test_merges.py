"""Who stood for a grid that was merged before this was kept is taken from the events."""

from pathlib import Path

from tests.api.adjustments.tree import APRIL, JUNE, MAY, does
from tests.world import TIANQIAO, Tianqiao, id_of

FILE = Path("migrations/versions/0020_merges.sql").read_text(encoding="utf-8")
[BACKFILL] = [one for one in FILE.split(";\n\n") if "WITH RECURSIVE" in one]
HEIRS = (
    "SELECT json_agg(json_build_array(grid_id, heir_id, lower(during), upper(during))"
    f" ORDER BY grid_id, during)::text FROM grid_heir WHERE street_id = {TIANQIAO}"
)


async def test_the_events_tell_who_stood_for_a_grid_at_every_instant(tianqiao: Tianqiao) -> None:
    clerk, codes = tianqiao.clerk_li, {id_of("huayuan lane"): "09"}
    await does(clerk, "merge", "jiayuan", {"grids": [id_of("huayuan")], "at": APRIL})
    into_laoyuan = {"grids": [id_of("jiayuan")], "codes": codes, "at": MAY}
    assert await does(clerk, "merge", "laoyuan", into_laoyuan) == "200"
    into_unit = {"grids": [id_of("huayuan unit 2")], "at": JUNE}
    assert await does(clerk, "merge", "huayuan unit 1", into_unit) == "200"
    kept = await tianqiao.asks(HEIRS)
    assert kept.count("2026") == 5  # huayuan: two, of which one is over; jiayuan, unit 2
    await tianqiao.asks("DELETE FROM grid_heir")
    await tianqiao.asks(BACKFILL)
    assert await tianqiao.asks(HEIRS) == kept
