"""What a look into a file finds, and why it may find nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

MOST_TEXT: Final = 50_000  # characters: their event stays far below what stores and brokers take
SIZES: Final = (256, 1024)  # pixels of a preview's longer side
MOST_PREVIEW: Final = 2 << 20  # bytes of one

TYPE = "type"  # there is nothing to be read in files of this type
NO_TEXT = "no-text"  # the file holds no words
ENCRYPTED = "encrypted"
BROKEN = "broken"  # it is not what its first bytes say
TOO_LARGE = "too-large"  # to be read within the memory and the sizes there are
TOO_SLOW = "too-slow"
REASONS: Final = (TYPE, NO_TEXT, ENCRYPTED, BROKEN, TOO_LARGE, TOO_SLOW)

OFFICE: Final = re.compile(r"application/vnd\.(openxmlformats-officedocument|oasis\.opendocument)\..+")
PLAIN: Final = re.compile(r"text/(?!html).+|application/json")
PICTURES: Final = {  # media type → the reader of the library; no other is tried
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
_OTHERS = frozenset({"application/pdf", "message/rfc822", "text/html", *PICTURES})


def is_readable(media: str) -> bool:
    """Whether files of the type may hold words or a picture that can be read."""
    return media in _OTHERS or any(kind.fullmatch(media) for kind in (OFFICE, PLAIN))


class Unreadable(Exception):
    """reason: one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Found:
    """reason: why there is no text, "" = here it is. previews: WebP by their size, where there is something to see."""

    text: str = ""
    reason: str = ""
    previews: dict[int, bytes] = field(default_factory=dict)
