"""What every service has in common: headers, errors, the gateway, the root's routes and the reference page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.http.app import ServiceApp
from shared.http.openapi import answer, operation
from shared.http.routing import DirectRouter
from shared.views.port import Kind, ViewsUnavailable
from tests.support.http_service import Service, open_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, projecting=False) as opened:
        yield opened


PATHS = [
    "/", "/docs", "/docs/assets/docs.js", "/docs/assets/none.js", "/openapi.json", "/healthz", "/readyz", "/meta",
    "/search?q=a", "/search", "/nowhere", "/customer", "/customer/accounts", "/customer/accounts/x",
    "/customer/openapi.json", "/customer/accounts?x=1",
]  # fmt: skip


async def test_security_headers_are_on_every_answer(service: Service) -> None:
    signed_in = service.client()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.gateway), base_url="http://crm.test") as nobody:
        for client, method, path in product((signed_in, nobody), ("GET", "POST", "OPTIONS"), PATHS):
            headers = (await client.request(method, path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] in ("no-store", "no-cache")
            assert "strict-transport-security" not in headers


async def test_transport_security_is_demanded_behind_tls(service: Service) -> None:
    transport = httpx.ASGITransport(service.gateway)
    async with httpx.AsyncClient(transport=transport, base_url="https://crm.test") as client:
        assert "max-age" in (await client.get("/healthz")).headers["strict-transport-security"]


async def test_unforeseen_errors_tell_nothing_and_unavailable_views_say_so(service: Service) -> None:
    router = DirectRouter()
    described = operation("x", "X", "x", {200: answer("x")})

    @router.get("/bug", openapi_extra=described)
    async def bug(request: Request) -> Response:
        raise KeyError("secret")

    @router.get("/full", openapi_extra=described)
    async def full(request: Request) -> Response:
        raise ViewsUnavailable("the disk is full")

    plain = APIRouter()

    @plain.get("/framework/{n}")
    async def framework(n: int) -> dict[str, int]:
        if n == 0:
            raise KeyError("secret")
        return {"n": n}

    app = ServiceApp("T", "t", [router, plain])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
        for path in ("/bug", "/framework/0"):
            failed = await client.get(path)
            assert (failed.status_code, "secret" in failed.text) == (500, False)
            assert failed.headers["content-security-policy"]
        unavailable = await client.get("/full")
        assert (unavailable.status_code, unavailable.headers["retry-after"]) == (503, "5")
        assert (await client.get("/framework/7")).json() == {"n": 7}
        invalid = await client.get("/framework/x")
        assert (invalid.status_code, invalid.json()["errors"][0]["field"]) == (422, "n")
        assert (await client.post("/framework/7")).status_code == 405
        paths = (await client.get("/openapi.json")).json()["paths"]
        assert set(paths["/framework/{n}"]["get"]["responses"]) >= {"200", "401", "422", "503"}


async def test_a_direct_route_without_a_description_is_a_mistake_of_ours(service: Service) -> None:
    router = DirectRouter()

    @router.get("/silent")
    async def silent(request: Request) -> Response:
        return Response()

    with pytest.raises(TypeError, match="/silent"):
        ServiceApp("T", "t", [router]).openapi()


async def test_readiness_follows_the_views(service: Service) -> None:
    client = service.client()
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    await client.post("/customer/accounts", json={"name": "Acme"})
    behind = await client.get("/readyz")
    assert (behind.status_code, behind.json()["status"]) == (503, "behind")
    await service.catch_up()
    unused = {"kafka": "unused", "backup": "unused", "scanner": "unused"}
    assert (await client.get("/readyz")).json() == {"status": "ready", "lag": 0, "away": [], **unused}
    await client.post("/customer/accounts", json={"name": "Other"})
    assert (await client.get("/readyz")).status_code == 200  # caught up once: a few events behind is ready still


async def test_readiness_comes_while_others_go_on_writing(service: Service) -> None:
    """What the log had at the first look has to be shown, not what it has by now."""
    client = service.client()
    await client.post("/customer/accounts", json={"name": "Acme"})
    assert (await client.get("/readyz")).status_code == 503
    await service.catch_up()
    await client.post("/customer/accounts", json={"name": "Other"})
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["lag"] > 0) == (200, "ready", True)


async def test_meta_describes_what_the_caller_may_do(service: Service) -> None:
    await service.define_custom("size", Kind.TEXT)
    admin = (await service.client().get("/meta")).json()
    types = {t["name"]: t for t in admin["types"]}
    account = types["account"]
    name = next(f for f in account["fields"] if f["name"] == "name")
    assert (account["path"], account["title"]) == ("/customer/accounts", "name")
    assert (name["zh"], name["kind"], name["required"], name["writable"]) == ("名称", "text", True, True)
    assert [c["name"] for c in account["custom"]] == ["size"]
    assert [name for name, t in types.items() if t["custom"]] == ["account"]
    create = next(c for c in account["commands"] if c["method"] == "POST" and c["path"] == "/customer/accounts")
    assert (create["allowed"], create["fields"]["name"]) == (True, True)
    assert "edit" in admin["enumerations"]["actions"]
    types = {t["name"]: t for t in (await service.client("reader", "read_only").get("/meta")).json()["types"]}
    reader = types["account"]
    assert reader["rights"]["edit"] == "none"
    assert not any(c["allowed"] for c in reader["commands"])


async def test_search_ranks_and_stays_within_visibility(service: Service) -> None:
    client = service.client()
    for name in ("Northern Acme", "Acme", "Acme Shanghai", "上海纺织"):
        assert (await client.post("/customer/accounts", json={"name": name})).status_code == 201
    await service.catch_up()
    items = (await client.get("/search", params={"q": "acme"})).json()["items"]
    assert [(i["type"], i["title"]) for i in items] == [
        ("account", "Acme"),
        ("account", "Acme Shanghai"),
        ("account", "Northern Acme"),
    ]
    assert [i["title"] for i in (await client.get("/search", params={"q": "纺织"})).json()["items"]] == ["上海纺织"]
    stranger = service.client("rep", "sales_representative")
    assert (await stranger.get("/search", params={"q": "acme"})).json()["items"] == []
    for wrong in ({}, {"q": " "}, {"q": "a", "types": "secret"}, {"q": "a", "limit": "0"}, {"q": "a", "sort": "x"}):
        assert (await client.get("/search", params=wrong)).status_code == 422


async def test_the_reference_needs_nothing_from_elsewhere(service: Service) -> None:
    client = service.client()
    page = await client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "//" not in page.text.replace("<!doctype", "")
    assert "<style" not in page.text
    assert "@@" not in page.text
    script = await client.get("/docs/assets/docs.js")
    assert script.headers["content-type"].startswith("text/javascript")
    again = await client.get("/docs/assets/docs.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/docs/assets/../docs.py")).status_code == 404


async def test_the_gateway_leaves_what_it_does_not_know_to_the_root(service: Service) -> None:
    unknown = await service.client().get("/customers/accounts")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/not-found")
