"""All OpenAPI documents as one JSON object, from which the web client's types are made: no suite has to run for it.

python -m tests.support.openapi_documents > documents.json
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import httpx
import orjson

from crm.roles import ALL, build_app
from tests.support.http_service import open_service

_NO_WAREHOUSE: Any = SimpleNamespace(generation=None)  # routes are described, none of them is called


async def documents() -> dict[str, Any]:
    """Service → its document; `root`: what is served across services."""
    with TemporaryDirectory() as folder:
        async with open_service(Path(folder), projecting=False) as service:
            kernel = replace(service.kernel, warehouse=_NO_WAREHOUSE, facts=_NO_WAREHOUSE)
            transport = httpx.ASGITransport(build_app(kernel, ALL))
            async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
                root = await client.get("/openapi.json")
                others = {name: await client.get(f"/{name}/openapi.json") for name in sorted(ALL.apis)}
    return {"root": root.json(), **{name: one.json() for name, one in others.items()}}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(documents())))
