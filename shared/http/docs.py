"""The page the suite serves by itself: `/docs`, one API reference for all services.

Static files from this package, no third party: they work offline and under a policy that allows no inline script.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.http.problems import UnknownPath
from shared.http.routing import DirectRouter

_FOLDER = Path(__file__).parent / "static"
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def docs_router(services: Sequence[str]) -> APIRouter:
    """services: the prefixes under which they are found, in the order to show them; the root itself comes last.

    All of the suite are named, whichever this process serves: what stands in front sends each prefix to its process.
    """
    router = DirectRouter()
    listed = html.escape(orjson.dumps([*services, ""]).decode())
    assets = {p.name: _asset(p) for p in sorted(_FOLDER.iterdir()) if p.suffix in _MEDIA}
    reference = (_FOLDER / "docs.html").read_text("utf-8").replace("@@services@@", listed)

    @router.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        return Response(reference, 200, {"Content-Security-Policy": _POLICY}, "text/html; charset=utf-8")

    @router.get("/docs/assets/{name}", include_in_schema=False)
    async def asset(request: Request) -> Response:
        found = assets.get(request.path_params["name"])
        if found is None:
            raise UnknownPath()
        content, media = found
        return Response(content, 200, {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}, media)

    return router


def _asset(path: Path) -> tuple[bytes, str]:
    return path.read_bytes(), f"{_MEDIA[path.suffix]}; charset=utf-8"
