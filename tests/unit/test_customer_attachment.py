"""Files on records decide: versions, names, deletion, erasure, and what the scanner and the reader of texts note."""

from __future__ import annotations

from typing import Any

import pytest

from services.customer.attachment import ATTACHMENT, MOST_VERSIONS
from services.customer.files.media import media_of
from services.customer.files.ranges import part_of
from shared.errors import Forbidden, NotFound, Rejected
from shared.events.customer_attachments import (
    FileAttached,
    FileDeleted,
    FileErased,
    FilePreviewed,
    FileRenamed,
    FileRestored,
    FileScanned,
    FileTextRead,
    FileVersionAdded,
)
from shared.security.permissions import Access, Level, Role
from tests.unit.given import ID, ME, Given, given

SHA = "a" * 64
BORN = FileAttached(ID, {"name": "a.pdf", "sha256": SHA}, "c1", 5, "application/pdf", "account", "acc")
SECOND = FileVersionAdded(ID, {"name": "b.pdf", "sha256": SHA}, "c2", 6, "application/pdf")


def body(content: str = "c2", **more: Any) -> dict[str, Any]:
    return {"name": "b.pdf", "sha256": SHA, "content": content, "size": 6, "media": "application/pdf", **more}


def a_file(*later: Any) -> Given:
    return given(ATTACHMENT, BORN, *later)


def test_attach_and_add_versions() -> None:
    on = {"record_type": "account", "record": "acc"}
    given(ATTACHMENT).when("AttachFile", body("c1", **on), facts=ME).then(
        FileAttached(ID, {"name": "b.pdf", "sha256": SHA}, "c1", 6, "application/pdf", "account", "acc")
    )
    a_file().when("AddFileVersion", body(), facts=ME).then(SECOND)
    a_file(SECOND).when("AddFileVersion", body(), facts=ME).then_nothing()
    a_file(FileDeleted()).when("AddFileVersion", body(), facts=ME).then_rejected(Rejected, code="archived")
    a_file(FileErased(ID)).when("AddFileVersion", body(), facts=ME).then_rejected(Rejected, code="erased")
    many = [FileVersionAdded(ID, {"name": "b", "sha256": SHA}, f"v{n}", 1, "x") for n in range(MOST_VERSIONS - 1)]
    a_file(*many).when("AddFileVersion", body(), facts=ME).then_rejected(Rejected, code="too-many-versions")


def test_names_and_deletion() -> None:
    a_file().when("RenameFile", {"name": "c.pdf"}, facts=ME).then(
        FileRenamed(ID, {"name": {"from": "a.pdf", "to": "c.pdf"}})
    )
    a_file().when("RenameFile", {"name": "a.pdf"}, facts=ME).then_nothing()
    a_file().when("DeleteFile", facts=ME).then(FileDeleted())
    a_file(FileDeleted()).when("DeleteFile", facts=ME).then_nothing()
    a_file(FileDeleted()).when("RestoreFile", facts=ME).then(FileRestored())
    a_file().when("RestoreFile", facts=ME).then_nothing()
    a_file().when("EraseFile", facts=ME).then(FileErased(ID))
    a_file(FileErased(ID)).when("EraseFile", facts=ME).then_nothing()


def test_rights_are_asked_of_the_record() -> None:
    """facts: the owner of the record. A file of a record that is not seen is not there."""
    grants = {"attachment": {"*": Level.ALL}, "account": {"read": Level.TEAM, "edit": Level.OWN}}
    access = Access("t1", ME, (Role("r", "r", "r", grants),), team=frozenset({"colleague"}))
    commands = {"RenameFile": {"name": "c"}, "DeleteFile": {}, "AddFileVersion": body()}
    for name, asked in commands.items():
        assert a_file().when(name, asked, facts=ME, access=access).events
        a_file().when(name, asked, facts="colleague", access=access).then_rejected(Forbidden)
        a_file().when(name, asked, facts="stranger", access=access).then_rejected(NotFound)


def test_what_is_found_belongs_to_a_version() -> None:
    a_file().when("RecordScan", {"content": "c1"}).then(FileScanned("c1", ""))
    a_file(FileScanned("c1", "")).when("RecordScan", {"content": "c1", "infected": "x"}).then_nothing()
    a_file().when("RecordScan", {"content": "other"}).then_nothing()
    assert a_file(FileScanned("c1", "Eicar"), SECOND).state.scan == ""
    assert [v["scan"] for v in a_file(FileScanned("c1", "Eicar"), SECOND).state.versions] == ["infected", ""]
    a_file(FileScanned("c1", "", "too-large")).when("RecordScan", {"content": "c1"}).then(FileScanned("c1", ""))
    a_file(FileScanned("c1", "", "too-large")).when(
        "RecordScan", {"content": "c1", "refused": "too-large"}
    ).then_nothing()
    words = {"content": "c1", "text": "words"}
    read = FileTextRead(ID, "words", "c1")
    a_file().when("RecordContents", words).then(read)
    a_file().when("RecordContents", words | {"previews": [256]}).then(FilePreviewed("c1", [256]), read)
    a_file(read).when("RecordContents", words).then_nothing()
    a_file(SECOND).when("RecordContents", words).then_nothing()
    found = a_file(read, FilePreviewed("c1", [256])).state
    assert (found.text, found.reading, found.preview) == ("words", "read", True)
    later = a_file(read, FilePreviewed("c1", [256]), SECOND).state
    assert (later.text, later.reading, later.preview) == ("", "", False)


def test_what_a_file_waits_for() -> None:
    for events, waits in (
        ([], ["scan", "read"]),
        ([FileScanned("c1", "")], ["read"]),
        ([FileScanned("c1", ""), FileTextRead(ID, "", "c1", "type")], []),
        ([FileScanned("c1", "Eicar")], []),
        ([FileScanned("c1", "", "too-large")], []),
        ([FileScanned("c1", ""), SECOND], ["scan", "read"]),
        ([FileErased(ID)], []),
    ):
        assert ATTACHMENT.document(a_file(*events).state)["waits"] == waits, events


@pytest.mark.parametrize(
    ("content", "name", "media"),
    [
        (b"", "a", "text/plain"),
        (b"ab", "a.csv", "text/csv"),
        (b"%PDF-1.4", "a.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "a.pdf", "image/png"),
        (b"<!DOCTYPE html>", "a.txt", "text/html"),
        (b"\xef\xbb\xbf <SCRIPT>", "a.md", "text/html"),
        (b"\0\1", "a.txt", "application/octet-stream"),
        (b"plain", "a.MD", "text/markdown"),
    ],
)
def test_types_by_the_bytes(content: bytes, name: str, media: str) -> None:
    assert media_of(content, name) == media


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", (0, 9)),
        ("bytes=0-0", (0, 0)),
        ("bytes=2-", (2, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-30", (0, 9)),
        ("bytes=5-50", (5, 9)),
        ("bytes=5-4", (0, 9)),
        ("bytes=1-2,4-5", (0, 9)),
        ("lines=1-2", (0, 9)),
        ("bytes=10-", None),
        ("bytes=-0", None),
    ],
)
def test_ranges(header: str, part: tuple[int, int] | None) -> None:
    assert part_of(header, 10) == part
