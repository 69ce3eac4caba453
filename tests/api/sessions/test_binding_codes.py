"""Codes that a street hands out: short-lived, good once, and not to be guessed."""

from asyncio import gather, sleep
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from maplebridge_api.platform.authority import Authority
from maplebridge_domain.authority import Right
from tests.api.appointments.test_who_fills import OFFICE, to
from tests.api.sessions.door import Door
from tests.world import NEIGHBOUR, TIANQIAO, Json, enter, id_of, new_id, outcome, outcomes

WRONG = "403 binding_code_wrong"


async def tries(
    door: Door, code: str, openid: str = "openid-x", street_id: int = TIANQIAO
) -> httpx.Response:
    return await door.by_wechat(openid, street_id=street_id, binding_code=code)


def almost(code: str) -> str:
    """Change the last letter: the code is found, and not proven."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def elsewhere(code: str) -> str:
    """Change the first letter: no such code is found."""
    return ("0" if code[0] != "0" else "1") + code[1:]


async def test_a_code_lasts_half_an_hour_and_is_shown_once(door: Door) -> None:
    place = f"/people/{id_of('wang')}/binding-codes"
    made = await door.street.clerk_li.posts(place, {}, headers={"Idempotency-Key": "again"})
    left = datetime.fromisoformat(made.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    assert made.headers["Cache-Control"] == "no-store"
    kept = await door.all_that_is_kept()
    code = made.json()["binding_code"]
    for part in (code, code.replace("-", ""), code.partition("-")[2]):
        assert part not in kept


async def test_who_may_not_write_people_hands_out_no_code(door: Door) -> None:
    place = f"/people/{id_of('wang')}/binding-codes"
    clerk = door.street.system("clerk", rights=set(Right) - {Right.PEOPLE_WRITE})
    assert outcome(await clerk.posts(place, {})) == "403 right_missing"
    assert outcome(await door.street.stranger.posts(place, {})) == "404 not_found"
    nobody = f"/people/{new_id()}/binding-codes"
    assert outcome(await door.street.clerk_li.posts(nobody, {})) == "404 not_found"


async def test_a_code_is_read_as_people_type_it(door: Door) -> None:
    code = await door.code_for("wang")
    assert outcome(await tries(door, f" {code.lower().replace('-', ' ')}")) == "201"


async def test_a_code_is_good_once(door: Door) -> None:
    code = await door.code_for("wang")
    answers = [await tries(door, code, openid) for openid in ("one", "two")]
    assert [outcome(answer) for answer in answers] == ["201", WRONG]


async def test_of_two_who_use_one_code_at_once_one_is_bound(door: Door) -> None:
    code = await door.code_for("wang")
    answers = await gather(*(tries(door, code, openid) for openid in ("one", "two")))
    assert outcomes(answers) == ["201", WRONG]
    assert await door.street.asks("SELECT count(*) FROM login") == 1


async def test_a_newer_code_takes_the_place_of_an_older_one(door: Door) -> None:
    old, new, of_chen = [await door.code_for(person) for person in ("wang", "wang", "chen")]
    assert outcome(await tries(door, old)) == WRONG
    assert (await tries(door, new)).json()["person_id"] == id_of("wang")
    assert (await tries(door, of_chen, "openid-c")).json()["person_id"] == id_of("chen")


async def test_whatever_is_wrong_with_a_code_the_answer_is_the_same(door: Door) -> None:
    used, replaced, expired, good = [
        await door.code_for(person) for person in ("wang", "chen", "liu", "zhao")
    ]
    await tries(door, used, "openid-w")
    await door.code_for("chen")
    await door.street.asks(
        "UPDATE binding_code SET expires_at = now() WHERE person_id = $1", id_of("liu")
    )
    answers = [
        await tries(door, code, f"openid {n}", street_id)
        for n, (code, street_id) in enumerate(
            [
                (used, TIANQIAO),
                (replaced, TIANQIAO),
                (expired, TIANQIAO),
                (almost(good), TIANQIAO),
                (elsewhere(good), TIANQIAO),
                ("?", TIANQIAO),
                (good, NEIGHBOUR),
                (good, 411104099),  # no such street
            ]
        )
    ]
    assert {outcome(answer) for answer in answers} == {WRONG}
    assert len({answer.text for answer in answers}) == 1
    assert outcome(await tries(door, good)) == "201"


async def test_the_same_work_is_done_whether_there_is_such_a_code_or_not(door: Door) -> None:
    good = await door.code_for("wang")
    sent = await door.statements()
    work = []
    for openid in ("warms-up", "one", "two"):
        sent.clear()
        code = almost(good) if openid == "one" else elsewhere(good)
        assert outcome(await tries(door, code, openid)) == WRONG
        await sleep(0)  # the loop calls the loggers
        work.append([*sent])
    assert work[1] == work[2]
    assert len(work[1]) > 5


async def test_a_code_is_void_after_five_wrong_tries_whoever_made_them(door: Door) -> None:
    await door.street.new_events()
    good = await door.code_for("wang")
    for n in range(6):
        assert outcome(await tries(door, almost(good), f"guesser {n}")) == WRONG
    assert outcome(await tries(door, good)) == WRONG
    assert await door.street.new_events() == ["binding_code.issued", "binding_code.locked"]
    subject = await door.street.asks("SELECT subject FROM event ORDER BY no DESC LIMIT 1")
    assert subject == f"people/{id_of('wang')}"


async def test_a_code_that_was_missed_four_times_is_still_good(door: Door) -> None:
    good = await door.code_for("wang")
    for n in range(4):
        await tries(door, almost(good), f"guesser {n}")
    assert outcome(await tries(door, good)) == "201"


async def test_an_account_waits_after_five_wrong_codes_even_with_a_right_one(door: Door) -> None:
    for _ in range(5):
        assert outcome(await tries(door, "00000-00000")) == WRONG
    good = await door.code_for("wang")
    locked = await tries(door, good)
    assert outcome(locked) == "429 login_locked"
    assert 600 < int(locked.headers["Retry-After"]) <= 900
    assert outcome(await tries(door, good, "somebody else")) == "201"

    await door.street.asks("UPDATE binding_try SET last_at = last_at - interval '15 minutes'")
    assert outcome(await tries(door, await door.code_for("wang"))) == "201"


async def test_of_many_tries_at_once_no_more_than_five_are_looked_at(door: Door) -> None:
    good = await door.code_for("wang")
    guesses = [almost(good)] * 4 + ["00000-00000"] * 8
    answers = await gather(*(tries(door, guess) for guess in guesses))
    assert outcomes(answers) == [WRONG] * 5 + ["429 login_locked"] * 7


async def test_many_accounts_at_once_have_no_more_tries_at_a_code(door: Door) -> None:
    good = await door.code_for("wang")
    await gather(*(tries(door, almost(good), f"guesser {n}") for n in range(12)))
    counted = await door.street.asks("SELECT wrong_tries FROM binding_code")
    assert counted == 12
    assert outcome(await tries(door, good)) == WRONG


@pytest.mark.parametrize("code", ["", "x" * 21, "密码", "a\nb"])
async def test_what_is_no_code_at_all_is_out_of_form(door: Door, code: str) -> None:
    assert outcome(await tries(door, code)) == "422 invalid_request"


async def test_a_code_from_before_lets_nobody_into_an_office_filled_later(door: Door) -> None:
    """The clerk keeps a copy of Chen's code; then the operator makes Chen an administrator."""
    street = door.street
    await enter(street.clerk_li, OFFICE)
    feng = await street.in_office("feng in office")
    codes = [
        (await feng.makes(f"/people/{id_of(who)}/binding-codes", {}))["binding_code"]
        for who in ("chen", "liu")
    ]
    await street.clerk_li.makes("/appointments", to("administrators", "chen"))
    await street.clerk_li.makes("/appointments", to("members of binhe committee", "liu"))
    first = [{"street_id": TIANQIAO, "binding_code": code} for code in codes]
    assert outcome(await door.by_wechat("a-phone", **first[0])) == "403 binding_code_wrong"
    assert outcome(await door.by_wechat("another", **first[1])) == "201"  # theirs to fill
    assert (await door.lets_in("chen", "a-third"))["person_id"] == id_of("chen")


