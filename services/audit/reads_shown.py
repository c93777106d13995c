"""Events of the read log as the explorer shows them.

Who was shown, refused or given what is shown to every auditor, as heads are; titles of records to those who read them;
what people typed (conditions, statements) to callers from whom nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from shared.events.audit_reads import (
    AccessRefused,
    DataExported,
    ExportEnded,
    LogSearched,
    QuestionAsked,
    ReadsDropped,
    RecordsRead,
)
from shared.events.envelope import Event, Recorded, Stored
from shared.events.registry import ANYTHING
from shared.kernel.kernel import Kernel
from shared.kernel.seen import seen
from shared.readlog.readlog import CATEGORY
from shared.security.permissions import Access

FEW = 3  # records of an event in a list


class RecordNamed(TypedDict):
    type: str
    id: str
    title: NotRequired[Annotated[str, Field(description="If you may see it")]]


class ReadRecord(RecordNamed):
    times: Annotated[int, Field(description="How often it was shown within the batch")]


class ReadShown(TypedDict):
    resource: Annotated[str, Field(description="The record type, or what else rights are granted on")]
    records: Annotated[list[ReadRecord], Field(description=f"In a list the first {FEW}")]
    count: Annotated[
        int, Field(description="Of records, figures, rows, refusals, pages or dropped entries; 0 = not counted")
    ]
    fields: Annotated[list[str], Field(description="The sensitive fields that were shown")]
    route: Annotated[str, Field(description="What was refused; else empty")]
    action: Annotated[str, Field(description="The right that was missing; else empty")]
    text: Annotated[str, Field(description="Conditions or SQL; empty for callers from whom fields are hidden")]


class ReadsShown:
    """Shows them to one caller."""

    def __init__(self, kernel: Kernel, access: Access) -> None:
        self._kernel, self._access = kernel, access
        self._typed = not access.masks(ANYTHING)

    async def of(self, events: Sequence[Stored], *, whole: bool) -> dict[str, ReadShown]:
        """Those of the events that are of the read log and can be read, by their ids."""
        decoded = await self._kernel.codec.decode_each([one for one in events if one.category == CATEGORY])
        most = None if whole else FEW
        found = {one.event_id: self._shown(one.event, most) for one in decoded if isinstance(one, Recorded)}
        await self._name([record for one in found.values() for record in one["records"]])
        return found

    def _shown(self, event: Event, most: int | None) -> ReadShown:
        shown = ReadShown(resource="", records=[], count=0, fields=[], route="", action="", text="")
        match event:
            case RecordsRead():
                shown["resource"], shown["fields"], shown["count"] = (
                    event.resource,
                    event.fields,
                    len(event.records) or event.figures,
                )
                shown["records"] = _records(event.resource, islice(event.records.items(), most))
            case AccessRefused():
                shown["resource"], shown["action"], shown["count"] = event.resource, event.action, event.times
                shown["route"] = f"{event.method} {event.route}"
                if event.record and event.resource in self._kernel.catalogue:
                    shown["records"] = _records(event.resource, [(event.record, event.times)])
            case DataExported():
                shown["resource"], shown["fields"], shown["count"] = event.resource, event.fields, event.rows or 0
                shown["text"] = self._text(event.conditions)
            case ExportEnded():
                shown["resource"], shown["count"] = event.resource, event.rows
            case QuestionAsked():
                shown["count"], shown["text"] = event.rows, self._text(event.statement)
            case LogSearched():
                shown["count"], shown["text"] = event.times, self._text(event.conditions)
            case ReadsDropped():
                shown["count"] = event.count
        return shown

    def _text(self, text: str) -> str:
        return text if self._typed else ""

    async def _name(self, records: Sequence[ReadRecord]) -> None:
        """Give the records that the caller reads their titles."""
        for type_ in {one["type"] for one in records} & {a.name for a in self._kernel.catalogue}:
            aggregate, mine = self._kernel.catalogue[type_], [one for one in records if one["type"] == type_]
            title = aggregate.collection.title
            if not self._access.may_see(type_, title):
                continue
            documents = await seen(self._kernel, aggregate, {one["id"] for one in mine}, self._access)
            for one in mine:
                if (document := documents.get(one["id"])) and (text := document.get(title)):
                    one["title"] = str(text)


def _records(type_: str, found: Iterable[tuple[str, int]]) -> list[ReadRecord]:
    return [ReadRecord(type=type_, id=id, times=times) for id, times in found]
