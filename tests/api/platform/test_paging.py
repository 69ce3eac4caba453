"""Lists: complete, without doubles, newest first; single resources with an ETag."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.world import TERM, Tianqiao, dispute, id_of, outcome


async def test_pages_hold_every_item_once(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    for number in range(7):
        await clerk.makes("/disputes", dispute(title=f"纠纷{number}"))
    seen: list[str] = []
    link: str | None = f"/v1/disputes?limit=3&quarter_id={id_of('huayuan')}"
    pages = 0
    while link:
        page = (await clerk.gets(link.removeprefix("/v1"))).json()
        seen += [item["id"] for item in page["items"]]
        link = page["next"]
        pages += 1
    assert pages == 3  # 3 + 3 + 2: no empty page at the end
    assert len(seen) == len(set(seen)) == 8
    assert seen == sorted(seen, reverse=True)


async def test_a_next_link_keeps_the_filters(tianqiao: Tianqiao) -> None:
    for _ in range(2):
        await tianqiao.clerk_li.makes("/disputes", dispute())
    path = f"/disputes?limit=1&state=reported&quarter_id={id_of('huayuan')}"
    link = (await tianqiao.clerk_li.gets(path)).json()["next"]
    query = parse_qs(urlsplit(link).query)
    assert query["state"] == ["reported"]
    assert query["quarter_id"] == [id_of("huayuan")]
    assert query["limit"] == ["1"]


async def test_filters_that_fit_nothing_give_an_empty_page(tianqiao: Tianqiao) -> None:
    page = (await tianqiao.clerk_li.gets("/disputes?state=closed")).json()
    assert page == {"items": [], "next": None}


async def test_a_limit_or_cursor_out_of_range_is_refused(tianqiao: Tianqiao) -> None:
    for query in ("limit=0", "limit=201", "limit=x", "after=1", "state=lost"):
        assert outcome(await tianqiao.clerk_li.gets(f"/disputes?{query}")) == "422 invalid_request"


async def test_what_is_computed_has_the_tag_of_what_it_says(tianqiao: Tianqiao) -> None:
    """Its parts change without it: a version of its own would say that nothing had."""
    clerk = tianqiao.clerk_li
    attendance = f"/meetings/{id_of('meeting')}/attendance"
    chen = {"appointment_id": id_of("chen in huayuan committee"), "party": "owners_committee"}
    household = {"grid_id": id_of("huayuan unit 1"), "address": "9室", "residents": 1}
    director = {"person_id": id_of("lin"), "post_id": id_of("director of jiayuan committee")}
    places: tuple[tuple[str, str, str, Any], ...] = (
        (f"/grids/{id_of('huayuan')}/totals", "POST", "/households", household),
        (attendance, "PUT", attendance, {"items": [chen | {"present": False}]}),
        (f"/disputes/{id_of('flooded kitchen')}", "POST", "/appointments", director),
    )
    for place, method, path, body in places:
        etag = (await clerk.gets(place)).headers["etag"]
        assert (await clerk.gets(place)).headers["etag"] == etag
        more = {"during": TERM} if "person_id" in body else {}
        version = {"If-Match": etag} if method == "PUT" else {}
        assert (await clerk.asks(method, path, json=body | more, headers=version)).is_success
        again = await clerk.gets(place, headers={"If-None-Match": etag})
        assert again.status_code == (304 if "disputes" in place else 200), place


async def test_a_client_may_name_several_versions_that_it_has(tianqiao: Tianqiao) -> None:
    place = f"/disputes/{id_of('flooded kitchen')}"
    for header, status in (
        ('"7", "1"', 304),
        ('W/"1"', 304),
        ("*", 304),
        ('"7"', 200),
        ('W/"11"', 200),
        ("", 200),
    ):
        answer = await tianqiao.clerk_li.gets(place, headers={"If-None-Match": header})
        assert answer.status_code == status, header


async def test_a_resource_that_the_client_has_is_not_sent_again(tianqiao: Tianqiao) -> None:
    place = f"/disputes/{id_of('flooded kitchen')}"
    etag = (await tianqiao.clerk_li.gets(place)).headers["etag"]
    again = await tianqiao.clerk_li.gets(place, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    await tianqiao.clerk_li.changes(place, "steps", {"act": "accept"})
    changed = await tianqiao.clerk_li.gets(place, headers={"If-None-Match": etag})
    assert changed.status_code == 200
