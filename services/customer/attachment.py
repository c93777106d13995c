"""Attachment: a file on any record, with its versions. Who may see or change it is asked of the record it is on.

The bytes are in the blob store (`shared/blobs`), under the key that encrypts the file's name here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import Field as F

from shared.blobs.store import TOO_LARGE
from shared.domain.aggregate import Aggregate
from shared.domain.command import NOT_ERASED, CommandModel, Context, live
from shared.domain.fields import displayed, record_fields
from shared.domain.lifecycle import changed_fields, require_live
from shared.domain.record import Record, fold_values
from shared.domain.ways_back import ARCHIVE, FINAL, FORMER_VALUES, RESTORE
from shared.errors import Invalid, Rejected
from shared.events import customer_attachments as events
from shared.events.envelope import Event
from shared.inspection.found import MOST_TEXT, REASONS
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.security.permissions import Action, Level
from shared.security.roles import EVERY_ROLE, grant
from shared.views.port import Collection, Field, Kind

RECORDS = ("account", "contact", "lead", "opportunity", "activity", "product", "price_book", "user", "team")
MOST_VERSIONS = 100
SCAN, READ_TEXT = "scan", "read"  # what a file waits for
CLEAN, INFECTED, READ = "clean", "infected", "read"
SCANS = (CLEAN, INFECTED, TOO_LARGE)


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Attachment(Record):
    """versions: {content, size, media, scan, virus}; the last one is current, and its values are the fields.

    scan: "" = no verdict yet, clean, infected, too-large (the scanner takes no such file). virus: its name for what it
    found. reading: "" = the words are not read yet, read, or why there are none (`shared/inspection`).
    """

    name: Annotated[
        str, displayed(Kind.TEXT, "文件名", "File name", indexed=True, searchable=True, personal=True, required=True)
    ] = ""
    record_type: Annotated[str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False)] = ""
    record: Annotated[str, displayed(Kind.KEYWORD, "记录", "Record", indexed=True, writable=False, mixed=True)] = ""
    media: Annotated[str, displayed(Kind.KEYWORD, "媒体类型", "Media type", indexed=True, writable=False)] = ""
    size: Annotated[int, displayed(Kind.INTEGER, "大小（字节）", "Size (bytes)", indexed=True, writable=False)] = 0
    content: Annotated[str, displayed(Kind.KEYWORD, "内容编号", "Content id", writable=False)] = ""
    sha256: Annotated[str, displayed(Kind.KEYWORD, "校验和", "SHA-256", personal=True, writable=False)] = ""
    scan: Annotated[
        str, displayed(Kind.KEYWORD, "病毒扫描", "Virus scan", indexed=True, writable=False, options=SCANS)
    ] = ""
    virus: Annotated[str, displayed(Kind.KEYWORD, "发现的病毒", "Virus found", writable=False)] = ""
    reading: Annotated[
        str, displayed(Kind.KEYWORD, "文本读取", "Reading of the text", writable=False, options=(READ, *REASONS))
    ] = ""
    preview: Annotated[bool, displayed(Kind.BOOLEAN, "有预览图", "Has a preview", writable=False)] = False
    versions: Annotated[list[dict[str, Any]], displayed(Kind.JSON, "版本", "Versions", writable=False)] = field(
        default_factory=list
    )
    text: Annotated[
        str, displayed(Kind.TEXT, "文件文本", "Text in it", searchable=True, personal=True, writable=False)
    ] = ""


def evolve(state: Attachment, event: Event) -> None:
    match event:
        case events.Stored(details=details, content=content, size=size, media=media):
            if isinstance(event, events.FileAttached):
                state.record_type, state.record = event.record_type, event.record
            fold_values(state, details)
            state.content, state.size, state.media = content, size, media
            state.scan = state.virus = state.text = state.reading = ""
            state.preview = False
            one = {"content": content, "size": size, "media": media, "scan": "", "virus": ""}
            state.versions = [*state.versions, one]
        case events.FileScanned(content=content, infected=virus, refused=refused):
            said = {"scan": INFECTED if virus else refused or CLEAN, "virus": virus}
            state.versions = [{**v, **said} if v["content"] == content else v for v in state.versions]
            if content == state.content:
                state.scan, state.virus = said["scan"], virus
        case events.FileTextRead(text=text, content=content, reason=reason) if content == state.content:
            state.text, state.reading = text, reason or READ
        case events.FilePreviewed(content=content):
            state.preview = content == state.content


def waits_for(state: Attachment) -> list[str]:
    """What is still to be done: SCAN some version, READ_TEXT of the current one."""
    if state.erased:
        return []
    scan = any(not v["scan"] for v in state.versions)
    return [name for name, due in ((SCAN, scan), (READ_TEXT, reads(state))) if due]


def reads(state: Attachment) -> bool:
    """Whether the current version is still to be read: what the scanner refused never is."""
    return not state.reading and state.scan in ("", CLEAN)


WAITS = Field(
    "waits",
    Kind.KEYWORDS,
    "待处理",
    "Waits for",
    indexed=True,
    writable=False,
    sources=("versions", "scan", "reading"),
    technical=True,
)
ATTACHMENT = Aggregate(
    name="attachment",
    service="customer",
    noun="attachments",
    state=Attachment,
    evolve=evolve,
    looks_up=RECORDS,
    grants={EVERY_ROLE: grant(Level.ALL, "read", "create", "edit", "archive")},  # as far as the record's rights go
    collection=Collection("attachments", 2, record_fields(Attachment, WAITS, owned=False), title="name", owner=None),
    shown=lambda state: {WAITS.name: waits_for(state)},
    erasure=events.FileErased,
    belongs_to=("record_type", "record"),
    contents=lambda file: [(version["content"], version["size"]) for version in file.versions],
    unshown=frozenset({"text", "waits"}),
    search_rank=70,
)


# --- commands and their decisions -------------------------------------------------------------------------------------

Name = Annotated[str, F(min_length=1, max_length=200, pattern=r"^[^/\\]+$")]
_HEX = Annotated[str, F(pattern=r"^[0-9a-f]{64}$")]
C = TypeVar("C", bound=CommandModel)
_Owner = str | None  # of the record, as rights are asked: "" = it has none


class StoredFile(CommandModel):
    """What was uploaded and checked: only the suite itself says this."""

    name: Name
    sha256: _HEX
    content: str
    size: Annotated[int, F(ge=0)]
    media: str


class AttachFile(StoredFile):
    record_type: str
    record: str


async def of_new(cmd: AttachFile, lookups: Lookups) -> _Owner:
    """Raises Invalid unless there is such a record and the caller sees it."""
    if cmd.record_type not in RECORDS:
        raise Invalid.field("record_type", "unknown-resource", "there is no record type of this name with files")
    await lookups.exists("record", cmd.record_type, cmd.record)
    return await _owner(cmd.record_type, cmd.record, lookups)


async def of_known(cmd: C, lookups: Lookups) -> _Owner:
    state = await lookups.state(ATTACHMENT, lookups.id)
    return await _owner(state.record_type, state.record, lookups) if state.version else ""


async def _owner(record_type: str, record: str, lookups: Lookups) -> _Owner:
    found = await lookups.living(record_type, record)
    return "" if lookups.catalogue[record_type].collection.owner is None else found.owner


def require(ctx: Context[_Owner], record_type: str, action: Action) -> None:
    """Raises NotFound, Forbidden: rights on a file are those on its record."""
    ctx.access.check(record_type, action, ctx.facts)


@ATTACHMENT.command("AttachFile", action="create", verb="", creates=True, prepare=of_new, hidden=True)
def attach(cmd: AttachFile, state: Attachment, ctx: Context[_Owner]) -> list[Event]:
    require(ctx, cmd.record_type, "edit")
    details = {"name": cmd.name, "sha256": cmd.sha256}
    return [events.FileAttached(ctx.id, details, cmd.content, cmd.size, cmd.media, cmd.record_type, cmd.record)]


class AddFileVersion(StoredFile):
    pass


@ATTACHMENT.command("AddFileVersion", action="edit", verb="version", prepare=of_known, hidden=True)
def add_version(cmd: AddFileVersion, state: Attachment, ctx: Context[_Owner]) -> list[Event]:
    require(ctx, state.record_type, "edit")
    require_kept(state)
    if any(v["content"] == cmd.content for v in state.versions):
        return []
    if len(state.versions) >= MOST_VERSIONS:
        raise Rejected(say("a file has {most} versions at most", most=MOST_VERSIONS), code="too-many-versions")
    details = {"name": cmd.name, "sha256": cmd.sha256}
    return [events.FileVersionAdded(ctx.id, details, cmd.content, cmd.size, cmd.media)]


def require_kept(state: Attachment) -> None:
    """Raises Rejected for a file that is deleted or erased."""
    require_live(state)
    if state.erased:
        raise Rejected("the file is erased", code="erased")


class RenameFile(CommandModel):
    name: Name

    model_config = {"json_schema_extra": {"examples": [{"name": "offer 2.pdf"}]}}


@ATTACHMENT.command(
    "RenameFile", action="edit", verb="PATCH", prepare=of_known, when=live(erased=(False,)), back=FORMER_VALUES
)
def rename(cmd: RenameFile, state: Attachment, ctx: Context[_Owner]) -> list[Event]:
    require(ctx, state.record_type, "edit")
    require_kept(state)
    changes = changed_fields(state, {"name": cmd.name})
    return [events.FileRenamed(ctx.id, changes)] if changes else []


class DeleteFile(CommandModel):
    """Out of every list; nothing is lost, and `restore` brings it back."""


@ATTACHMENT.command("DeleteFile", action="archive", verb="archive", prepare=of_known, sets=("archived",), back=RESTORE)
def delete(cmd: DeleteFile, state: Attachment, ctx: Context[_Owner]) -> list[Event]:
    require(ctx, state.record_type, "edit")
    return [] if state.archived else [events.FileDeleted()]


class RestoreFile(CommandModel):
    pass


@ATTACHMENT.command(
    "RestoreFile",
    action="archive",
    verb="restore",
    prepare=of_known,
    sets=("archived",),
    when={"archived": (True,)},
    back=ARCHIVE,
)
def restore(cmd: RestoreFile, state: Attachment, ctx: Context[_Owner]) -> list[Event]:
    require(ctx, state.record_type, "edit")
    return [events.FileRestored()] if state.archived else []


class EraseFile(CommandModel):
    """Name, words and bytes of all versions become unreadable everywhere, for good."""


@ATTACHMENT.command("EraseFile", action="erase", verb="erase", prepare=of_known, when=NOT_ERASED, back=FINAL)
def erase(cmd: EraseFile, state: Attachment, ctx: Context[_Owner]) -> list[Event]:
    require(ctx, state.record_type, "read")
    return [] if state.erased else [events.FileErased(ctx.id)]


class RecordScan(CommandModel):
    content: str
    infected: Annotated[str, F(max_length=200)] = ""
    refused: Annotated[str, F(max_length=20)] = ""


@ATTACHMENT.command("RecordScan", action="manage", verb="scanned", hidden=True)
def record_scan(cmd: RecordScan, state: Attachment, ctx: Context) -> list[Event]:
    """A verdict stays; a refusal may become one, once the scanner takes more."""
    known = next((v for v in state.versions if v["content"] == cmd.content), None)
    if known is None or known["scan"] not in ("", TOO_LARGE) or (known["scan"] and known["scan"] == cmd.refused):
        return []
    return [events.FileScanned(cmd.content, cmd.infected, cmd.refused)]


class RecordContents(CommandModel):
    """What a look into a version found: its words or why there are none, and the sizes of its previews."""

    content: str
    text: Annotated[str, F(max_length=MOST_TEXT)]
    reason: Annotated[str, F(max_length=20)] = ""
    previews: list[int] = []


@ATTACHMENT.command("RecordContents", action="manage", verb="contents", hidden=True)
def record_contents(cmd: RecordContents, state: Attachment, ctx: Context) -> list[Event]:
    if state.erased or cmd.content != state.content or state.reading:
        return []
    found: list[Event] = [events.FilePreviewed(cmd.content, cmd.previews)] if cmd.previews else []
    return [*found, events.FileTextRead(ctx.id, cmd.text, cmd.content, cmd.reason)]
