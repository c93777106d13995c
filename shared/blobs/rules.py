"""What may be attached to records: which types, judged by the bytes, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

MOST_MB = 5_000  # that a setting may ask for
_OFFICE = "application/vnd.openxmlformats-officedocument"
ALLOWED = (
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/heic",
    "application/pdf", f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation", "application/vnd.oasis.opendocument.*", "application/msword",
    "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/rtf", "application/zip",
    "application/json", "text/plain", "text/csv", "text/markdown", "text/calendar", "text/vcard", "message/rfc822",
    "audio/*", "video/mp4", "video/quicktime", "video/webm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileRules:
    """types: media types, `image/*` too. most: bytes of one file; most_per_record: of all files of a record."""

    types: tuple[str, ...] = ALLOWED
    most: int = 100 << 20
    most_per_record: int = 1 << 30
    most_files: int = 500

    def allows(self, media: str) -> bool:
        return any(fnmatchcase(media, pattern) for pattern in self.types)
