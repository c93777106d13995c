"""A built web client, served from memory: its files are listed once at the start, no request's path ever names one.

What is under `/assets/` bears a hash in its name and is kept for good; everything else is asked for again by its entity
tag. A path that is no service's and is opened by a browser gets `index.html`: the client knows its own pages.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.app import secured
from shared.http.compression import accepted
from shared.http.conditional import is_known, tag_of
from shared.http.headers import header
from shared.http.routing import path_of

INDEX = "index.html"
_ASSETS = "assets"
_CODINGS = {"br": ".br", "gzip": ".gz"}  # the best first
_ENDINGS = {"": "", **_CODINGS}
_MEDIA = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}
# A browser takes these from a 304 for what it has: without the policy, the API's own would shut the page's scripts out.
_OF_304 = ("ETag", "Cache-Control", "Content-Security-Policy")
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)


@dataclass(frozen=True, slots=True)
class _File:
    """Its bytes by content coding, "" = plain, each with the headers it is sent with."""

    variants: dict[str, tuple[bytes, dict[str, str]]]

    def answer(self, request: Request) -> Response:
        taken = accepted(request.scope)
        coding = next((c for c in _CODINGS if c in self.variants and c in taken), "")
        content, headers = self.variants[coding]
        if is_known(request, headers["ETag"]):
            return Response(None, 304, {n: v for n, v in headers.items() if n in _OF_304})
        body = b"" if request.scope["method"] == "HEAD" else content
        return Response(body, 200, {**headers, "Content-Length": str(len(content))})


class Site:
    """An application behind a client: `reserved` are the first path segments that are never the client's pages."""

    def __init__(self, folder: Path, behind: ASGIApp, reserved: Collection[str]) -> None:
        """Read the files of a folder that has an `index.html`."""
        self._files = _files(folder)
        self._index, self._behind = self._files[f"/{INDEX}"], behind
        self._files["/"] = self._index
        self._reserved = frozenset(reserved) | {_ASSETS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._file(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if found is None:
            await self._behind(scope, receive, send)
            return
        response = found.answer(Request(scope))
        response.raw_headers = secured(scope["scheme"], response.raw_headers)
        await response(scope, receive, send)

    def _file(self, scope: Scope) -> _File | None:
        path = path_of(scope)
        found = self._files.get(path)
        if found is None and path[1:].partition("/")[0] not in self._reserved:
            return self._index if "text/html" in header(Request(scope), b"accept") else None
        return found


def has_client(folder: Path) -> bool:
    return (folder / INDEX).is_file()


def _files(folder: Path) -> dict[str, _File]:
    """The files by their paths. Hidden ones and links are left out: they are no part of what was built."""
    names = set(_names(folder, ""))
    found = {}
    for name in sorted(names):
        stem, suffix = os.path.splitext(name)
        if suffix not in _CODINGS.values() or stem not in names:
            there = {coding: ending for coding, ending in _ENDINGS.items() if name + ending in names}
            found[name] = _read(folder, name, there)
    return found


def _names(folder: Path, above: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{above}/{entry.name}"
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                yield from _names(folder / entry.name, name)
            elif entry.is_file():
                yield name


def _read(folder: Path, name: str, suffixes: dict[str, str]) -> _File:
    """suffixes: of its variants, by their content codings."""
    media = _MEDIA.get(PurePosixPath(name).suffix) or guess_type(name)[0] or "application/octet-stream"
    if media.startswith("text/"):
        media += "; charset=utf-8"
    common = {
        "Content-Type": media,
        "Cache-Control": "public, max-age=31536000, immutable" if name.startswith(f"/{_ASSETS}/") else "no-cache",
        "Content-Security-Policy": _POLICY,
    }
    variants = {}
    for coding, suffix in suffixes.items():
        body = Path(f"{folder}{name}{suffix}").read_bytes()
        coded = {"Content-Encoding": coding} if coding else {}
        variants[coding] = body, {**common, **coded, "ETag": f'"{tag_of(body)}"'}
    return _File(variants)
