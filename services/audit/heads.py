"""Events as the explorer shows them: their heads to every auditor, their contents to those who read the record.

A head says who, which command, on which record and when. Reason, changed fields and the record's title are shown to
callers who read the record now; of a stream that is no record, to callers from whom nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from services.audit.reads_shown import ReadShown, ReadsShown, RecordNamed
from shared.clock import to_rfc3339
from shared.events.envelope import Metadata, Stored, Undecodable
from shared.events.registry import ANYTHING
from shared.http.answers import DateTime, titles_of
from shared.kernel.kernel import Kernel
from shared.kernel.seen import seen
from shared.security.permissions import Access
from shared.views.port import Document
from shared.views.port import Field as ViewField
from shared.views.port import Kind as ViewKind

_WHO = tuple(ViewField(name, ViewKind.KEYWORD, "操作人", "Who", ref="user") for name in ("actor", "on_behalf_of"))

_KEY, _BY_KEY = "api_key", "key-"  # a record type, and how its records act


class EventHead(TypedDict):
    position: int
    event_id: str
    type: str
    stream: str
    version: int
    record: Annotated[RecordNamed | None, Field(description="null: the stream is no record")]
    occurred_at: DateTime
    recorded_at: DateTime
    actor: str
    on_behalf_of: str
    command: Annotated[str, Field(description="The id that the events of one request share")]
    command_name: str
    correlation_id: Annotated[str, Field(description="The id that all that one act led to shares; of a job, its own")]
    causation_id: Annotated[str, Field(description="The event that it reacts to")]
    readable: Annotated[bool, Field(description="Whether you read the record, and so the contents")]
    reason: Annotated[str, Field(description="Empty where you may not read it")]
    read: NotRequired[Annotated[ReadShown, Field(description="Of an event of the read log")]]


class Heads:
    """Shows events to one caller."""

    def __init__(self, kernel: Kernel, access: Access) -> None:
        self._kernel, self._access = kernel, access

    async def readable(self, events: Sequence[Stored]) -> dict[str, Document | None]:
        """The streams whose contents the caller reads; of a record, with its document."""
        catalogue, wanted = self._kernel.catalogue, dict[str, set[str]]()
        found: dict[str, Document | None] = {}
        for one in events:
            if one.category in catalogue:
                wanted.setdefault(one.category, set()).add(one.id)
            elif not self._access.masks(ANYTHING):
                found[one.stream] = None
        for category, ids in wanted.items():
            aggregate = catalogue[category]
            documents = await seen(self._kernel, aggregate, ids, self._access)
            found |= {aggregate.stream(id): document for id, document in documents.items()}
        return found

    async def of(self, events: Sequence[Stored], *, whole: bool = False) -> list[EventHead]:
        """whole: with all records of an event of the read log, not the first few."""
        readable = await self.readable(events)
        heads = [await self._head(one, readable) for one in events]
        reads = await ReadsShown(self._kernel, self._access).of(events, whole=whole)
        for head in heads:
            if (read := reads.get(head["event_id"])) is not None:
                head["read"] = read
        return heads

    async def names(self, heads: Sequence[EventHead]) -> dict[str, str]:
        """The names of the people and API keys who did it, as far as the caller sees them."""
        found = dict(await titles_of([dict(one) for one in heads], _WHO, self._kernel, self._access))
        ids = {one["actor"].removeprefix(_BY_KEY) for one in heads if one["actor"].startswith(_BY_KEY)}
        if ids and _KEY in self._kernel.catalogue:
            keys = await seen(self._kernel, self._kernel.catalogue[_KEY], ids, self._access)
            found |= {f"{_BY_KEY}{id}": title for id, key in keys.items() if (title := self.title(_KEY, key))}
        return found

    async def metadata(self, event: Stored) -> Metadata:
        """With the reason in clear, masked where it was erased. What is no metadata reads as if there were none."""
        try:
            found = await self._kernel.codec.metadata(event.tenant, event.stream, event.metadata)
            return found if isinstance(found, Metadata) else Metadata(**orjson.loads(found))
        except (Undecodable, ValueError, TypeError):
            return Metadata()

    async def _head(self, event: Stored, readable: dict[str, Document | None]) -> EventHead:
        metadata, may_read = await self.metadata(event), event.stream in readable
        return {
            "position": event.position,
            "event_id": event.event_id,
            "type": event.type,
            "stream": event.stream,
            "version": event.version,
            "record": self._record(event, readable.get(event.stream)),
            "occurred_at": to_rfc3339(event.occurred_at),
            "recorded_at": to_rfc3339(event.recorded_at),
            "actor": metadata.actor,
            "on_behalf_of": metadata.on_behalf_of,
            "command": metadata.command,
            "command_name": metadata.command_name,
            "correlation_id": metadata.correlation_id,
            "causation_id": metadata.causation_id,
            "readable": may_read,
            "reason": metadata.reason if may_read else "",
        }

    def _record(self, event: Stored, document: Document | None) -> RecordNamed | None:
        if event.category not in self._kernel.catalogue:
            return None
        named: RecordNamed = {"type": event.category, "id": event.id}
        if title := self.title(event.category, document):
            named["title"] = title
        return named

    def title(self, category: str, document: Any) -> str:
        """What the record is called; "" where the caller may not see it."""
        name = self._kernel.catalogue[category].collection.title
        if document is None or not self._access.may_see(category, name):
            return ""
        return str(document.get(name) or "")
