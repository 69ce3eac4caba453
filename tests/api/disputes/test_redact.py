"""Striking a name from a case's texts: an act of its own, for good, and the case stays."""

import pytest

from maplebridge_domain.authority import Right
from maplebridge_domain.person import STRUCK
from tests.world import Tianqiao, dispute, id_of, new_id, outcome

NAME, PHONE = "欧阳晓枫", "15412345678"
SAID = {"title": f"{NAME}家漏水", "summary": f"业主{NAME}（{PHONE}）反映，楼上漏水。"}


async def reported(tianqiao: Tianqiao, **more: str) -> str:
    """Let a case be reported under a key, with a step whose note names somebody."""
    clerk = tianqiao.clerk_li
    headers = {"Idempotency-Key": "report"}
    id_ = new_id()
    body = dispute(**SAID, id=id_) | more
    assert (await clerk.posts("/disputes", body, headers=headers)).status_code == 201
    step = {"act": "accept", "note": f"已电话联系{NAME}。"}
    assert outcome(await clerk.changes(f"/disputes/{id_}", "steps", step)) == "200"
    await tianqiao.new_events()
    return f"/disputes/{id_}"


async def everywhere_said(tianqiao: Tianqiao) -> str:
    """Return all rows in which a case's words could stand."""
    rows = [
        await tianqiao.asks(f"SELECT string_agg(t::text, '|') FROM {table} t")
        for table in ("dispute", "dispute_step", "idempotency", "event")
    ]
    return "".join(rows)


async def test_a_name_is_struck_wherever_the_case_says_it(tianqiao: Tianqiao) -> None:
    place = await reported(tianqiao)
    before = (await tianqiao.clerk_li.gets(place)).json()
    assert NAME in await everywhere_said(tianqiao)
    xu = await tianqiao.in_office("xu in working committee")
    answer = await xu.changes(place, "redaction", {"strike": [NAME, PHONE]})
    assert answer.json() == before | {
        "title": f"{STRUCK}家漏水",
        "summary": f"业主{STRUCK}（{STRUCK}）反映，楼上漏水。",
    }
    assert (await tianqiao.clerk_li.gets(place)).json() == answer.json()
    said = await everywhere_said(tianqiao)
    assert NAME not in said
    assert PHONE not in said
    assert f"已电话联系{STRUCK}。" in said
    assert await tianqiao.new_events() == ["dispute.redacted"]


async def test_a_phone_that_repeats_its_report_is_answered_with_what_is_left(
    tianqiao: Tianqiao,
) -> None:
    place = await reported(tianqiao)
    redacted = await tianqiao.clerk_li.changes(place, "redaction", {"strike": [NAME, PHONE]})
    body = dispute(**SAID, id=place.removeprefix("/disputes/"))
    again = await tianqiao.clerk_li.posts("/disputes", body, headers={"Idempotency-Key": "report"})
    assert (again.status_code, again.json()) == (201, redacted.json())


async def test_also_the_answer_to_who_sees_several_streets_is_forgotten(
    tianqiao: Tianqiao,
) -> None:
    county = tianqiao.system("county", streets=(411104000, 411104999))
    body = dispute(**SAID, id=new_id())
    await county.posts("/disputes", body, headers={"Idempotency-Key": "county"})
    place = f"/disputes/{body['id']}"
    await tianqiao.clerk_li.changes(place, "redaction", {"strike": [NAME]})
    kept = await tianqiao.asks("SELECT answer FROM idempotency WHERE key = 'county'")
    assert NAME not in kept
    assert STRUCK in kept


async def test_what_does_not_stand_there_is_not_struck(tianqiao: Tianqiao) -> None:
    place = await reported(tianqiao)
    answer = await tianqiao.clerk_li.changes(place, "redaction", {"strike": ["欧阳小枫"]})
    assert outcome(answer) == "422 nothing_to_strike"
    assert await tianqiao.new_events() == []


@pytest.mark.parametrize("words", [[], ["漏"], [""], ["水" * 101]])
async def test_single_letters_are_not_struck(tianqiao: Tianqiao, words: list[str]) -> None:
    place = f"/disputes/{id_of('flooded kitchen')}"
    answer = await tianqiao.clerk_li.changes(place, "redaction", {"strike": words})
    assert outcome(answer) == "422 invalid_request"


async def test_redaction_is_of_who_may_erase(tianqiao: Tianqiao) -> None:
    place = f"/disputes/{id_of('flooded kitchen')}"
    handler = tianqiao.system("handler", rights=set(Right) - {Right.PEOPLE_ERASE})
    wang = await tianqiao.in_office("wang in huayuan branch")
    for actor in (handler, wang):
        answer = await actor.changes(place, "redaction", {"strike": ["厨房"]})
        assert outcome(answer) == "403 right_missing"
