"""The security headers stand on every answer of every route: taken, refused, failed, streamed, or a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from unittest.mock import patch

import httpx
import pytest
import pytest_asyncio

from shared.kernel.queries import Queries
from tests.api.documents import ENDLESS, SERVICES, operations, prefix_of, type_at
from tests.support.suite import NOBODY, PATHS, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNTS = PATHS["account"]
PAGES = ("/docs",)
KEYS = "/identity/.well-known/jwks.json"  # which everybody may keep for a while
HTML = "text/html"


@pytest_asyncio.fixture(loop_scope="module")
async def http(whole: Whole) -> AsyncIterator[httpx.AsyncClient]:
    yield whole.client()


def secured(answer: httpx.Response) -> httpx.Response:
    headers, where = answer.headers, (answer.request.method, answer.request.url.path, answer.status_code)
    policy = [part.strip() for part in headers.get("content-security-policy", "").split(";")]
    assert "default-src 'none'" in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert "base-uri 'none'" in policy, where
    assert not [part for part in policy if "unsafe" in part or "*" in part or "http:" in part], where
    assert headers.get_list("x-content-type-options") == ["nosniff"], where
    assert headers["referrer-policy"] == "no-referrer", where
    assert headers["x-frame-options"] == "DENY", where
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin", where
    assert headers["cache-control"] in ("no-store", "no-cache") or answer.request.url.path == KEYS, where
    assert not {"server", "x-powered-by", "access-control-allow-origin"} & {*headers}, where
    if answer.content and HTML in headers.get("content-type", ""):
        assert answer.request.url.path in PAGES, where  # nowhere else does a browser find anything to run
    return answer


async def test_every_route_taken_or_refused(whole: Whole, http: httpx.AsyncClient) -> None:
    stranger, seen = whole.stranger(), Counter[int]()
    for service in SERVICES:
        prefix = prefix_of(service)
        document = secured(await http.get(f"{prefix}/openapi.json")).json()
        for method, path, _ in operations(document):
            type_ = type_at(prefix + path)
            known = whole.ours.one(type_) if type_ else NOBODY
            for id in (known, NOBODY) if method == "get" else (NOBODY,):
                url = (prefix + path).replace("{id}", id).replace("{stream}", f"account-{id}")
                url = f"{url}?after=x" if url == ENDLESS else url  # refused, so that it ends
                for client in (http, stranger):
                    body = {"json": {"x": 1}} if method in ("post", "patch") else {}
                    seen[secured(await client.request(method, url, **body)).status_code] += 1  # type: ignore[arg-type]
            seen[secured(await http.request("TRACE", url)).status_code] += 1
    assert {*seen} >= {200, 401, 404, 405, 422}
    assert seen[401] > 250


async def test_each_kind_of_refusal(whole: Whole, http: httpx.AsyncClient) -> None:
    json = {"Content-Type": "application/json"}
    limited = whole.client("read_only")
    answers = (
        (200, http.get("/healthz")),
        (401, whole.stranger().get(ACCOUNTS)),
        (403, limited.post(ACCOUNTS, json={"name": "A"})),
        (404, http.get("/nowhere")),
        (404, http.get("/customer/nowhere")),
        (404, http.get(f"{ACCOUNTS}/{NOBODY}")),
        (405, http.delete(ACCOUNTS)),
        (409, http.post(PATHS["user"], json={"name": "A", "email": "ada@acme.example"})),
        (412, http.patch(f"{ACCOUNTS}/{whole.ours.one('account')}", json={"city": "B"}, headers={"If-Match": '"99"'})),
        (413, http.post(ACCOUNTS, content=b"x" * 1_000_001, headers=json)),
        (415, http.post(ACCOUNTS, content=b"x", headers={"Content-Type": "text/plain"})),
        (422, http.post(ACCOUNTS, content=b"x", headers=json)),
        (422, http.get(ACCOUNTS, params={"sort": "<script>"})),
        (503, http.get(f"{ACCOUNTS}/{whole.ours.one('account')}", params={"min_version": "99"})),
    )
    for status, answer in answers:
        assert secured(await answer).status_code == status


async def test_failures_of_our_own(whole: Whole, http: httpx.AsyncClient) -> None:
    with patch.object(Queries, "raw", side_effect=RuntimeError("somebody's data")):
        failed = secured(await http.get(f"{ACCOUNTS}/{whole.ours.one('account')}"))
    assert failed.status_code == 500
    assert "somebody" not in failed.text


async def test_what_is_streamed(whole: Whole, http: httpx.AsyncClient) -> None:
    for format in ("csv", "xlsx"):
        secured(await http.get(f"{ACCOUNTS}/export", params={"format": format})).raise_for_status()
    events = secured(await http.get(f"/imports/{whole.ours.one('import')}/events"))
    assert events.headers["content-type"].startswith("text/event-stream")
    for format in ("json", "csv", "arrow"):
        asked = {"sql": "SELECT name FROM accounts", "format": format}
        secured(await http.post("/analytics/sql", json=asked)).raise_for_status()
    verified = secured(await http.post("/audit/verifications", json={}))
    assert verified.headers["content-type"].startswith("text/event-stream")


async def test_the_pages_and_what_they_load(http: httpx.AsyncClient) -> None:
    for page in PAGES:
        assert HTML in secured(await http.get(page)).headers["content-type"]


async def test_transport_security_where_there_is_transport_security(whole: Whole) -> None:
    transport = httpx.ASGITransport(whole.suite.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://crm.test") as client:
        for path in ("/healthz", "/nowhere", ACCOUNTS, *PAGES):
            assert "max-age=31536000" in secured(await client.get(path)).headers["strict-transport-security"]
