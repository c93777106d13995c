"""Multipart bodies of imports: files go to disk as they come, nothing large is held in memory."""

from __future__ import annotations

import asyncio
import shutil
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.integration.mapping.source import MAX_BYTES
from shared.errors import FieldError, Invalid, TooLarge, UnsupportedMedia
from shared.http.headers import header
from shared.messages import say

MAX_FILES = 20
MAX_FIELDS = 10
MAX_FILE_BYTES = 50 << 20
TOTAL = 4  # times the limit of one file: what a whole body may have


@dataclass(slots=True)
class Upload:
    """fields: the texts of the body. files: name → where it lies until the request is answered."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)


@asynccontextmanager
async def upload(request: Request, folder: Path) -> AsyncIterator[Upload]:
    """Read a multipart body; its files are in the folder until the block ends.

    Raises UnsupportedMedia, TooLarge, Invalid (no multipart, two files of a name, a text that is no UTF-8).
    """
    if header(request, b"content-type").partition(";")[0].strip().lower() != "multipart/form-data":
        raise UnsupportedMedia("send multipart/form-data")
    parser = MultiPartParser(
        request.headers,
        _limited(request, MAX_FILE_BYTES * TOTAL),
        max_files=MAX_FILES,
        max_fields=MAX_FIELDS,
        max_part_size=MAX_BYTES,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, MultipartParseError, KeyError, UnicodeDecodeError) as error:
        raise Invalid.field("", "broken-multipart", "the body is no multipart/form-data, or is cut short") from error
    try:
        yield await _store(form, folder)
    finally:
        await form.close()
        await asyncio.to_thread(shutil.rmtree, folder, True)


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(say("the files of one import may have {size} MB at most", size=limit >> 20))
        yield chunk


async def _store(form: FormData, folder: Path) -> Upload:
    found = Upload()
    for part, value in form.multi_items():
        if isinstance(value, str):
            found.fields[part] = value
        elif part == "mapping":
            found.fields[part] = await _text(value)
        elif part in ("file", "files"):
            await _keep(value, found, folder)
        else:
            raise Invalid("no such part", errors=[FieldError(part[:80], "unknown-field", "no such part of the body")])
    return found


async def _keep(value: UploadFile, found: Upload, folder: Path) -> None:
    name = unicodedata.normalize("NFC", value.filename or "").replace("\\", "/").rpartition("/")[2]
    if not name or not name.isprintable() or len(name) > 200:
        raise Invalid.field("files", "bad-name", "a file needs a printable name of at most 200 characters")
    if name in found.files:
        raise Invalid.field(name, "repeated-file", "two files have this name")
    if (value.size or 0) > MAX_FILE_BYTES:
        raise TooLarge(say("{name}: a file may have {size} MB at most", name=name, size=MAX_FILE_BYTES >> 20))
    path = folder / str(len(found.files))
    await asyncio.to_thread(_write, value, path)
    found.files[name] = path


def _write(value: UploadFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as out:
        shutil.copyfileobj(value.file, out, 1 << 20)


async def _text(value: UploadFile) -> str:
    if (value.size or 0) > MAX_BYTES:
        raise TooLarge(say("a mapping may have {most} bytes at most", most=MAX_BYTES))
    try:
        return (await value.read()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.field("mapping", "broken-encoding", "the mapping is not valid UTF-8") from error
