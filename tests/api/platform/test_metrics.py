"""What an operator counts: requests by route and status, and nobody's data."""

from tests.world import Tianqiao, id_of


async def test_requests_are_counted_by_route_and_never_by_id(tianqiao: Tianqiao) -> None:
    place = f"/disputes/{id_of('flooded kitchen')}"
    line = 'method="GET",route="/v1/disputes/{id:uuid}",status="200"'

    async def count() -> float:
        text = (await tianqiao.http.get("/metrics")).text
        assert id_of("flooded kitchen") not in text
        found = [one for one in text.splitlines() if "_seconds_count" in one and line in one]
        return float(found[0].rpartition(" ")[2]) if found else 0

    before = await count()
    for _ in range(3):
        assert (await tianqiao.clerk_li.gets(place)).status_code == 200
    assert await count() == before + 3


async def test_an_unknown_address_makes_no_series_of_its_own(tianqiao: Tianqiao) -> None:
    for path in ("/v1/nothing-1", "/v1/nothing-2"):
        assert (await tianqiao.http.get(path)).status_code == 404
    text = (await tianqiao.http.get("/metrics")).text
    assert "nothing" not in text
    assert 'route="none",status="404"' in text
