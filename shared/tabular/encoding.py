"""Which encoding a text file is in: UTF-8 and UTF-16 by their marks, UTF-8 by its form, else GB 18030 if plausible."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import Invalid

CHUNK = 1 << 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def detect_encoding(path: Path, name: str) -> str:
    """The encoding the whole file decodes in: utf-8, utf-8-sig, utf-16 or gb18030.

    Raises Invalid naming the file and the line that cannot be decoded.
    """
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if (line := _broken_line(path, encoding)) is not None:
                raise _broken(name, line, encoding.removesuffix("-sig"))
            return encoding
    line = _broken_line(path, "utf-8")
    if line is None:
        return "utf-8"
    if _looks_chinese(path):
        return "gb18030"
    raise _broken(name, line, "UTF-8")


def _broken(name: str, line: int, encoding: str) -> Invalid:
    return Invalid.field(
        name,
        "broken-encoding",
        f"line {line} is not valid {encoding.upper()}; save the file as UTF-8",
    )


def _broken_line(path: Path, encoding: str) -> int | None:
    """The number of the first line that does not decode, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                return lines + (before if isinstance(before, bytes) else bytes(before)).count(b"\n")
            if not chunk:
                return None


@dataclass(slots=True)
class _Tally:
    """Characters outside ASCII of a GB 18030 text: how many are the common ones (GB 2312)."""

    common: int = 0
    rare: int = 0
    utf8: int = field(default=0)

    def add(self, text: str) -> None:
        for character in text:
            if character > "\x7f":
                try:
                    character.encode("gb2312")
                    self.common += 1
                except UnicodeEncodeError:
                    self.rare += 1


def _looks_chinese(path: Path) -> bool:
    """Whether the bytes decode as GB 18030 into mostly common characters and hold no run of valid UTF-8 Chinese.

    One broken byte in a UTF-8 file also decodes as GB 18030, but into rare characters.
    """
    decoder = codecs.getincrementaldecoder("gb18030")()
    tally = _Tally()
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                return False
            if tally.common + tally.rare < 100_000:
                tally.add(text)
                tally.utf8 += _multibyte_utf8(chunk)
            if not chunk:
                return tally.common >= 9 * tally.rare and tally.common > 3 * tally.utf8


def _multibyte_utf8(chunk: bytes) -> int:
    """How many three-byte UTF-8 characters stand in the bytes, broken ones passed over."""
    return sum("\u0800" <= character <= "\uffef" for character in chunk.decode("utf-8", "ignore"))
