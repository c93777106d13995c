"""The text of iCalendar (RFC 5545 §3.1, §3.3): content lines, folded and escaped. Values come in as the caller made
them; only `text` escapes.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.clock import Micros, to_rfc3339

MEDIA_TYPE = "text/calendar; charset=utf-8"
_LONGEST = 75  # octets of a line, without its end
_CONTROLS = {n: None for n in (*range(32), 127) if n != 10}
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def text(value: str) -> str:
    """A value of the type TEXT. Control characters other than line ends are not allowed there, and left out."""
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).translate(_ESCAPED)


def moment(at: Micros) -> str:
    """UTC (form 2), to the second."""
    return to_rfc3339(at)[:19].replace("-", "").replace(":", "") + "Z"


def day(text: str) -> str:
    """Of `YYYY-MM-DD`."""
    return text.replace("-", "")


def document(lines: Iterable[str]) -> bytes:
    """The lines `NAME;PARAMETER=…:value` as they are sent."""
    return b"".join(b"%b\r\n" % folded(line.encode()) for line in lines)


def folded(line: bytes) -> bytes:
    """A line in pieces of 75 octets at most; a character is never cut (§3.1)."""
    pieces, start, room = [], 0, _LONGEST
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        pieces.append(line[start:end])
        start, room = end, _LONGEST - 1  # the next one begins with a space
    return b"\r\n ".join([*pieces, line[start:]])
