"""Entering a rubric: its rules are checked as it is read."""

import copy

from tests.world import RUBRIC, TIANQIAO, Tianqiao, id_of, outcome


async def test_a_rubric_whose_weights_do_not_add_up_is_refused(tianqiao: Tianqiao) -> None:
    wrong = copy.deepcopy(RUBRIC)
    wrong["valid"] = {"from": "2035-01-01", "until": None}
    component = next(c for c in wrong["schemes"][0]["components"] if c.get("indicators"))
    component["indicators"][0]["weight"] += 1
    body = {"street_id": TIANQIAO, "rubric": wrong}
    answer = await tianqiao.clerk_li.posts("/rubrics", body)
    assert outcome(answer) == "422 weights_do_not_add_up"
    assert answer.json()["errors"][0]["pointer"].startswith("/rubric/schemes/0")
    assert await tianqiao.new_events() == []


async def test_one_rubric_is_in_force_at_a_time(tianqiao: Tianqiao) -> None:
    body = {"street_id": TIANQIAO, "rubric": RUBRIC}
    assert outcome(await tianqiao.clerk_li.posts("/rubrics", body)) == "409 rubric_in_force"


async def test_a_rubric_is_shown_as_it_was_entered_with_its_digest(tianqiao: Tianqiao) -> None:
    found = (await tianqiao.clerk_li.gets(f"/rubrics/{id_of('rubric')}")).json()
    assert found["rubric"]["code"] == "luohe"
    assert len(found["sha256"]) == 64
    assert (await tianqiao.clerk_li.gets("/rubrics")).json()["items"] == [found]
