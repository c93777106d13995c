"""Compressed answers and conditional GETs: what is packed and what never, and that the parts fit together."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

import httpx
import pytest
from fastapi import Request
from starlette.responses import Response, StreamingResponse

from shared.http.app import ServiceApp
from shared.http.compression import LEAST, LONG, codings
from shared.http.conditional import LONG as MOST
from shared.http.routing import DirectRouter

LONG_TEXT = b"all work and no play " * 200


def app(compressed: Collection[str] | None = None, **answers: Callable[[], Response]) -> ServiceApp:
    """An application that answers at /<name>; `/secret/x` by GET and `/post` by POST, too."""
    router = DirectRouter()

    def route(path: str, make: Callable[[], Response], method: str = "GET") -> None:
        async def handler(request: Request) -> Response:
            return make()

        router.add_api_route(path, handler, methods=[method], include_in_schema=False)

    for name, make in answers.items():
        route(f"/{name}", make)
        route(f"/secret/{name}", make)
        route(f"/{name}", make, "POST")
    return ServiceApp("Test", "", [router], compressed)


async def ask(app: ServiceApp, path: str, method: str = "GET", **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as sent."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
        asked = client.build_request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = await client.send(asked, stream=True)
        return answer, b"".join([part async for part in answer.aiter_raw()])


def text(body: bytes = LONG_TEXT, media: str = "application/json", **headers: str) -> Callable[[], Response]:
    return lambda: Response(body, 200, {k.replace("_", "-"): v for k, v in headers.items()}, media)


async def test_a_long_text_is_packed_for_who_takes_it() -> None:
    served = app(long=text())
    answer, sent = await ask(served, "/long", Accept_Encoding="br, gzip;q=0.5")
    assert (answer.headers["content-encoding"], gzip.decompress(sent)) == ("gzip", LONG_TEXT)
    assert answer.headers["content-length"] == str(len(sent))
    for taken in ("", "br", "gzip;q=0", "identity, gzip; q=0.0"):
        answer, sent = await ask(served, "/long", Accept_Encoding=taken)
        assert "content-encoding" not in answer.headers, taken
        assert (sent, answer.headers["content-length"]) == (LONG_TEXT, str(len(LONG_TEXT)))
        assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(text(b"x" * (LEAST - 1)), id="short"),
        pytest.param(text(media="application/zip"), id="packed"),
        pytest.param(text(media="text/event-stream"), id="events"),
        pytest.param(text(Content_Encoding="br"), id="coded"),
        pytest.param(text(Content_Range="bytes 0-1/2"), id="a part"),
    ],
)
async def test_what_passes_as_it_is(make: Callable[[], Response]) -> None:
    answer, sent = await ask(app(one=make), "/one", Accept_Encoding="gzip")
    assert sent == make().body
    assert answer.headers.get("content-encoding") != "gzip"


async def test_a_very_long_answer_is_whole() -> None:
    body = b"0123456789" * LONG
    _answer, sent = await ask(app(one=text(body)), "/one", Accept_Encoding="gzip")
    assert gzip.decompress(sent) == body
    assert len(sent) < len(body) / 50


async def test_a_stream_reaches_the_caller_part_by_part() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for n in range(3):
            yield b"%d," % n * 400

    sent: list[bytes] = []
    started: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        (started if message["type"] == "http.response.start" else sent).append(message.get("body", message))

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # the caller stays
        raise AssertionError("unreachable")

    scope = {"type": "http", "method": "GET", "path": "/csv", "scheme": "http", "query_string": b"", "root_path": ""}
    served = app(csv=lambda: StreamingResponse(parts(), media_type="text/csv"))
    await served({**scope, "headers": [(b"accept-encoding", b"gzip")]}, receive, send)
    reading = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert [reading.decompress(part) for part in sent] == [b"%d," % n * 400 for n in range(3)] + [b""]
    assert reading.eof
    assert b"content-length" not in dict(started[0]["headers"])  # type: ignore[call-overload]


async def test_a_service_with_secrets_packs_only_what_it_names() -> None:
    served = app({"open"}, open=text(), other=text())
    coded = {}
    for method, path in (("GET", "/open"), ("GET", "/other"), ("GET", "/secret/open"), ("POST", "/open")):
        answer, _ = await ask(served, path, method, Accept_Encoding="gzip")
        coded[method, path] = "content-encoding" in answer.headers
    assert [named for named, packed in coded.items() if packed] == [("GET", "/open")]


async def test_what_the_caller_has_is_not_sent_again() -> None:
    served = app(one=text(b'{"a":1}', ETag='"7"'), list=text(b"[]"))
    first, _ = await ask(served, "/one")
    etag = first.headers["etag"]
    assert etag.startswith('"7-')
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again, sent = await ask(served, "/one", If_None_Match=known)
        assert (again.status_code, sent, again.headers["etag"]) == (304, b"", etag), known
    for other in ('"7"', '"6-0000000000000000"', etag.strip('"')):
        assert (await ask(served, "/one", If_None_Match=other))[0].status_code == 200, other
    kept = app(kept=text(b" " * (MOST + 1), Cache_Control="no-cache"), long=text(b" " * (MOST + 1), ETag='"7"'))
    for path in ("/kept", "/long"):
        assert "etag" in (await ask(kept, path))[0].headers
    listed = (await ask(served, "/list"))[0].headers["etag"]
    assert (await ask(served, "/list", If_None_Match=listed))[0].status_code == 304
    assert (await ask(served, "/list", "POST", If_None_Match=listed))[0].status_code == 200


async def test_the_tag_of_a_packed_answer_is_weak_and_still_known() -> None:
    served = app(one=text(ETag='"7"'))
    plain, _ = await ask(served, "/one", Accept_Encoding="identity")
    packed, _ = await ask(served, "/one", Accept_Encoding="gzip")
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    again, _ = await ask(served, "/one", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
    assert again.status_code == 304


async def test_a_refusal_a_stream_and_a_long_list_have_no_tag() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a"

    long = text(b" " * (MOST + 1))
    served = app(gone=lambda: Response(b"{}", 404), csv=lambda: StreamingResponse(parts()), long=long)
    for path in ("/gone", "/csv", "/nowhere", "/long"):
        assert "etag" not in (await ask(served, path, If_None_Match="*"))[0].headers


def test_codings_by_weight() -> None:
    assert codings(b"gzip;q=1.0, br ; q=0, *;q=0.1, GZIP") == {"gzip", "*"}
