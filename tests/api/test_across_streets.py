"""A county's client sees several streets; what it writes lies in one, and refers to nothing in another."""

import pytest

from tests.api.test_every_resource import rows_of
from tests.world import MEETING, NEIGHBOUR, TERM, TIANQIAO, Json, Tianqiao, id_of, outcome

MEETING_PLACE: Json = {"kind": "weekly", "hall": "议事厅", "quarter_id": id_of("next quarter")}
REFERENCES: list[tuple[str, Json]] = [
    (
        "/organisations",
        {
            "grid_id": id_of("huayuan"),
            "kind": "building_party_group",
            "name": "楼栋党小组",
            "parent_id": id_of("next enterprise"),
        },
    ),
    (
        "/service-contracts",
        {
            "enterprise_id": id_of("next enterprise"),
            "quarter_id": id_of("jiayuan"),
            "during": TERM,
        },
    ),
    (
        "/appointments",
        {
            "person_id": id_of("next person"),
            "post_id": id_of("director of jiayuan committee"),
            "during": TERM,
        },
    ),
    (
        "/tasks",
        {
            "meeting_id": id_of("meeting"),
            "organisation_id": id_of("next enterprise"),
            "title": "修路",
            "due_at": "2026-10-20T00:00:00+08:00",
        },
    ),
    (
        "/records",
        {
            "street_id": TIANQIAO,
            "subject_kind": "enterprise",
            "subject_id": id_of("next enterprise"),
            "kind": "commendation",
            "code": "tidy",
            "title": "表扬",
            "basis": "决定",
            "occurred_on": "2026-10-01",
        },
    ),
]


@pytest.mark.parametrize(("path", "body"), REFERENCES, ids=lambda one: str(one)[:20])
@pytest.mark.parametrize("batch", [False, True])
async def test_what_belongs_to_one_street_refers_to_nothing_in_another(
    tianqiao: Tianqiao, path: str, body: Json, batch: bool
) -> None:
    county = tianqiao.system("county", streets=(TIANQIAO, NEIGHBOUR))
    before = await rows_of(tianqiao)
    if batch:
        answer = await county.posts(f"{path}/batch", {"items": [body]})
    else:
        answer = await county.posts(path, body)
    assert answer.status_code == 404, answer.text
    assert answer.json()["code"] in ("not_found", "unknown_reference")
    assert await rows_of(tianqiao) == before


async def test_a_run_is_by_a_rubric_of_its_street_and_a_dispute_in_a_unit_of_its_own(
    tianqiao: Tianqiao,
) -> None:
    county = tianqiao.system("county", streets=(TIANQIAO, NEIGHBOUR))
    period = {"from": "2026-10-01", "until": "2026-11-01"}
    run = {"street_id": TIANQIAO, "period": period, "kinds": ["credit_rating"]}
    run |= {"rubric_id": id_of("next rubric")}
    assert outcome(await county.posts("/evaluation-runs", run)) == "404 not_found"
    report = {"quarter_id": id_of("huayuan"), "title": "漏水", "summary": "漏水"}
    report |= {"grid_id": id_of("next quarter")}
    assert outcome(await county.posts("/disputes", report)) == "404 unknown_reference"


async def test_delegates_of_another_street_are_not_listed(tianqiao: Tianqiao) -> None:
    county = tianqiao.system("county", streets=(TIANQIAO, NEIGHBOUR))
    meeting = await county.makes("/meetings", MEETING_PLACE | MEETING)
    liu = {"appointment_id": id_of("liu in library"), "party": "resident_unit", "present": True}
    before = await rows_of(tianqiao)
    answer = await county.replaces(f"/meetings/{meeting['id']}/attendance", {"items": [liu]})
    assert outcome(answer) == "404 not_found"
    assert answer.json()["errors"][0]["pointer"] == "/items/0/appointment_id"
    assert await rows_of(tianqiao) == before


async def test_a_list_of_several_streets_is_complete_across_their_border(
    tianqiao: Tianqiao,
) -> None:
    county = tianqiao.system("county", streets=(TIANQIAO, NEIGHBOUR))
    whole = (await county.gets("/grids?limit=200")).json()["items"]
    assert [one["street_id"] for one in whole] == [NEIGHBOUR] * 3 + [TIANQIAO] * 9
    followed: list[Json] = []
    link: str | None = "/v1/grids?limit=2"
    while link and len(followed) <= len(whole):
        page = (await county.gets(link.removeprefix("/v1"))).json()
        followed += page["items"]
        link = page["next"]
    assert followed == whole


async def test_a_street_is_asked_for_by_a_client_of_its_range_only(tianqiao: Tianqiao) -> None:
    below = tianqiao.system("below", streets=(0, TIANQIAO - 1))
    above = tianqiao.system("above", streets=(NEIGHBOUR + 1, 999_999_999))
    for actor in (below, above):
        assert (await actor.gets("/streets")).json()["items"] == []
        for place in (f"/streets/{TIANQIAO}", f"/grids/{id_of('huayuan')}"):
            assert outcome(await actor.gets(place)) == "404 not_found"
