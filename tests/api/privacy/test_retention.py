"""What was kept long enough is erased at night, once, told by an event, and nothing else is touched."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from maplebridge_api import jobs, privacy
from maplebridge_api.platform.clock import clock
from maplebridge_domain.retention import Kept
from tests.api.platform.test_events import chain_breaks_at
from tests.api.privacy.test_erase import everything
from tests.world import NOW, TIANQIAO, Tianqiao, dispute, id_of, new_id, outcome

NAME, PHONE = "欧阳晓枫", "15412345678"
OUYANG = {"id": id_of("ouyang"), "street_id": TIANQIAO, "name": NAME, "phone": PHONE}
DAY = timedelta(days=1)


def years(number: int) -> timedelta:
    """Return so many years after 2 November 2026, in days."""
    return NOW.replace(year=NOW.year + number) - NOW


async def night(tianqiao: Tianqiao, now: datetime, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the job run at an instant; return the kinds of events it wrote."""
    clock.set_to = now
    await tianqiao.new_events()

    async def stands(_: Any) -> None:
        """The sandbox's clock is not looked up: it stands where the test has set it."""

    monkeypatch.setattr("maplebridge_api.platform.sandbox.resume", stands)
    await jobs.erase_what_is_due({"database": tianqiao.app.state.database})
    return await tianqiao.new_events()


async def test_the_world_of_today_is_not_due(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await everything(tianqiao)
    assert await night(tianqiao, NOW, monkeypatch) == []
    assert await everything(tianqiao) == before


async def test_who_never_held_an_office_is_erased_after_a_year(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tianqiao.clerk_li.makes("/people", OUYANG)
    assert await night(tianqiao, NOW + years(1), monkeypatch) == []
    assert NAME in await everything(tianqiao)
    assert await night(tianqiao, NOW + years(1) + DAY, monkeypatch) == ["person.erased"]
    after = await everything(tianqiao)
    assert NAME not in after
    assert "154****5678" not in after
    event = await tianqiao.asks("SELECT actor || data::text FROM event ORDER BY no DESC LIMIT 1")
    assert event == 'clients/jobs{"reason": "retention_over"}'


async def test_done_again_the_job_finds_nothing(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await tianqiao.clerk_li.makes("/people", OUYANG | {"id": new_id()})
    monkeypatch.setattr(jobs, "ERASED_AT_ONCE_MAX", 2)  # two transactions
    later = NOW + years(1) + DAY
    assert await night(tianqiao, later, monkeypatch) == ["person.erased"] * 3
    assert await night(tianqiao, later, monkeypatch) == []
    assert await chain_breaks_at(tianqiao) is None


async def test_a_holder_is_erased_three_years_after_the_last_term(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entered on 2 November 2026, in office until 2028: the three years begin when the office ends."""
    everybody = 9
    until = datetime.fromisoformat("2028-01-01T00:00:00+08:00")
    assert await night(tianqiao, until.replace(year=2031), monkeypatch) == []
    due = until.replace(year=2031) + DAY
    assert await night(tianqiao, due, monkeypatch) == ["person.erased"] * everybody
    assert await tianqiao.asks("SELECT count(name) FROM person WHERE street_id = $1", TIANQIAO) == 0
    assert await tianqiao.asks("SELECT count(*) FROM appointment") == everybody


async def test_who_has_a_case_open_is_kept_and_then_for_a_year(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = tianqiao.clerk_li
    await clerk.makes("/people", OUYANG)
    case = await tianqiao.logged_in("ouyang").makes("/disputes", dispute())
    assert await night(tianqiao, NOW + years(2), monkeypatch) == []
    await clerk.changes(f"/disputes/{case['id']}", "steps", {"act": "withdraw"})
    assert await night(tianqiao, NOW + years(3), monkeypatch) == []
    assert await night(tianqiao, NOW + years(3) + DAY, monkeypatch) == ["person.erased"]


async def test_the_texts_of_a_case_go_ten_years_after_it_was_over_and_the_case_stays(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = tianqiao.clerk_li
    key = {"Idempotency-Key": "report"}
    body = dispute(summary=f"{NAME}反映漏水。", id=new_id())
    await clerk.posts("/disputes", body, headers=key)
    place = f"/disputes/{body['id']}"
    await clerk.changes(place, "steps", {"act": "withdraw", "note": f"{NAME}撤回。"})
    people = ["person.erased"] * 9
    assert await night(tianqiao, NOW + years(10), monkeypatch) == people
    assert NAME in await everything(tianqiao)
    later = NOW + years(10) + DAY
    assert await night(tianqiao, later, monkeypatch) == ["dispute.text_erased"]
    assert await night(tianqiao, later, monkeypatch) == []
    assert NAME not in await everything(tianqiao)
    case = (await clerk.gets(place)).json()
    assert case["title"] == case["summary"] == "（保存期满，文字已删除）"
    assert case["state"] == "withdrawn"
    assert case["reported_at"] == NOW.isoformat()
    open_one = (await clerk.gets(f"/disputes/{id_of('flooded kitchen')}")).json()
    assert open_one["title"] == "厨房返水"  # it is not over, however old


async def test_answers_under_keys_go_after_thirty_days_whose_ever_they_are(
    tianqiao: Tianqiao, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Idempotency-Key": "old"}
    for actor in (tianqiao.clerk_li, tianqiao.system("county", streets=(411104000, 411104999))):
        body = OUYANG | {"id": new_id()}
        assert outcome(await actor.posts("/people", body, headers=headers)) == "201"
    count = "SELECT count(*) FROM idempotency WHERE key = 'old'"
    await night(tianqiao, NOW + 30 * DAY, monkeypatch)
    assert await tianqiao.asks(count) == 2
    await night(tianqiao, NOW + 31 * DAY, monkeypatch)
    assert await tianqiao.asks(count) == 0


def test_whatever_has_a_period_has_a_job() -> None:
    assert set(privacy.service.RETIRE) == set(Kept)
    names = {job.name for job in jobs.WorkerSettings.cron_jobs}
    assert "cron:erase_what_is_due" in names
