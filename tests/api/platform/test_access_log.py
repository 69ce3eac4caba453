"""Every access can be accounted for: who, in what capacity, what, and what became of it; ids only."""

import pytest

from tests.world import Tianqiao, id_of

FLOODED = f"/v1/disputes/{id_of('flooded kitchen')}"


async def lines(tianqiao: Tianqiao, written: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was taken down, without the times."""
    tianqiao.app.state.access_log.write()
    noted = [line for line in written.readouterr().out.splitlines() if " request " in line]
    return [" ".join(word for word in line.split()[5:] if "ms=" not in word) for line in noted]


async def test_a_read_is_taken_down_with_who_read_it_in_what_capacity(
    tianqiao: Tianqiao, capsys: pytest.CaptureFixture[str]
) -> None:
    wang = await tianqiao.in_office("wang in huayuan branch")
    await lines(tianqiao, capsys)
    await wang.gets(FLOODED.removeprefix("/v1") + "?x=secret")
    capacity = id_of("wang in huayuan branch")
    assert await lines(tianqiao, capsys) == [
        f"method=GET path={FLOODED} status=200 actor=persons/{id_of('wang')} capacity={capacity}"
    ]


async def test_who_lacks_the_right_is_named(
    tianqiao: Tianqiao, capsys: pytest.CaptureFixture[str]
) -> None:
    await lines(tianqiao, capsys)
    await tianqiao.worker.gets("/people")
    assert await lines(tianqiao, capsys) == [
        "method=GET path=/v1/people status=403 actor=clients/worker capacity=-"
    ]


async def test_who_is_refused_is_taken_down_and_no_address_that_is_not_ours(
    tianqiao: Tianqiao, capsys: pytest.CaptureFixture[str]
) -> None:
    await tianqiao.http.get(FLOODED)
    await tianqiao.http.get("/v1/people/张伟?phone=13800000000")
    await tianqiao.http.get("/v1/streets/张伟")
    await tianqiao.http.get("/v1/events/13800000000/1%0A2026-11-24 [info] request actor=x")
    await tianqiao.http.get("/healthz")
    assert await lines(tianqiao, capsys) == [
        f"method=GET path={FLOODED} status=401 actor=-",
        "method=GET path=- status=404 actor=-",
        "method=GET path=/v1/streets/{street_id} status=401 actor=-",
        "method=GET path=/v1/events/{street_id}/{number} status=401 actor=-",
    ]
