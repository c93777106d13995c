"""The built web client behind the gateway: what a browser gets for a path, how long it keeps it, what nobody gets."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from crm.roles import ALL, Roles, build_app
from tests.support.http_service import open_service

ROLES = Roles(ALL.apis - {"analytics"})  # it needs a warehouse
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = b"console.log(1);" * 100
FILES = {
    "index.html": b"<!doctype html><title>CRM</title>",
    "sw.js": b"self.skipWaiting()",
    "manifest.webmanifest": b"{}",
    "assets/app-1a2b3c.js": SCRIPT,
    "assets/app-1a2b3c.js.gz": gzip.compress(SCRIPT),
    "assets/app-1a2b3c.js.br": b"brotli of it",
    "assets/logo.svg": b"<svg/>",
    "assets/Inter.woff2": b"font",
    ".vite/manifest.json": b"{}",
    "assets/.hidden": b"no",
}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "dist"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder.parent / "secret.txt").write_bytes(b"secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "linked").symlink_to(folder.parent)
    return folder


@pytest.fixture
async def http(tmp_path: Path, dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_service(tmp_path) as service:
        app = build_app(service.kernel, ROLES, dist)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
            yield client


def sent(answer: httpx.Response) -> tuple[int, str, str]:
    headers = answer.headers
    return answer.status_code, headers["content-type"].partition(";")[0], headers["cache-control"]


async def test_files_with_their_types_and_how_long_they_are_kept(http: httpx.AsyncClient) -> None:
    kept = "public, max-age=31536000, immutable"
    for path, media, cache in (
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/sw.js", "text/javascript", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/assets/app-1a2b3c.js", "text/javascript", kept),
        ("/assets/logo.svg", "image/svg+xml", kept),
        ("/assets/Inter.woff2", "font/woff2", kept),
    ):
        answer = await http.get(path, headers={"Accept-Encoding": "identity"})
        assert sent(answer) == (200, media, cache), path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["vary"] == "Accept-Encoding", path
        head = await http.head(path, headers={"Accept-Encoding": "identity"})
        assert dict(head.headers) == dict(answer.headers), path
        known = await http.get(path, headers={"If-None-Match": answer.headers["etag"], "Accept-Encoding": "identity"})
        assert (known.status_code, known.content, known.headers["cache-control"]) == (304, b"", cache), path
        assert known.headers["content-security-policy"] == answer.headers["content-security-policy"], path


async def test_what_was_packed_when_built(http: httpx.AsyncClient) -> None:
    script = "assets/app-1a2b3c.js"
    for taken, coding, name in (
        ("gzip, br", "br", f"{script}.br"),
        ("gzip", "gzip", f"{script}.gz"),
        ("br;q=0, gzip", "gzip", f"{script}.gz"),
        ("identity", None, script),
    ):
        asked = http.build_request("GET", f"/{script}", headers={"Accept-Encoding": taken})
        answer = await http.send(asked, stream=True)
        assert b"".join([part async for part in answer.aiter_raw()]) == FILES[name], taken
        assert answer.headers.get("content-encoding") == coding
        assert answer.headers["content-length"] == str(len(FILES[name]))


async def test_pages_of_the_client(http: httpx.AsyncClient) -> None:
    for path in ("/o/account/1", "/dashboard", "/import", "/sign-in", "/help/x", "/o/account/a%2Fb"):
        answer = await http.get(path, headers=BROWSER)
        assert (answer.status_code, answer.content) == (200, FILES["index.html"]), path
        assert (await http.get(path, headers={"Accept": "application/json"})).status_code == 404, path
        assert (await http.post(path, headers=BROWSER)).status_code in (404, 405), path


async def test_what_stays_with_the_services(http: httpx.AsyncClient) -> None:
    for path in ("/customer/none", "/imports/x", "/docs/none", "/docs/assets/none.js", "/assets/none.js", "/sales"):
        answer = await http.get(path, headers=BROWSER)
        assert answer.headers["content-type"] == "application/problem+json", path
    assert (await http.get("/healthz", headers=BROWSER)).json() == {"status": "ok"}
    assert (await http.get("/meta", headers=BROWSER)).status_code == 401


ATTACKS = (
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/assets/..%5c..%5csecret.txt",
    "//etc/passwd",
    "/assets//app-1a2b3c.js",
    "/link.txt",
    "/linked/secret.txt",
    "/.vite/manifest.json",
    "/assets/.hidden",
    "/assets/app-1a2b3c.js.br",
    "/assets/app-1a2b3c.js%00.html",
    "/INDEX.HTML",
)


async def test_nothing_else_is_served(http: httpx.AsyncClient) -> None:
    for path in ATTACKS:
        url = httpx.URL("http://crm.test").copy_with(raw_path=path.encode())
        answer = await http.send(http.build_request("GET", url))
        assert answer.status_code in (404, 405), path
        assert b"secret" not in answer.content, path


async def test_without_a_client_its_pages_say_in_three_languages_how_to_get_it(tmp_path: Path) -> None:
    async with open_service(tmp_path) as service:
        app = build_app(service.kernel, ROLES, tmp_path / "none")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
            for path in ("/", "/o/account"):
                page = await client.get(path, headers=BROWSER)
                assert (page.status_code, page.text.count("make web"), page.text.count('/docs"')) == (200, 3, 3), path
                assert [lang in page.text for lang in ("zh-CN", "zh-TW")] == [True, True], path
            assert "//" not in page.text.replace("<!doctype", "")
            assert (await client.get("/notice.css")).status_code == 200
            assert (await client.get("/readyz")).status_code == 200
            assert (await client.get("/o/account", headers={"Accept": "application/json"})).status_code == 404