async def test_an_account_bound_before_acts_in_no_office_filled_from_above_later(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clerk binds a phone of their own to Chen's entry; then the operator makes Chen an administrator."""
    monkeypatch.setattr(Authority, "SECONDS_MAX", 0.0)
    street = door.street
    await enter(street.clerk_li, OFFICE)
    feng = await street.in_office("feng in office")
    code = (await feng.makes(f"/people/{id_of('chen')}/binding-codes", {}))["binding_code"]
    first = {"street_id": TIANQIAO, "binding_code": code}
    session = (await door.by_wechat("clerks-phone", **first)).json()
    registered = (await door.by_wechat("residents", street_id=TIANQIAO, name="周远")).json()
    office = (await street.clerk_li.makes("/appointments", to("administrators", "chen")))["id"]
    other = to("auditor of tianqiao", "chen") | {"person_id": registered["person_id"]}
    await street.clerk_li.makes("/appointments", other)

    async def acts(session: Json) -> list[str]:
        """Return what an account acts in, and how it fares as an administrator."""
        told = (await door.acting(session).gets("/capacities")).json()["items"]
        tries_it = await door.acting(session).gets("/people", headers={"Acting-Capacity": office})
        return [*sorted(one["role"] for one in told), outcome(tries_it)]

    again = (await door.by_wechat("clerks-phone")).json()
    refreshed = (await door.refreshes(again["refresh_token"])).json()
    for bound_before in (session, again, refreshed):
        assert await acts(bound_before) == ["committee_member", "403 capacity_not_held"]
    assert await acts(registered) == ["403 capacity_not_held"]
    # Bound anew by a code of whoever fills that office, it acts there; the clerk's phone is out.
    logins = await street.clerk_li.asks("DELETE", f"/people/{id_of('chen')}/logins")
    assert logins.is_success
    bound_anew = await door.lets_in("chen", "chens-phone")
    assert await acts(bound_anew) == ["committee_member", "street_administrator", "200"]
    again = (await door.by_wechat("chens-phone")).json()
    assert await acts(again) == ["committee_member", "street_administrator", "200"]
