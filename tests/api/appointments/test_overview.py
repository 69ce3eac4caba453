"""Posts vacant, terms expiring, and what in force does not keep its rules any more."""

from tests.api.appointments.test_cross_appoint import step
from tests.world import TERM, TIANQIAO, Actor, Tianqiao, id_of, outcome

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
