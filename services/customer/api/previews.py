"""`/attachments/{id}/preview`: a picture of a file."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.customer.api.attachments import SANDBOX
from services.customer.attachment import ATTACHMENT
from services.customer.files.reading import Files
from shared.http import params
from shared.http.answers import path_id
from shared.http.auth import Authenticator
from shared.http.conditional import is_known
from shared.http.openapi import RECORD_ERRORS, answer, operation, parameter, query
from shared.http.routing import DirectRouter
from shared.inspection.found import SIZES
from shared.kernel.kernel import Kernel

_SIZES = tuple(str(size) for size in SIZES)
_SIZE = {"type": "string", "enum": [*_SIZES]}
_MEDIA = "image/webp"


def previews_router(kernel: Kernel) -> APIRouter:
    router, files, access_of = DirectRouter(), Files(kernel), Authenticator(kernel).access
    described = operation(
        "preview_of_attachment",
        "A small picture of the current version",
        ATTACHMENT.noun,
        {200: answer("WebP", {"type": "string", "format": "binary"}, media=_MEDIA)},
        description="Of images and of the first page of PDF, where `preview` of the file is true; else 404.",
        parameters=[
            parameter("Id"),
            query("size", f"Pixels of the longer side, at most; {_SIZES[0]} unless said", _SIZE),
        ],
        errors=(*RECORD_ERRORS, 409),
    )

    @router.get(f"/{ATTACHMENT.noun}/{{id}}/preview", openapi_extra=described)
    async def preview(request: Request) -> Response:
        access, id = await access_of(request), path_id(request)
        given = params.only(params.pairs_of(request), ("size",))
        size = params.option(given, "size", _SIZES, _SIZES[0])
        content, picture = await files.preview(access, id, int(size))
        etag = f'"{content}-{size}"'
        if is_known(request, etag):
            return Response(None, 304, {"ETag": etag})
        return Response(picture, 200, {"ETag": etag, "Content-Security-Policy": SANDBOX}, _MEDIA)

    return router
