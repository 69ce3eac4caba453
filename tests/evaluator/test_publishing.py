from time import perf_counter

import pytest

from maplebridge_evaluator.publishing import NotOurs, Publisher, Refused, Unreachable

from .stand_in import DOWN, RUN, StandIn

BODY = b'{"engine_version":"1","input_sha256":"00","results":[]}'


def publisher(api: StandIn) -> Publisher:
    return Publisher(api.client(), "evaluator", "secret")


async def test_one_token_serves_many_calls() -> None:
    api = StandIn()
    ours = publisher(api)
    await ours.claim(RUN, "worker", 25)
    await ours.publish(RUN, BODY)
    assert api.tokens == 1
    assert api.seen == [
        ("claim Bearer token1", {"worker": "worker", "lease_seconds": 25}),
        ("results Bearer token1", {"engine_version": "1", "input_sha256": "00", "results": []}),
    ]


async def test_a_token_that_was_revoked_is_replaced_once() -> None:
    api = StandIn({"claim": [401, 200], "results": [401, 401]})
    ours = publisher(api)
    await ours.claim(RUN, "worker", 25)
    assert [what for what, _ in api.seen] == ["claim Bearer token1", "claim Bearer token2"]
    with pytest.raises(Refused, match="401"):
        await ours.publish(RUN, BODY)


@pytest.mark.parametrize("trouble", [DOWN, 429, 502, 503, 504])
async def test_results_are_sent_again_while_the_api_is_away(trouble: int) -> None:
    api = StandIn({"results": [trouble, trouble, 200], "token": [trouble, 200]}, retry_after="0")
    await publisher(api).publish(RUN, BODY)
    assert {str(body) for _, body in api.seen} == {str(api.seen[0][1])}


async def test_the_api_says_how_long_to_wait() -> None:
    api = StandIn({"claim": [503, 200]}, retry_after="1")
    began = perf_counter()
    await publisher(api).claim(RUN, "worker", 25)
    assert perf_counter() - began >= 1


async def test_a_run_that_somebody_finished_is_left_to_them_at_once() -> None:
    api = StandIn({"results": [409]})
    with pytest.raises(NotOurs, match="run_not_open"):
        await publisher(api).publish(RUN, BODY)
    assert api.acts == ["results"]


async def test_what_waiting_will_not_mend_is_not_repeated() -> None:
    api = StandIn({"results": [422]}, code="incomplete_results")
    with pytest.raises(Refused, match="422 incomplete_results"):
        await publisher(api).publish(RUN, BODY)
    assert api.acts == ["results"]


async def test_patience_ends() -> None:
    api = StandIn({"results": [503] * 100}, retry_after="0")
    with pytest.raises(Unreachable):
        await publisher(api).publish(RUN, BODY)
    assert 2 < len(api.seen) < 10
