"""The OpenAPI documents: valid 3.1, complete, and true: requests made from them get only what they promise."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from tests.support.http_service import Service, open_service

EXAMPLES = 3  # generated cases per operation, beside one for every boundary of every parameter
SKIPPED = "min_version"  # waits two seconds, then answers the documented 503, which a checker takes for a failure
NO_CHECK = "positive_data_acceptance"  # a rule of the domain may refuse what a schema allows: a duplicate, a cycle


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """The service on a free port of a real server: its address and a signed-in client."""
    async with open_service(tmp_path) as service:
        server = uvicorn.Server(uvicorn.Config(service.gateway, port=0, log_level="error", access_log=False))
        serving = asyncio.ensure_future(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        client = service.client()
        for n in range(3):
            await client.post("/customer/accounts", json={"name": f"Acme {n}"})
        yield url, client
        server.should_exit = True
        await serving


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["/customer", ""])
async def test_requests_made_from_the_document_get_what_it_promises(
    served: tuple[str, httpx.AsyncClient], tmp_path: Path, prefix: str
) -> None:
    url, client = served
    document = (await client.get(f"{prefix}/openapi.json")).raise_for_status().json()
    file = tmp_path / "openapi.json"
    file.write_bytes(orjson.dumps(_without(document, SKIPPED)))
    checker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", url + prefix,
        "--header", f"Authorization: {client.headers['authorization']}",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--generation-deterministic",
        "--exclude-checks", NO_CHECK, "--no-color",
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await checker.communicate()
    assert checker.returncode == 0, output.decode()[-6000:]


def _without(document: dict[str, Any], parameter: str) -> dict[str, Any]:
    named = document["components"].get("parameters", {})
    refs = {f"#/components/parameters/{key}" for key, p in named.items() if p["name"] == parameter}
    for item in document["paths"].values():
        for operation in item.values():
            operation["parameters"] = [p for p in operation.get("parameters", ()) if p.get("$ref") not in refs]
    return document


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
    account = service.app.openapi()["components"]["schemas"]["Account"]
    assert account["properties"]["annual_revenue"]["title"] == "Annual revenue · 年营收"
    assert account["required"] == ["id", "version"]
    assert account["examples"][0]["name"]


async def test_the_document_is_public_and_says_where_its_paths_are(service: Service) -> None:
    transport = httpx.ASGITransport(service.gateway)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
        assert (await client.get("/customer/openapi.json")).json()["servers"] == [{"url": "/customer"}]
        assert (await client.get("/openapi.json")).json()["servers"] == [{"url": "/"}]
