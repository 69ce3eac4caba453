"""What a browser is told about every answer, and which pages of others may call."""

import base64
import hashlib
import re

import httpx
import pytest
from fastapi import Request, Response

from maplebridge_api.main import create_app
from maplebridge_api.platform.headers import PAGES
from maplebridge_api.platform.openapi import routes_of
from maplebridge_api.settings import settings
from tests.world import TIANQIAO, Tianqiao, id_of

SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def is_hardened(answer: httpx.Response) -> bool:
    return (
        answer.headers["x-content-type-options"] == "nosniff"
        and answer.headers["referrer-policy"] == "no-referrer"
        and "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        and "default-src 'none'" in answer.headers["content-security-policy"]
    )


async def test_every_answer_is_hardened_and_what_is_for_the_caller_alone_is_kept_nowhere(
    tianqiao: Tianqiao,
) -> None:
    """Of every route, with and without a token, whatever the answer is."""
    for route in routes_of(tianqiao.app):
        path = route.path_format.replace("{id}", id_of("huayuan"))
        path = path.replace("{street_id}", str(TIANQIAO))
        for method in route.methods or ():
            for token in (tianqiao.clerk_li.token, ""):
                headers = {"Authorization": f"Bearer {token}"}
                answer = await tianqiao.http.request(method, path, headers=headers)
                assert is_hardened(answer), path
                assert (answer.headers.get("cache-control") == "no-store") == (
                    path.startswith("/v1/") or (path == "/oauth/token" and answer.is_success)
                ), path


async def test_what_is_not_there_and_a_fault_of_ours_are_hardened_too(tianqiao: Tianqiao) -> None:
    async def faulty(_: Request) -> Response:
        raise RuntimeError

    tianqiao.app.add_route("/v1/faulty", faulty)
    for path, status in (("/nothing", 404), ("/v1/nothing", 404), ("/v1/faulty", 500)):
        answer = await tianqiao.http.get(path)
        assert answer.status_code == status
        assert is_hardened(answer), path
        assert ("cache-control" in answer.headers) == path.startswith("/v1"), path


async def test_a_version_that_the_client_has_is_still_answered_briefly(tianqiao: Tianqiao) -> None:
    """Nothing on the way keeps it; the client may, by itself."""
    place = f"/grids/{id_of('huayuan')}"
    etag = (await tianqiao.clerk_li.gets(place)).headers["etag"]
    answer = await tianqiao.clerk_li.gets(place, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.headers["cache-control"]) == (304, "no-store")


@pytest.mark.parametrize("page", PAGES)
async def test_of_the_documentation_only_its_own_scripts_run(tianqiao: Tianqiao, page: str) -> None:
    answer = await tianqiao.http.get(page)
    assert answer.status_code == 200
    assert is_hardened(answer)
    policy = answer.headers["content-security-policy"]
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    scripts = SCRIPT.findall(answer.text)
    assert allowed == [
        base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts
    ]
    assert scripts or page == "/redoc"
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert not re.search(
        r"\son[a-z]+=", answer.text
    )  # no script in an attribute, which would not run
    # What the page loads is ours and there: the policy lets nothing else in.
    for source in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert (await tianqiao.http.get(source)).status_code == 200, source


async def test_the_api_document_is_what_the_application_says(tianqiao: Tianqiao) -> None:
    answer = await tianqiao.http.get("/openapi.json")
    assert answer.json() == tianqiao.app.openapi()
    assert answer.headers["ratelimit-policy"].startswith('"read"')


async def asks(origin: str, **more: str) -> tuple[httpx.Response, httpx.Response]:
    """Let a page of an origin ask first, as browsers do, and then call."""
    app = create_app()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        wanted = {
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization, if-match, idempotency-key",
        }
        asked = await http.options("/v1/grids", headers={"Origin": origin} | wanted | more)
        return asked, await http.get("/.well-known/jwks.json", headers={"Origin": origin})


async def test_no_page_of_another_origin_may_call_unless_it_is_set(tianqiao: Tianqiao) -> None:
    for answer in await asks("https://street.luohe.cn"):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_the_origins_that_are_set_may_call_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    origins = "https://street.luohe.cn https://m.luohe.cn"
    monkeypatch.setenv("MAPLEBRIDGE_CORS_ORIGINS", origins)
    settings.cache_clear()
    for origin in origins.split():
        asked, called = await asks(origin)
        assert asked.status_code == 200
        assert called.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in called.headers
        assert "ETag" in called.headers["access-control-expose-headers"]
    for other in ("https://evil.cn", "https://street.luohe.cn.evil.cn", "null"):
        asked, called = await asks(other)
        assert asked.status_code == 400
        assert "access-control-allow-origin" not in called.headers
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("origins", ["*", "https://*.cn", "street.luohe.cn", "https://a.cn/x"])
def test_an_origin_is_written_out(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("MAPLEBRIDGE_CORS_ORIGINS", origins)
    settings.cache_clear()
    with pytest.raises(ValueError, match="cors_origins"):
        settings()
    monkeypatch.undo()
    settings.cache_clear()


async def test_behind_tls_browsers_are_told_to_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    _, plain = await asks("x")
    assert "strict-transport-security" not in plain.headers
    monkeypatch.setenv("MAPLEBRIDGE_HSTS_SECONDS", "31536000")
    settings.cache_clear()
    _, tls = await asks("x")
    assert tls.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    monkeypatch.undo()
    settings.cache_clear()
