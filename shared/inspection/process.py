"""Has a file looked into by a process behind walls (shared/inspection/child.py), and kills it when it is slow."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shared.errors import Unavailable
from shared.inspection.child import Options
from shared.inspection.found import (
    BROKEN,
    MOST_PREVIEW,
    MOST_TEXT,
    REASONS,
    SIZES,
    TOO_LARGE,
    TOO_SLOW,
    TYPE,
    Found,
    is_readable,
)
from shared.leftovers import own, remove_leftovers
from shared.warehouse.home import Owner, give, owner

MOST_BYTES = 64 << 20  # of a file; one that is larger is not looked into
MEMORY = 1 << 30
SECONDS = 60.0  # from the end of the file to the answer
CPU_SECONDS = 30
UID = 64_403  # of no user (see shared/warehouse/home.py)
_ASIDE = "crm-look-"  # of folders that are the root of such a process
_LONGEST = 16 << 20  # bytes of an answer


class NoWalls(Unavailable):
    """This system has no walls for the process: no file is looked into."""


async def look_into(content: AsyncIterator[bytes], size: int, media: str) -> Found:
    """What a file of that many bytes holds. Raises NoWalls, and what reading the content raises."""
    if not is_readable(media):
        return Found(reason=TYPE)
    if size > MOST_BYTES:
        return Found(reason=TOO_LARGE)
    remove_leftovers(_ASIDE, Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=own(_ASIDE)) as root:
        uid = owner(UID).uid
        give(Path(root), Owner(uid, uid))
        options = Options(media, root, MEMORY, CPU_SECONDS, uid, uid, os.getpid())
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-B", "-m", "shared.inspection.child", json.dumps(asdict(options)),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={"TZ": "UTC", "LANG": "C.UTF-8"}, cwd="/", limit=_LONGEST,
        )  # fmt: skip
        try:
            answer = await _answer(process, content)
            async with asyncio.timeout(SECONDS):
                return found_in(answer, await process.wait())
        except TimeoutError:
            return Found(reason=TOO_SLOW)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _answer(process: asyncio.subprocess.Process, content: AsyncIterator[bytes]) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async for part in content:
            process.stdin.write(part)
            async with asyncio.timeout(SECONDS):
                await process.stdin.drain()
        process.stdin.close()
    except ConnectionError:
        pass  # it has ended; how says why
    try:
        async with asyncio.timeout(SECONDS):  # the store of the bytes may be slow: only the process counts
            return await process.stdout.readuntil(b"\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return b""


def found_in(answer: bytes, status: int) -> Found:
    """What it says is believed as far as it has the right form: the file may have taken the process over."""
    if not answer:
        return Found(reason=TOO_SLOW if status == -signal.SIGXCPU else BROKEN)
    try:
        said: dict[str, Any] = json.loads(answer)
        if "text" not in said:
            raise NoWalls("no walls hold around the process that reads files: " + ", ".join(said["walls"]))
        text, reason = str(said["text"])[:MOST_TEXT], said["reason"] if said["reason"] in REASONS else ""
        text.encode()
        pictures = {size: base64.b64decode(said["previews"].get(str(size), "")) for size in SIZES}
    except (ValueError, TypeError, KeyError, AttributeError):
        return Found(reason=BROKEN)
    return Found(text, reason, {size: one for size, one in pictures.items() if _is_preview(one)})


def _is_preview(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) <= MOST_PREVIEW
