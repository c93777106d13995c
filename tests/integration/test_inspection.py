"""What is read of files, in the process that reads them: the words, pictures, and why there are none."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from shared.inspection import child, process
from shared.inspection.found import BROKEN, ENCRYPTED, MOST_TEXT, NO_TEXT, TOO_LARGE, TOO_SLOW, TYPE, Found, is_readable
from shared.inspection.process import look_into
from tests.support import documents as made

PDF, MAIL = "application/pdf", "message/rfc822"
_LETTER = (
    "From: Ann Lee <ann@acme.example>\nTo: bob@example.org\nSubject: =?utf-8?b?5oql5Lu3?=\nMIME-Version: 1.0\n"
    'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html; charset=gb2312\n'
    "Content-Transfer-Encoding: base64\n\nPHA+xOO6w8rAvec8c2NyaXB0PmV2aWwoKTwvc2NyaXB0PjwvcD4=\n--b\n"
    'Content-Type: application/pdf; name="offer.pdf"\nContent-Disposition: attachment; filename="offer.pdf"\n\n'
    "%PDF\n--b--\n"
)


def read(content: bytes, media: str) -> Found:
    """By the readers themselves, without the process around them: it takes half a second to start."""
    said = child.look(content, media)
    return Found(said["text"], said["reason"], {n: base64.b64decode(one) for n, one in said["previews"].items()})


async def look(content: bytes, media: str) -> Found:
    """By the process."""

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1 << 20):
            yield content[start : start + (1 << 20)]

    return await look_into(parts(), len(content), media)


@pytest.mark.parametrize(
    ("content", "media", "text"),
    [
        ("\ufeffname,city\nZürich  AG,\t你好\n".encode(), "text/csv", "name,city\nZürich AG, 你好"),
        ("你好世界，这是一个测试文件".encode("gb18030"), "text/plain", "你好世界，这是一个测试文件"),
        ("wide".encode("utf-16"), "text/plain", "wide"),
        (made.pdf("First page", "Second page"), PDF, "First page\nSecond page"),
        (made.docx("Invoice", "Largest"), made.DOCX, "Invoice Largest \nFooter words"),
        (made.xlsx(), made.XLSX, "Invoice Größe\n4711 inline"),
        (made.pptx("Opening", "Closing"), made.PPTX, "Opening\nClosing"),
        (made.odt("<text:p>An <text:span>odd</text:span> word</text:p><text:h>H</text:h>"), made.ODT, "An odd word H"),
        (_LETTER.encode(), MAIL, "报价\nAnn Lee <ann@acme.example>\nbob@example.org\n你好世界\noffer.pdf"),
        (b"<html><style>p {}</style><p>Seen</p></html>", "text/html", "Seen"),
    ],
    ids=["csv", "gb18030", "utf-16", "pdf", "docx", "xlsx", "pptx", "odt", "eml", "html"],
)  # fmt: skip
def test_words(content: bytes, media: str, text: str) -> None:
    found = read(content, media)
    assert (found.reason, found.text.split()) == ("", text.split())


@cache
def bombs() -> dict[str, tuple[bytes, str, str]]:
    spaces = packed_part("word/document.xml", b"<d>" + b" " * (80 << 20) + b"</d>")
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w:t xmlns:w="w">&b;</w:t>'
    outside = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><w:t xmlns:w="w">&a;</w:t>'
    many = made.packed({f"word/{n}.xml": "" for n in range(5_001)})
    deep = packed_part("word/document.xml", b"<a>" * 300_000)
    return {
        "zip bomb": (spaces, made.DOCX, TOO_LARGE),
        "entities": (packed_part("word/document.xml", laughs), made.DOCX, BROKEN),
        "entity outside": (packed_part("word/document.xml", outside), made.DOCX, BROKEN),
        "many parts": (many, made.DOCX, TOO_LARGE),
        "deep": (deep, made.DOCX, BROKEN),
        "encrypted zip": (made.packed({"word/document.xml": "<d/>"}, flags=1), made.DOCX, ENCRYPTED),
        "no zip": (b"PK\x03\x04" + b"\0" * 50, made.DOCX, BROKEN),
        "cut zip": (made.docx("words")[:200], made.DOCX, BROKEN),
        "encrypted pdf": (made.encrypted_pdf(), PDF, ENCRYPTED),
        "broken pdf": (b"%PDF-1.7\nnothing else", PDF, BROKEN),
        "pdf without words": (made.pdf(""), PDF, NO_TEXT),
        "empty text": (b" \n\t ", "text/plain", NO_TEXT),
        "no words there": (b"\x00\x00\x00\x18ftypmp42", "video/mp4", TYPE),
    }


def packed_part(name: str, content: bytes) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize("name", bombs())
def test_why_there_are_no_words(name: str) -> None:
    content, media, reason = bombs()[name]
    found = read(content, media)
    assert (found.text, found.reason) == ("", reason)


def test_a_long_text_is_cut() -> None:
    found = read(("你好 " * 100_000).encode(), "text/plain")
    assert (len(found.text), found.reason) == (MOST_TEXT, "")


@pytest.mark.parametrize(
    ("format_", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("TIFF", "image/tiff")]
)
def test_previews_of_pictures_stand_upright_and_tell_nothing_else(format_: str, media: str) -> None:
    found = read(made.picture(format_, (2000, 1000)), media)
    assert [*found.previews] == [256, 1024]
    for size, content in found.previews.items():
        picture = Image.open(BytesIO(content))
        assert (picture.format, picture.size) == ("WEBP", (size // 2, size))
        assert not picture.getexif()
        assert b"Canary" not in content
        assert b"EXIF" not in content


async def test_a_preview_of_a_pdf_is_its_first_page() -> None:
    found = await look(made.pdf("Words", "More"), PDF)
    page = Image.open(BytesIO(found.previews[1024]))
    assert page.size[1] == 1024
    dark = sum(1 for value in page.convert("L").get_flattened_data() if value < 100)
    assert 100 < dark < 20_000


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (made.png_of(30_000, 30_000), "image/png"),
        (made.picture("PNG")[:100], "image/png"),
        (made.picture("GIF"), "image/png"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "image/png"),
        (made.encrypted_pdf(), PDF),
    ],
    ids=["bomb", "cut", "another type", "postscript", "encrypted"],
)
def test_what_gets_no_preview(content: bytes, media: str) -> None:
    assert read(content, media).previews == {}


@pytest.mark.parametrize(
    ("content", "media", "text"),
    [
        ("这是一个测试文件，你好世界".encode("gb18030"), "text/plain", "这是一个测试文件，你好世界"),
        (_LETTER.encode(), MAIL, "报价 Ann Lee <ann@acme.example> bob@example.org 你好世界 offer.pdf"),
        (made.docx("Invoice"), made.DOCX, "Invoice Footer words"),
    ],
    ids=["gb18030", "eml", "docx"],
)
async def test_the_process_reads_the_same(content: bytes, media: str, text: str) -> None:
    """Behind the walls nothing can be loaded that is not there before."""
    assert " ".join((await look(content, media)).text.split()) == text


async def test_pictures_come_out_of_the_process() -> None:
    assert [*(await look(made.picture(), "image/jpeg")).previews] == [256, 1024]
    broken = await look(b"\xff\xd8\xff" + b"\0" * 100, "image/jpeg")
    assert (broken.reason, broken.previews) == (TYPE, {})


@pytest.mark.parametrize(
    ("answer", "status", "found"),
    [
        (b"", -signal.SIGXCPU, Found(reason=TOO_SLOW)),
        (b"", -signal.SIGSEGV, Found(reason=BROKEN)),
        (b"not json", 0, Found(reason=BROKEN)),
        (b'{"text": "", "reason": [], "previews": 3}', 0, Found(reason=BROKEN)),
        (b'{"text": "\\ud800", "reason": "", "previews": {}}', 0, Found(reason=BROKEN)),
        (b'{"text": "w", "reason": "made up", "previews": {"256": "PHN2Zz4=", "7": "UklGRg=="}}', 0, Found("w")),
    ],
    ids=["time", "crash", "no json", "no form", "surrogate", "no picture"],
)
def test_what_the_process_says_is_not_trusted(answer: bytes, status: int, found: Found) -> None:
    assert process.found_in(answer, status) == found


async def test_a_process_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SECONDS", 0.05)
    assert (await look(b"words", "text/plain")).reason == TOO_SLOW
    assert not await asyncio.to_thread(children)


def children() -> list[str]:
    asked = ["ps", "--ppid", str(os.getpid()), "-o", "args="]
    return [
        line
        for line in subprocess.run(asked, capture_output=True, text=True).stdout.splitlines()
        if "inspection" in line
    ]


def test_what_the_process_can_not_reach(tmp_path: Path) -> None:
    """The same walls, with a program of ours in place of the reader: it has no files, no network, no other programs."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o644)
    (tmp_path / "root").mkdir()
    code = (
        "import sys, os, socket, subprocess\n"
        "from shared.inspection import child\n"
        "def look(content, media):\n"
        "    found = []\n"
        "    for what in (lambda: open(sys.argv[2]), lambda: socket.socket(),\n"
        "                 lambda: os.fork(), lambda: open('/tmp/made', 'w'), lambda: bytearray(2 << 30)):\n"
        "        try:\n"
        "            what()\n"
        "            found.append('')\n"
        "        except BaseException as error:\n"
        "            found.append(type(error).__name__)\n"
        "    return {'found': found}\n"
        "child.look = look\n"
        "child._load = lambda: None\n"
        "child.main()\n"
    )
    options = {"media": "", "root": str(tmp_path / "root"), "memory": 1 << 30, "seconds": 5, "uid": 0, "gid": 0}
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(options | {"parent": os.getpid()}), str(secret)],
        input=b"", capture_output=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert {"landlock", "seccomp"} <= {wall.split()[0] for wall in said["walls"]} or "chroot" in said["walls"]
    assert all(said["found"]), said["found"]
    assert said["found"][1:3] == ["PermissionError"] * 2
    assert said["found"][4] == "MemoryError"


def test_only_types_with_words_or_pictures_are_looked_at() -> None:
    assert all(map(is_readable, ("text/markdown", "application/json", "image/png", PDF, made.ODT, MAIL)))
    assert not any(map(is_readable, ("image/heic", "image/svg+xml", "application/zip", "application/msword")))
