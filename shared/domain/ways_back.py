"""How the effect of a command is taken back: declared once, with the command (`back=`).

A command that declares nothing is taken back by `undo` with the version that it made, and one that creates a record by
archiving it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.events.envelope import Event
from shared.messages import Message, say

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """Another command of the record takes it back.

    verb: that command's path segment. body: (state before, event) → what is sent. holds: (state now, event) → whether
    the effect is still there; None = while no later event touched the same fields.
    """

    verb: str
    label: Message
    body: Callable[[Any, Any], Body] = lambda before, event: {}
    holds: Callable[[Any, Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why an effect cannot be taken back. code: kebab-case, it never changes."""

    code: str
    message: str


Back = Way | NoWay | Callable[[Any, Event], Way | NoWay]  # or: (state before, event) → one of them


def again(verb: str, *fields: str) -> Way:
    """The same command with the values from before."""
    return Way(verb, FORMER, lambda before, event: {name: getattr(before, name) for name in fields})


def edited_back(before: Any, event: Any) -> Body:
    """The values from before of what an edit in place changed."""
    body: Body = {}
    for name, change in event.changes.items():
        head, _, custom = name.partition(".")
        if custom:
            body.setdefault(head, {})[custom] = change["from"]
        else:
            body[name] = change["from"]
    return body


FORMER = say("Put the former value back")
UNDO = Way("undo", say("Undo this change"))
ARCHIVE = Way("archive", say("Archive the record"), holds=lambda now, event: not now.archived)
RESTORE = Way("restore", say("Restore the record"))
FORMER_VALUES = Way("PATCH", FORMER, edited_back)

NOT_UNDOABLE = NoWay("not-undoable", "nothing takes this change back")
NOTHING_CHANGED = NoWay("no-change", "nothing was changed, so there is nothing to take back")
STEP = NoWay("step", "this is a step of another act; take that act back")
FINAL = NoWay("erased", "an erasure is final")
FORBIDDEN = NoWay("forbidden", "you may not take this change back")
CHANGED_SINCE = NoWay("changed-since", "a later change touched the same fields")
TAKEN_BACK = NoWay("undone", "this change was taken back already")
