"""Filing service contracts, and which of them are about to end."""

from datetime import datetime

import pytest

from maplebridge_api.platform.clock import clock
from tests.world import NEIGHBOUR, TERM, TIANQIAO, Json, Tianqiao, id_of, outcome

CONTRACT = f"/service-contracts/{id_of('contract of huayuan')}"


async def listed(tianqiao: Tianqiao, query: str) -> list[str]:
    answer = await tianqiao.clerk_li.gets(f"/service-contracts{query}")
    return sorted(one["file_by"] for one in answer.json()["items"])


async def test_how_a_filing_stands_is_listed_and_a_late_one_is_entered_as_it_is(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    assert (await clerk.gets(CONTRACT)).json()["file_by"] == "2025-01-16"
    signed = {"signed_on": "2026-10-20", "filed_on": None}
    for quarter, more in (("jiayuan", signed), ("laoyuan", signed | {"filed_on": "2026-10-30"})):
        during = {"from": "2026-11-01T00:00:00+08:00", "until": "2029-11-01T00:00:00+08:00"}
        new = {"enterprise_id": id_of("wanjia"), "quarter_id": id_of(quarter), "during": during}
        await clerk.makes("/service-contracts", new | more)
    assert await listed(tianqiao, "?filing=missing") == ["2025-01-16"]
    assert await listed(tianqiao, "?filing=pending") == ["2026-11-04"]
    assert await listed(tianqiao, "?filing=in_time") == ["2026-11-04"]
    await tianqiao.new_events()

    # The fifteenth day is 1 January, a holiday: it is to be filed by the 2nd.
    filing = {"signed_on": "2024-12-17", "filed_on": "2025-01-03"}
    filed = await clerk.changes(CONTRACT, "filing", filing)
    assert filed.json() | filing == filed.json()
    assert filed.json()["file_by"] == "2025-01-02"
    assert (await clerk.gets(CONTRACT)).json() == filed.json()
    assert await listed(tianqiao, "?filing=late") == ["2025-01-02"]
    assert await listed(tianqiao, "?filing=missing") == []
    in_time = "SELECT data->>'in_time' FROM event ORDER BY no DESC LIMIT 1"
    assert await tianqiao.asks(in_time) == "false"
    assert await tianqiao.new_events() == ["service_contract.filed"]

    clock.set_to = datetime.fromisoformat("2026-11-05T00:00:00+08:00")
    assert await listed(tianqiao, "?filing=missing") == ["2026-11-04"]


@pytest.mark.parametrize(
    "body",
    [
        {"filed_on": "2026-11-03"},
        {"signed_on": "2026-11-03", "filed_on": "2026-11-02"},
        {"signed_on": "2026-11-01", "filed_on": "2026-10-31"},
    ],
)
async def test_a_filing_before_the_signature_or_tomorrow_is_refused(
    tianqiao: Tianqiao, body: Json
) -> None:
    answer = await tianqiao.clerk_li.changes(CONTRACT, "filing", body)
    assert outcome(answer) == "422 contract_dates_wrong"


async def test_contracts_are_listed_with_the_days_by_which_notice_is_due(
    tianqiao: Tianqiao,
) -> None:
    clerk = tianqiao.clerk_li
    until = {
        "jiayuan": "2027-01-01T00:00:00+08:00",  # sixty days before was 1 November, ninety 2 October
        "laoyuan": "2027-02-01T00:00:00+08:00",
    }
    for quarter, end in until.items():
        new = {"enterprise_id": id_of("wanjia"), "quarter_id": id_of(quarter)}
        await clerk.makes("/service-contracts", new | {"during": TERM | {"until": end}})
    [ending] = (await clerk.gets("/service-contracts/ending?within_days=30")).json()["items"]
    assert (ending["quarter_id"], ending["last_day"]) == (id_of("laoyuan"), "2027-01-31")
    assert ending["notices"] == [
        {"kind": "owners_dismiss", "by": "2026-12-02", "provisional": False},
        {"kind": "enterprise_not_renew", "by": "2026-10-30", "provisional": False},
    ]
    assert (await clerk.gets("/service-contracts/ending?within_days=29")).json()["items"] == []
    # Who sees two streets sees their contracts each by its place's rules; next door there is none.
    district = tianqiao.system("district", streets=(TIANQIAO - 1, NEIGHBOUR + 1))
    assert (await district.gets("/service-contracts/ending")).json()["items"] == [ending]
    assert (await tianqiao.stranger.gets("/service-contracts/ending")).json()["items"] == []
