"""XLSX in: judged as an archive before anything is unpacked or parsed, then turned into a plain CSV next to it by a
process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import fromstring

from shared.errors import Invalid
from shared.messages import part, say
from shared.tabular.xlsx_reader import MAX_CELLS, MAX_ROW, REFUSED

MAX_ENTRIES = 1_000
MAX_RATIO = 100
MAX_TOTAL = 200 * 1024 * 1024
MAX_SHARED_STRINGS = 32 * 1024 * 1024  # the reader holds them in memory, all at once
MAX_TYPES = 1024 * 1024
_SMALL = 100 * 1024  # of small entries the ratio says nothing
_UNREADABLE = "this is no readable XLSX file"
_REFUSALS: dict[str, tuple[str, str]] = {
    "cells": ("too-many-columns", say("a row has more than {most} cells", most=MAX_CELLS)),
    "row": ("too-many-columns", say("a row of more than {size} MB", size=MAX_ROW >> 20)),
    "unreadable": ("broken-xlsx", _UNREADABLE),
}
_READER = Path(__file__).with_name("xlsx_reader.py")
_turns = threading.Semaphore(2)  # each may take what the reader is allowed
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".docx", ".jar", ".gz", ".7z", ".rar", ".tar")


def xlsx_to_csv(path: Path, name: str, target: Path) -> None:
    """Write the first sheet as UTF-8 CSV; dates become ISO text, numbers plain text.

    Raises Invalid naming the file: not an XLSX, or an archive that would harm.
    """
    try:
        _guard(path, name)
        _convert(path, name, target)
    except Invalid:
        target.unlink(missing_ok=True)
        raise
    except Exception as error:  # of zipfile and the XML parser: whatever a hostile file provokes
        raise Invalid.field(name, "broken-xlsx", _UNREADABLE) from error


def _convert(path: Path, name: str, target: Path) -> None:
    """In a process of its own, whose memory and time are bounded."""
    command = [sys.executable, "-P", str(_READER), str(path), str(target)]
    with _turns:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode == REFUSED:
        raise Invalid.field(name, *_REFUSALS[done.stdout.decode()])
    if done.returncode != 0:
        raise Invalid.field(name, "xlsx-bomb", "it takes more memory or time to read than it may; send it as CSV")


def _guard(path: Path, name: str) -> None:
    """Raises Invalid for an archive that is no workbook or that would cost more than it may."""

    def refuse(code: str, why: str) -> Invalid:
        return Invalid.field(name, code, say("{why}; the file was not opened", why=part(why)))

    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise refuse("xlsx-bomb", say("{count} parts; {most} are the limit", count=len(entries), most=MAX_ENTRIES))
        if sum(e.file_size for e in entries) > MAX_TOTAL:
            raise refuse("xlsx-bomb", say("more than {size} MB when unpacked", size=MAX_TOTAL >> 20))
        names = [e.filename for e in entries]
        if "xl/workbook.xml" not in names:
            raise Invalid.field(name, "broken-xlsx", "this archive is no XLSX workbook")
        if len(set(names)) != len(names) or _overlap(entries):
            raise refuse("xlsx-bomb", "its parts overlap")
        texts = _shared_strings(archive)
        for entry in entries:
            if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
                raise refuse(
                    "xlsx-bomb", say("{part} is packed more than {most} times", part=entry.filename, most=MAX_RATIO)
                )
            if entry.filename in texts and entry.file_size > MAX_SHARED_STRINGS:
                raise refuse(
                    "xlsx-bomb", say("more than {size} MB of texts; send it as CSV", size=MAX_SHARED_STRINGS >> 20)
                )
            if entry.filename.startswith("/") or ".." in entry.filename.split("/") or "\\" in entry.filename:
                raise refuse("xlsx-hostile", "a part has a path of its own")
            if entry.flag_bits & 1:
                raise Invalid.field(name, "encrypted", "the file has a password; save it without one")
            _guard_head(archive, entry, refuse)


def _shared_strings(archive: zipfile.ZipFile) -> set[str]:
    """The parts that hold shared strings, whatever they are called."""
    types = archive.getinfo("[Content_Types].xml")
    if types.file_size > MAX_TYPES:
        raise ValueError("the list of parts is too long")
    parts = fromstring(archive.read(types))
    return {p.get("PartName", "").lstrip("/") for p in parts if "sharedStrings" in p.get("ContentType", "")}


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + 30 + entry.compress_size
    return False


def _guard_head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, refuse: Any) -> None:
    with archive.open(entry) as part:
        head = part.read(4096)
    if head.startswith(b"PK\x03\x04") or entry.filename.lower().endswith(_ARCHIVES):
        raise refuse("xlsx-bomb", "an archive inside the archive")
    if entry.filename.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in head or b"<!ENTITY" in head or b"\0" in head):
        raise refuse("xlsx-hostile", say("{part} declares entities", part=entry.filename))
