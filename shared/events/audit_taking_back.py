"""Events of jobs that take back all that one person did, or that one act led to. A landed version is never edited.

All that such a job does bears its id as correlation id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import jobs
from shared.events.registry import ANYTHING, event
from shared.events.sealing import Sealed


@event("audit.TakingBackStarted", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class TakingBackStarted:
    """`by`: in whose name and with whose rights. `conditions`: what the changes have, as a search of the log has it.

    `since`, `until`: when they were recorded, in µs, both ends included. `up_to`: the position behind which nothing is
    taken back. `total` changes of `records`. `why`: that user's reason, which each command bears.
    """

    by: str
    conditions: Annotated[dict[str, str], Sealed()]
    since: int | None
    until: int | None
    up_to: int
    total: int
    records: int
    why: Annotated[str, Sealed()]


@event("audit.TakingBackAdvanced")
@dataclass(frozen=True, slots=True)
class TakingBackAdvanced:
    """How many changes were looked at by now, and how many of them went back."""

    done: int
    undone: int


@event("audit.TakingBackCompleted", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class TakingBackCompleted:
    """To its end, or to where it was cancelled: `undone` changes went back, `left` stay.

    `reasons`: why, as {code, message, count}, the most frequent first. `items`: the first ones that stay, as
    {stream, version, code, message}. A message: a text, or {template, params}.
    """

    undone: int
    left: int
    reasons: Annotated[list[dict[str, Any]], Sealed()]
    items: Annotated[list[dict[str, Any]], Sealed()]


@event("audit.TakingBackCancelled")
@dataclass(frozen=True, slots=True)
class TakingBackCancelled(jobs.Cancelled):
    """By a user. TakingBackCompleted follows once it has stopped."""


@event("audit.TakingBackFailed", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class TakingBackFailed(jobs.Failed):
    pass
