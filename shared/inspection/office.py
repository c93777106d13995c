"""The words of office documents: ZIP files of XML (ECMA-376 for docx, xlsx and pptx, OpenDocument for odt, ods, odp).

No tree is built; entities and type definitions are refused (defusedxml).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from shared.inspection.found import BROKEN, ENCRYPTED, TOO_LARGE, Unreadable

MOST_PARTS = 5_000
MOST_UNPACKED = 64 << 20  # bytes of one part; what unpacks to more is no document but a bomb
_PARTS = (
    re.compile(r"word/document\.xml"),
    re.compile(r"word/(?:header|footer)\d*\.xml"),
    re.compile(r"word/(?:footnotes|endnotes|comments)\.xml"),
    re.compile(r"xl/sharedStrings\.xml"),
    re.compile(r"xl/worksheets/sheet\d+\.xml"),
    re.compile(r"ppt/slides/slide\d+\.xml"),
    re.compile(r"ppt/notesSlides/notesSlide\d+\.xml"),
    re.compile(r"content\.xml"),
)
_WORDS = frozenset({"t", "v", "p", "h", "span", "a"})  # elements whose text is said
_BREAKS = frozenset({"p", "h", "row", "si", "c", "tab", "br", "table-cell"})  # those after which a word ends


def office_text(content: bytes) -> Iterator[str]:
    """In the order in which people read. Raises Unreadable."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise Unreadable(TOO_LARGE)
            for part in _in_order(parts):
                if part.flag_bits & 1:
                    raise Unreadable(ENCRYPTED)
                with packed.open(part) as file:
                    yield from _words(file)
    except (zipfile.BadZipFile, ParseError, DefusedXmlException, EOFError, zlib.error):
        raise Unreadable(BROKEN) from None


def _in_order(parts: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    def place(part: zipfile.ZipInfo) -> tuple[int, int] | None:
        for n, pattern in enumerate(_PARTS):
            if pattern.fullmatch(part.filename):
                return n, int("".join(filter(str.isdecimal, part.filename)) or 0)
        return None

    placed = [(at, part) for part in parts if (at := place(part)) is not None]
    return [part for _, part in sorted(placed, key=lambda pair: pair[0])]


class _Said:
    """Hears the elements of a part; the text of the innermost one counts, if that is one of words.

    A cell that holds the number of a shared text (`t="s"`) says nothing itself.
    """

    def __init__(self) -> None:
        self._inside, self._held, self._numbered = list[str](), list[str](), False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._inside.append(name)
        if name == "c":
            self._numbered = attributes.get("t") == "s"

    def end(self, tag: str) -> None:
        if self._inside.pop() in _BREAKS:
            self._held.append(" ")

    def data(self, text: str) -> None:
        name = self._inside[-1] if self._inside else ""
        if name in _WORDS and not (name == "v" and self._numbered):
            self._held.append(text)

    def take(self) -> str:
        """What was said since the last time."""
        said = "".join(self._held)
        self._held.clear()
        return said


def _words(file: IO[bytes]) -> Iterator[str]:
    said, left = _Said(), MOST_UNPACKED
    parser = DefusedXMLParser(target=said, forbid_dtd=True)
    while part := file.read(1 << 16):
        left -= len(part)
        if left < 0:
            raise Unreadable(TOO_LARGE)
        parser.feed(part)
        yield said.take()
    parser.close()
    yield said.take()
