"""Login by WeChat: who comes in, what each error says, and what goes no further."""

import logging
import re
from collections.abc import Callable

import pytest

from maplebridge_api.settings import settings
from tests.api.sessions.door import Door
from tests.providers.wechat import Wechat
from tests.world import NEIGHBOUR, TIANQIAO, Tianqiao, dispute, id_of, outcome


async def test_without_a_mini_program_there_is_no_such_login(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.http.post("/v1/sessions/wechat", json={"code": "x"})
    assert outcome(answer) == "404 wechat_login_off"


async def test_the_first_login_binds_and_the_next_needs_no_code(door: Door) -> None:
    await door.street.new_events()
    code = await door.code_for("wang")
    first = await door.by_wechat("openid-w", street_id=TIANQIAO, binding_code=code)
    again = await door.by_wechat("openid-w")
    for answer in (first, again):
        assert outcome(answer) == "201"
        assert answer.json()["person_id"] == id_of("wang")
        assert answer.headers["Cache-Control"] == "no-store"
    assert first.json()["id"] != again.json()["id"]
    assert await door.street.new_events() == [
        "binding_code.issued",
        "login.bound",
        "session.begun",
        "session.begun",
    ]
    actor = await door.street.asks("SELECT actor FROM event ORDER BY no DESC LIMIT 1")
    assert actor == f"persons/{id_of('wang')}"


async def test_a_resident_registers_with_a_name_and_holds_no_post(door: Door) -> None:
    await door.street.new_events()
    first = await door.by_wechat("openid-r", street_id=TIANQIAO, name="周远")
    person_id = first.json()["person_id"]
    clerk = door.street.clerk_li
    person = (await clerk.gets(f"/people/{person_id}")).json()
    assert (person["name"], person["phone"], person["street_id"]) == ("周*", None, TIANQIAO)
    assert (await clerk.gets(f"/appointments?person_id={person_id}")).json()["items"] == []
    assert await door.street.new_events() == ["person.registered", "login.bound", "session.begun"]
    assert (await door.by_wechat("openid-r")).json()["person_id"] == person_id


async def test_who_is_in_acts_by_their_appointment_or_as_a_resident(door: Door) -> None:
    wang = door.acting(await door.lets_in("wang"))
    zhou = (await door.by_wechat("openid-r", street_id=TIANQIAO, name="周远")).json()
    resident = door.acting(zhou)
    by = "SELECT actor || ' ' || coalesce(capacity::text, '') FROM event ORDER BY no DESC LIMIT 1"
    for person, expected in (
        (wang, f"persons/{id_of('wang')} {id_of('wang in huayuan branch')}"),
        (resident, f"persons/{zhou['person_id']} "),
    ):
        assert outcome(await person.posts("/disputes", dispute())) == "201"
        assert await door.street.asks(by) == expected
        next_door = await person.posts("/disputes", dispute(quarter_id=id_of("next quarter")))
        assert outcome(next_door) == "404 not_found"
    assert outcome(await wang.gets("/households")) == "200"
    assert outcome(await resident.gets("/households")) == "403 right_missing"


@pytest.mark.parametrize(
    "first",
    [
        {},
        {"street_id": TIANQIAO},
        {"name": "周远"},
        {"binding_code": "K7QFX-2M9DP"},
        {"street_id": TIANQIAO, "name": "周远", "binding_code": "K7QFX-2M9DP"},
    ],
)
async def test_an_account_that_is_not_bound_is_told_what_to_send(
    door: Door, first: dict[str, object]
) -> None:
    before = await door.all_that_is_kept()
    assert outcome(await door.by_wechat("openid-r", **first)) == "422 first_login"
    assert await door.all_that_is_kept() == before


async def test_nobody_registers_in_a_street_that_does_not_exist(door: Door) -> None:
    answer = await door.by_wechat("openid-r", street_id=TIANQIAO + 50, name="周远")
    assert outcome(answer) == "404 unknown_reference"
    assert answer.json()["errors"][0]["pointer"] == "/street_id"


async def test_an_account_that_is_bound_stays_bound(door: Door) -> None:
    await door.lets_in("wang", "openid-w")
    code = await door.code_for("chen")
    for more in ({"binding_code": code}, {"name": "周远"}):
        answer = await door.by_wechat("openid-w", street_id=NEIGHBOUR, **more)
        assert outcome(answer) == "409 login_already_bound"
    assert (await door.by_wechat("openid-w")).json()["person_id"] == id_of("wang")
    bound = await door.by_wechat("openid-c", street_id=TIANQIAO, binding_code=code)
    assert bound.json()["person_id"] == id_of("chen")


async def test_a_person_may_have_several_accounts(door: Door) -> None:
    ids = [(await door.lets_in("wang", openid))["person_id"] for openid in ("one", "two")]
    assert ids == [id_of("wang")] * 2


def _busy(wechat: Wechat) -> None:
    wechat.is_busy = True


def _too_frequent(wechat: Wechat) -> None:
    wechat.logins_a_minute_max = 0


def _blocked(wechat: Wechat) -> None:
    wechat.blocked.add("openid-w")


def _silent(wechat: Wechat) -> None:
    wechat.is_silent = True


def _other_app(wechat: Wechat) -> None:
    wechat.app_id = "wx-of-somebody-else"


def _other_secret(wechat: Wechat) -> None:
    wechat.secret = "changed"


ERRORS: list[tuple[Callable[[Wechat], None], str, str | None]] = [
    (_busy, "503 wechat_busy", "5"),
    (_too_frequent, "429 wechat_too_frequent", "60"),
    (_blocked, "403 wechat_user_blocked", None),
    (_silent, "504 wechat_silent", "5"),
    (_other_app, "502 wechat_refuses", None),
    (_other_secret, "502 wechat_refuses", None),
]


@pytest.mark.parametrize(("wrong", "expected", "retry_after"), ERRORS)
async def test_each_error_of_wechat_has_its_own_answer(
    door: Door,
    wrong: Callable[[Wechat], None],
    expected: str,
    retry_after: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong(door.wechat)
    if door.wechat.is_silent:
        monkeypatch.setenv("MAPLEBRIDGE_OUTSIDE_SECONDS_MAX", "0.5")
        settings.cache_clear()
    before = await door.all_that_is_kept()
    for language, in_that_language in (("zh", "[一-鿿]"), ("en", "^[ -~]+$")):
        body = {"code": door.wechat.code_of("openid-w"), "street_id": TIANQIAO, "name": "周远"}
        answer = await door.posts("/sessions/wechat", body, **{"Accept-Language": language})
        assert outcome(answer) == expected
        assert answer.headers.get("Retry-After") == retry_after
        assert re.search(in_that_language, answer.json()["detail"])
    assert await door.all_that_is_kept() == before


async def test_wechat_that_cannot_be_reached_is_silent(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPLEBRIDGE_WECHAT_BASE_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    assert outcome(await door.by_wechat("openid-w")) == "504 wechat_silent"


async def test_a_code_is_good_once_and_a_strange_one_never(door: Door) -> None:
    code = door.wechat.code_of("openid-w")
    first = {"code": code, "street_id": TIANQIAO, "name": "周远"}
    assert outcome(await door.posts("/sessions/wechat", first)) == "201"
    for used in (code, "strange"):
        answer = await door.posts("/sessions/wechat", {"code": used})
        assert outcome(answer) == "401 wechat_code_invalid"
        assert answer.json()["errors"][0]["pointer"] == "/code"
        assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (200, b""),
        (200, b"<html>502 Bad Gateway</html>"),
        (200, b"[]"),
        (200, b"null"),
        (200, b"{}"),
        (200, b'{"openid": ""}'),
        (200, b'{"openid": 7, "session_key": "x"}'),
        (200, b'{"openid": "\\ud800", "session_key": "x"}'),
        (200, b'{"errcode": "40029"}'),
        (200, b'{"errcode": true}'),
        (200, b"\xff\xfe{"),
        (200, b"[" * 200_000),
        (500, b'{"openid": "openid-w", "session_key": "x"}'),
        (302, b'{"openid": "openid-w", "session_key": "x"}'),
    ],
)
async def test_an_answer_that_wechat_does_not_document_is_not_believed(
    door: Door, status: int, says: bytes
) -> None:
    door.wechat.status, door.wechat.says = status, says
    answer = await door.by_wechat("openid-w", street_id=TIANQIAO, name="周远")
    assert outcome(answer) == "502 wechat_unreadable"


async def test_an_error_that_is_not_documented_is_ours_to_look_at(door: Door) -> None:
    door.wechat.says = b'{"errcode": 99999, "errmsg": "new"}'
    assert outcome(await door.by_wechat("openid-w")) == "502 wechat_refuses"


async def test_success_may_say_errcode_0(door: Door) -> None:
    door.wechat.says = b'{"errcode": 0, "openid": "openid-w", "session_key": "x"}'
    assert outcome(await door.by_wechat("x", street_id=TIANQIAO, name="周远")) == "201"


async def test_session_key_openid_and_secret_are_kept_answered_and_logged_nowhere(
    door: Door, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    code = await door.code_for("wang")
    answers = [
        await door.by_wechat("openid-of-wang", street_id=TIANQIAO, binding_code=code),
        await door.by_wechat("openid-of-wang", device="王的手机"),
        await door.by_wechat("openid-of-zhou", street_id=TIANQIAO, name="周远"),
        await door.by_wechat("openid-of-nobody"),
    ]
    _blocked(door.wechat)
    answers.append(await door.by_wechat("openid-w"))
    assert "wechat_refused" in capsys.readouterr().out
    kept = await door.all_that_is_kept()
    assert "王的手机" in kept
    assert "asyncpg" in caplog.text or "httpcore" in caplog.text  # so something was listened to
    heard = caplog.text + "".join(answer.text + str(answer.headers) for answer in answers)
    assert len(door.wechat.session_keys) == 4
    for secret in (*door.wechat.session_keys, "openid-of", "union-", door.wechat.secret):
        for where in (kept, heard):
            assert secret not in where
        assert secret.encode().hex() not in kept


async def test_a_fault_of_ours_is_logged_without_what_it_was_about(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await door.code_for("wang")
    door.street.app.state.database, database = None, door.street.app.state.database
    try:
        answer = await door.by_wechat("openid-of-wang", street_id=TIANQIAO, binding_code=code)
    finally:
        door.street.app.state.database = database
    assert outcome(answer) == "500 internal_error"
    logged = capsys.readouterr().out
    assert "AttributeError" in logged
    assert "service.py" in logged
    for secret in ("openid-of-wang", code, *door.wechat.session_keys):
        assert secret not in logged
