"""The OpenAPI documents made from an aggregate's description: complete, connected, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.http_service import Service, open_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, projecting=False) as opened:
        yield opened


async def test_every_operation_is_described_in_full(service: Service) -> None:
    for app in (service.app, service.root):
        document = app.openapi()
        assert document["openapi"] == "3.1.0"
        ids = []
        for path, item in document["paths"].items():
            for method, operation in item.items():
                where = f"{method} {path}"
                ids.append(operation["operationId"])
                assert operation["summary"], where
                assert operation["tags"], where
                assert operation["security"] in ([{"bearer": []}], []), where
                if operation["security"]:
                    assert {"401", "403", "422", "503"} <= set(operation["responses"]), where
                if method in ("post", "patch"):
                    assert "example" in operation["requestBody"]["content"]["application/json"], where
                    assert {"409", "413", "415"} <= set(operation["responses"]), where
        assert len(ids) == len(set(ids))


async def test_every_reference_leads_somewhere(service: Service) -> None:
    for app in (service.app, service.root):
        document = app.openapi()
        for ref in _refs(document):
            found: Any = document
            for part in ref.removeprefix("#/").split("/"):
                found = found[part]
            assert found


def _refs(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_refs, value.values()))
    return set().union(*map(_refs, value)) if isinstance(value, list) else set()


async def test_fields_are_described_in_both_languages(service: Service) -> None:
    schemas = service.app.openapi()["components"]["schemas"]
    account, part = schemas["Account"], schemas["AccountPart"]
    assert part["properties"]["annual_revenue"]["title"] == "Annual revenue · 年营收"
    assert part["required"] == ["id", "version"]
    assert account["allOf"] == [{"$ref": "#/components/schemas/AccountPart"}]
    assert {"id", "version", "name", "annual_revenue", "created_at"} <= set(account["required"])
    assert account["examples"][0]["name"]


async def test_the_document_is_public_and_says_where_its_paths_are(service: Service) -> None:
    transport = httpx.ASGITransport(service.gateway)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
        assert (await client.get("/customer/openapi.json")).json()["servers"] == [{"url": "/customer"}]
        assert (await client.get("/openapi.json")).json()["servers"] == [{"url": "/"}]
