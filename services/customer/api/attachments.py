"""`/attachments`: the files of records: listing, searching, content. `/uploads`: how they come, resumable."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response, StreamingResponse

from services.customer.attachment import ATTACHMENT, RECORDS, Name
from services.customer.files.ranges import part_of
from services.customer.files.reading import Files, begun, shown
from services.customer.files.uploads import Upload, Uploads, Wanted
from shared.domain.command import CommandModel
from shared.domain.types import Reference
from shared.errors import Invalid, UnsupportedMedia
from shared.http import params
from shared.http.answers import Answer, done_answer, json_answer, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.conditional import is_known
from shared.http.headers import call_of, header
from shared.http.openapi import (
    RECORD_ERRORS,
    WRITE_ERRORS,
    Schema,
    answer,
    body_of,
    operation,
    parameter,
    query,
    schema,
)
from shared.http.records import record_router
from shared.http.routing import DescribedRouter, DirectRoute, DirectRouter, Handler
from shared.http.search_answers import Match, matches_of
from shared.http.undo import undo_answer
from shared.kernel.kernel import Kernel
from shared.messages import say
from shared.security.permissions import Access, Action
from shared.views.port import MAX_PAGE

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_OFFSET = "application/octet-stream"
_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
_FILE: Schema = {
    "type": "object",
    "description": "Without its text, and what is hidden from the caller",
    "required": ["id", "version"],
    "properties": {
        **dict.fromkeys(("id", "name", "record_type", "record", "media", "content", "sha256", "scan"), _TEXT),
        **dict.fromkeys(("virus", "reading"), _TEXT),
        **dict.fromkeys(("created_at", "created_by", "updated_at", "updated_by"), _TEXT),
        **dict.fromkeys(("version", "size"), _NUMBER),
        **dict.fromkeys(("archived", "erased", "preview"), _FLAG),
        "versions": {"type": "array", "items": {"type": "object"}},
    },
}
_MATCHES = {"type": "array", "description": "Where the words of `q` stand", "items": TypeAdapter(Match).json_schema()}
_ITEM: Schema = _FILE | {"properties": _FILE["properties"] | {"matches": _MATCHES}}
_FILES = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": _ITEM}}}
_BYTES = {"type": "string", "format": "binary"}
_VERSION = query("version", "The version, from 1; the current one unless said", {"type": "integer", "minimum": 1})
_NAMED: dict[str, Any] = {"type": "string", "enum": [*RECORDS]}


class BeginUpload(CommandModel):
    """A file to come: on a record, or, with the type `attachment`, as the next version of a file."""

    name: Name
    size: Annotated[int, F(ge=1, le=1 << 40, description="Bytes")]
    sha256: Annotated[str, F(pattern=r"^([0-9a-f]{64})?$", description="Of all bytes; checked at the end")] = ""
    record_type: Literal[*RECORDS, "attachment"]  # type: ignore[valid-type]
    record: Reference

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "name": "offer.pdf",
                    "size": 48211,
                    "record_type": "opportunity",
                    "record": "0198c2f4-6a00-7000-8000-000000000001",
                }
            ]
        }
    }


class UploadState(Answer):
    id: str
    attachment: Annotated[str, F(description="The file that it becomes, or becomes a version of")]
    offset: Annotated[int, F(description="The bytes that are here and durable")]
    size: int


_BEGIN: TypeAdapter[BeginUpload] = TypeAdapter(BeginUpload)


def attachments_router(kernel: Kernel) -> DescribedRouter:
    """Commands as for every record type; reads of its own, for the rights are those of the record."""
    router, handlers, noun = record_router(kernel, ATTACHMENT), _Reads(kernel), f"/{ATTACHMENT.noun}"
    commands = [r for r in router.routes if isinstance(r, DirectRoute) and "GET" not in (r.methods or ())]
    router.routes[:] = []
    for one in commands:
        run = handlers.checked(one.endpoint, "read" if one.path.endswith("/erase") else "edit")
        [method] = list(one.methods or [])
        assert one.described is not None
        router.add(method, one.path, run, one.described)
    for path, handler, described in (
        (noun, handlers.list, _listing),
        (f"{noun}/{{id}}", handlers.read, _one),
        (f"{noun}/{{id}}/content", handlers.content, _content),
    ):
        router.add("GET", path, handler, described)
    return router


def _listing() -> Schema:
    return operation(
        "list_attachments",
        "The files of a record, or those whose name or text match",
        ATTACHMENT.noun,
        {200: answer("The files", _FILES)},
        parameters=[
            query("record_type", "Of the record", _NAMED),
            query("record", "Its id; all its files are answered, the newest first"),
            query("archived", "Those that were deleted", {"type": "boolean"}),
            parameter("Q"),
            parameter("Limit"),
        ],
        errors=RECORD_ERRORS,
    )


def _one() -> Schema:
    return operation(
        "read_attachment",
        "One file, without its bytes",
        ATTACHMENT.noun,
        {200: answer("The file", _FILE, ETag="Its version, and a mark of what the caller sees")},
        parameters=[parameter("Id"), parameter("MinVersion")],
        errors=RECORD_ERRORS,
    )


def _content() -> Schema:
    return operation(
        "content_of_attachment",
        "The bytes of a version",
        ATTACHMENT.noun,
        {200: answer("All of them", _BYTES, media="*/*"), 206: answer("The range asked for", _BYTES, media="*/*")},
        description="`Range: bytes=…` asks for a part. 409 `not-scanned`, `infected` where a virus scanner is set.",
        parameters=[parameter("Id"), _VERSION],
        errors=(*RECORD_ERRORS, 409),
    )


class _Reads:
    def __init__(self, kernel: Kernel) -> None:
        self._files, self._access = Files(kernel), Authenticator(kernel).access

    async def list(self, request: Request) -> Response:
        access = await self._access(request)
        given = params.only(params.pairs_of(request), ("record_type", "record", "archived", "q", "limit"))
        limit = params.number(given, "limit", 50, MAX_PAGE)
        access.scope(ATTACHMENT.name)
        if record := given.get("record", ""):
            record_type = params.option(given, "record_type", RECORDS, "")
            archived = params.flag(given, "archived")
            return json_answer({"items": await self._files.of_record(access, record_type, record, archived)})
        if not (text := given.get("q", "").strip()):
            raise Invalid.field("record", "required", "name a record, or words to look for in q")
        found = await self._files.search(access, text, limit)
        items = [shown(h.document, access) | {"matches": matches_of(h, text, near=found.near)} for h in found.hits]
        return json_answer({"items": items})

    def checked(self, run: Handler, action: Action) -> Handler:
        """A command of the record router: the rights on the record are looked at before anything else is said."""

        async def checked(request: Request) -> Response:
            await self._files.check_command(await self._access(request), path_id(request), action)
            return await run(request)

        return checked

    async def read(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        given = params.only(params.pairs_of(request), ("min_version",))
        document = await self._files.get(access, id, params.number(given, "min_version", 0, 999_999_999, 0))
        return json_answer(shown(document, access), headers={"ETag": f'"{document["version"]}"'})

    async def content(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        given = params.only(params.pairs_of(request), ("version",))
        version = params.number(given, "version", 0, 1_000)
        document, one, content = await self._files.content(access, id, version)
        etag, name = f'"{one["content"]}"', shown(document, access).get("name", "file")
        headers = {
            "ETag": etag,
            "Accept-Ranges": "bytes",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": SANDBOX,
        }
        if is_known(request, etag):
            return Response(None, 304, {"ETag": etag})
        asked = header(request, b"range") if header(request, b"if-range") in ("", etag) else ""
        part = part_of(asked, one["size"])
        if part is None:
            return Response(None, 416, {**headers, "Content-Range": f"bytes */{one['size']}"})
        first, last = part
        headers["Content-Length"] = str(last - first + 1)
        status = 200
        if asked and last - first + 1 < one["size"]:
            status, headers["Content-Range"] = 206, f"bytes {first}-{last}/{one['size']}"
        return StreamingResponse(await begun(content.read(first, last)), status, headers, one["media"])


def uploads_router(kernel: Kernel) -> APIRouter:
    router, handlers, tag = DirectRouter(), _Uploads(kernel), "uploads"
    state, id = {200: answer("Where it stands", UploadState)}, [parameter("Id")]
    begun = {201: answer("Send the bytes there", UploadState, Location="Of the upload")}
    offset = {
        "name": "Upload-Offset",
        "in": "header",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
        "description": "Of the first byte sent",
    }
    done = {200: answer("Attached and durable", schema("Changed"), ETag="The file's version")}
    for method, path, handler, described in (
        ("POST", "/uploads", handlers.begin, operation(
            "beginUpload", "Announce a file", tag, begun, parameters=[parameter("IdempotencyKey")],
            body=body_of(BeginUpload), errors=WRITE_ERRORS)),
        ("GET", "/uploads/{id}", handlers.state, operation(
            "read_upload", "How much of it is here", tag, state, parameters=id, errors=RECORD_ERRORS)),
        ("PATCH", "/uploads/{id}", handlers.append, operation(
            "continueUpload", "Send bytes, from the offset on", tag, state, parameters=[*id, offset],
            description="What is kept is in the answer: whole MiB, and the end. Go on from there after a break.",
            body=body_of(_BYTES, media=_OFFSET), errors=WRITE_ERRORS)),
        ("POST", "/uploads/{id}/complete", handlers.complete, operation(
            "completeUpload", "Check and attach it", tag, done, parameters=id, errors=WRITE_ERRORS)),
        ("DELETE", "/uploads/{id}", handlers.drop, operation(
            "dropUpload", "Give it up", tag, {204: answer("It is gone")}, parameters=id, errors=RECORD_ERRORS)),
    ):  # fmt: skip
        router.add_api_route(path, handler, methods=[method], openapi_extra=described)
    router.add_api_route("/uploads/{id}", handlers.state, methods=["HEAD"], include_in_schema=False)
    return router


class _Uploads:
    def __init__(self, kernel: Kernel) -> None:
        self._uploads, self._access, self._queries = Uploads(kernel), Authenticator(kernel).access, kernel.queries

    async def begin(self, request: Request) -> Response:
        access = await self._may(request, "create")
        params.only(params.pairs_of(request), ())
        key = call_of(request, access, None).key
        body = await parse(request, _BEGIN)
        wanted = Wanted(body.name, body.size, body.sha256, body.record_type, body.record)
        upload = await self._uploads.begin(access, wanted, key)
        path = f"{request.scope.get('root_path', '')}/uploads/{upload.place.id}"
        return _state(upload, await upload.offset(), 201, Location=path)

    async def _may(self, request: Request, action: Action) -> Access:
        """Raises Forbidden before anything else is said, to a key for reading, too."""
        access = await self._access(request)
        access.scope(ATTACHMENT.name, action)
        return access

    async def state(self, request: Request) -> Response:
        upload = await self._uploads.find(await self._may(request, "read"), path_id(request))
        params.only(params.pairs_of(request), ())
        return _state(upload, await upload.offset())

    async def append(self, request: Request) -> Response:
        upload = await self._uploads.find(await self._may(request, "create"), path_id(request))
        params.only(params.pairs_of(request), ())
        if header(request, b"content-type") != _OFFSET:
            raise UnsupportedMedia(say("send {media}", media=_OFFSET))
        offset = header(request, b"upload-offset")
        if not offset.isascii() or not offset.isdigit() or len(offset) > 15:
            raise Invalid.field("Upload-Offset", "bad-offset", "the offset of the first byte sent is needed")
        return _state(upload, await self._uploads.append(upload, int(offset), request))

    async def complete(self, request: Request) -> Response:
        access, id = await self._may(request, "create"), path_id(request)
        params.only(params.pairs_of(request), ())
        done, command = await self._uploads.complete(access, id)
        undo = await self._queries.undo_of(ATTACHMENT, command, done, access)
        return done_answer(done, undo_answer(request, ATTACHMENT, undo))

    async def drop(self, request: Request) -> Response:
        access, id = await self._may(request, "create"), path_id(request)
        params.only(params.pairs_of(request), ())
        await self._uploads.drop(access, id)
        return Response(None, 204)


def _state(upload: Upload, offset: int, status: int = 200, **headers: str) -> Response:
    found = UploadState(id=upload.place.id, attachment=upload.manifest.file, offset=offset, size=upload.manifest.size)
    headers |= {"Upload-Offset": str(offset), "Upload-Length": str(upload.manifest.size)}
    return model_answer(found, status, headers)
