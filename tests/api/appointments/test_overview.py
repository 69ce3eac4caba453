"""Posts vacant, terms expiring, and what in force does not keep its rules any more."""

from tests.api.appointments.test_cross_appoint import step
from tests.world import NOW, TERM, TIANQIAO, Actor, Tianqiao, grid, id_of, outcome, post

LAST_DAY = "2027-12-31T00:00:00%2B08:00"


async def ids(clerk: Actor, link: str) -> list[str]:
    """Follow a list to its end, one by one."""
    found: list[str] = []
    following: str | None = f"/v1{link}"
    while following:
        page = (await clerk.gets(following.removeprefix("/v1"))).json()
        found += [one["id"] for one in page["items"]]
        following = page["next"]
    return found


async def test_posts_are_vacant_as_of_a_date_and_say_how_many_places(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    secretary, members = (
        id_of(f"{n} of huayuan {o}") for n, o in (("secretary", "branch"), ("member", "committee"))
    )
    vacant = await ids(clerk, "/posts/vacant?limit=2")
    assert secretary not in vacant
    assert members in vacant
    assert len(vacant) == len({*vacant})
    later = f"at={TERM['until'].replace('+', '%2B')}"
    assert secretary in await ids(clerk, f"/posts/vacant?{later}")
    query = f"/posts/vacant?organisation_id={id_of('huayuan committee')}"
    places = {one["id"]: one["vacant"] for one in (await clerk.gets(query)).json()["items"]}
    assert places[members] == 4


async def test_terms_that_are_soon_over_are_listed(tianqiao: Tianqiao) -> None:
    clerk = tianqiao.clerk_li
    assert await ids(clerk, "/appointments/expiring") == []
    soon = await ids(clerk, f"/appointments/expiring?at={LAST_DAY}&within_days=1&limit=3")
    assert id_of("wang in huayuan branch") in soon
    assert len(soon) == len({*soon}) == 9
    assert await ids(clerk, "/appointments/expiring?within_days=420") == []


async def test_what_is_in_force_and_breaks_a_rule_now_is_named_with_its_code(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    made = [await clerk.makes("/cross-appointments", step(n)) for n in (1, 2, 3, 4, 5)]
    query = f"/appointments/violations?street_id={TIANQIAO}"
    clean = (await clerk.gets(query)).json()
    assert (clean["checked"], clean["violations"], clean["next"]) == (14, [], None)
    # Lin left the party; the committee's quarter stands elsewhere in the tree.
    await tianqiao.asks("UPDATE person SET party_member = NULL WHERE id = $1", id_of("lin"))
    await tianqiao.asks(
        "UPDATE organisation SET grid_id = $1 WHERE id = $2",
        *(id_of("laoyuan"), id_of("huayuan committee")),
    )
    found: list[tuple[str, str]] = []
    following: str | None = f"/v1{query}&limit=2"
    while following:
        page = (await clerk.gets(following.removeprefix("/v1"))).json()
        found += [(one["appointment_id"], one["code"]) for one in page["violations"]]
        following = page["next"]
    assert sorted(found) == sorted(
        [
            (made[0]["id"], "not_a_party_member"),
            (made[1]["id"], "wrong_place_for_step"),
            (made[4]["id"], "wrong_place_for_step"),
        ]
    )
    liu = await tianqiao.in_office("liu in library")
    assert outcome(await liu.gets(query)) == "403 right_missing"


async def test_every_plain_term_in_force_is_held_against_the_rules_of_its_person_and_post(
    tianqiao: Tianqiao,
) -> None:
    """What no request lets in is written as the owner: it was there before its rule, or came about since."""
    clerk = tianqiao.clerk_li
    for path, body in (
        grid("old yard", "tiegong", "quarter", "0009"),
        post("grid member of old yard", "grid_member", "old yard", on_grid=True),
    ):
        await clerk.makes(path, body)
    seat = {"person_id": id_of("zhao"), "post_id": id_of("grid member of old yard")}
    on_closed = await clerk.makes("/appointments", seat | {"during": TERM})
    closed = await clerk.changes(f"/grids/{id_of('old yard')}", "close", {"at": NOW.isoformat()})
    assert outcome(closed) == "200"
    refused = await clerk.posts("/appointments", seat | {"person_id": id_of("liu"), "during": TERM})
    assert outcome(refused) == "409 grid_of_post_closed"

    for change, of in (
        (
            (
                "UPDATE person SET merged_into = $2, party_member = NULL, name = NULL,"
                " name_masked = NULL, name_sought = NULL, name_listed = NULL WHERE id = $1"
            ),
            ("lin", "liu"),
        ),
        ("UPDATE post SET kind = 'manager' WHERE id = $1", ("director of library",)),
        ("UPDATE appointment SET seat = 2 WHERE id = $1", ("xu in working committee",)),
        (
            (
                "UPDATE appointment SET during = tstzrange(lower(during), '2026-06-01'),"
                " end_reason = 'death' WHERE id = $1"
            ),
            ("sun in chenguang branch",),
        ),
        (
            (
                "INSERT INTO appointment (street_id, person_id, post_id, seat, during)"
                f" VALUES ({TIANQIAO}, $1, $2, 1, tstzrange('2026-01-01', NULL))"
            ),
            ("sun", "director of jiayuan committee"),
        ),
    ):
        await tianqiao.asks(change, *(id_of(name) for name in of))
    query = f"/appointments/violations?street_id={TIANQIAO}"
    found = (await clerk.gets(query)).json()["violations"]
    died = [one["appointment_id"] for one in found if one["code"] == "person_died"]
    assert len(died) == 1
    assert sorted((one["appointment_id"], one["code"]) for one in found) == sorted(
        [
            (on_closed["id"], "grid_of_post_closed"),
            (id_of("lin on huayuan"), "person_merged"),
            (id_of("liu in library"), "no_such_post_here"),
            (id_of("xu in working committee"), "post_taken"),
            (died[0], "person_died"),
        ]
    )
    for language, says in (
        ("zh", "岗位所在网格已经撤销（2026-11-02）"),
        ("en", "The grid of this post was"),
    ):
        found = (await clerk.gets(query, headers={"Accept-Language": language})).json()
        details = [one["detail"] for one in found["violations"]]
        assert any(detail.startswith(says) for detail in details)
