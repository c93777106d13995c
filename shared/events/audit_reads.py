"""Events of the read log: who was shown, refused, given or asked what. A landed version is never edited.

They hold ids, names of fields and numbers. What people typed may name a person: it is sealed under the organisation's
text key of the day. Who did it stands in the metadata, as of every event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from shared.events.registry import event
from shared.events.sealing import Sealed


@event("audit.RecordsRead")
@dataclass(frozen=True, slots=True)
class RecordsRead:
    """Values of these sensitive fields were shown.

    records: id → how many times within the batch. figures: so many counts, groups and sums were answered that were
    made by these fields; an event that has them names no record.
    """

    resource: str
    fields: list[str]
    records: dict[str, int]
    figures: int = 0


@event("audit.AccessRefused")
@dataclass(frozen=True, slots=True)
class AccessRefused:
    """Requests were answered with 403.

    route: with names in place of values. record: its id, "" where the path has none. resource, action: the right that
    was missing, where one was.
    """

    method: str
    route: str
    record: str
    resource: str
    action: str
    times: int


@event("audit.DataExported")
@dataclass(frozen=True, slots=True)
class DataExported:
    """Data was given as a file; recorded before its first byte.

    fields: the sensitive ones that it holds. rows: None = `ExportEnded` of the same export says it, or nobody counts
    them.
    """

    export: str
    resource: str
    format: str
    conditions: Annotated[str, Sealed()]
    fields: list[str]
    rows: int | None


@event("audit.ExportEnded")
@dataclass(frozen=True, slots=True)
class ExportEnded:
    """So many rows of a long export were sent, or made ready to be."""

    export: str
    resource: str
    rows: int


@event("audit.QuestionAsked")
@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """An SQL question was answered; recorded before the answer."""

    statement: Annotated[str, Sealed()]
    format: str
    rows: int


@event("audit.LogSearched")
@dataclass(frozen=True, slots=True)
class LogSearched:
    """The log was searched by these conditions, so many pages of it within the batch."""

    conditions: Annotated[str, Sealed()]
    times: int


@event("audit.ReadsDropped")
@dataclass(frozen=True, slots=True)
class ReadsDropped:
    """So many entries of the organisation were not recorded: the log could not take them as fast as they came."""

    count: int
