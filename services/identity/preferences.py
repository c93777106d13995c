"""Preferences: what a user has set for themselves in a client. One record per user, under the user's own id.

Known keys are checked; a client keeps further ones as it likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.domain.types import TimeZone
from shared.domain.ways_back import NOT_UNDOABLE
from shared.errors import Invalid, TooLarge
from shared.events import identity as events
from shared.events.envelope import Event
from shared.messages import say
from shared.views.port import Collection, Kind

MAX_BYTES = 16 * 1024
MAX_DEPTH = 8

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Preferences(Record):
    values: Annotated[dict[str, Any], displayed(Kind.JSON, "偏好", "Preferences", personal=True, writable=False)] = (
        field(default_factory=dict)
    )


def evolve(state: Preferences, event: Event) -> None:
    match event:
        case events.PreferencesSet(subject_id=user, values=values):
            state.owner, state.values = user, values


PREFERENCES = Aggregate(
    name="preferences",
    service="identity",
    noun="preferences",
    state=Preferences,
    evolve=evolve,
    collection=Collection("preferences", 1, record_fields(Preferences), title="id"),
    about_owner=True,
    own_only=True,
    not_undoable=frozenset({"identity.PreferencesSet"}),
)


# --- commands and their decisions -------------------------------------------------------------------------------------

Locale = Literal["en", "zh-CN", "zh-TW"]
Short = Annotated[str, F(min_length=1, max_length=200)]


class Pin(CommandModel):
    """A record, or a place of the client (`/o/opportunity?view=…`)."""

    type: Annotated[str, F(max_length=60)] = ""
    id: Annotated[str, F(max_length=64)] = ""
    path: Annotated[str, F(max_length=1000)] = ""
    title: Annotated[str, F(max_length=200)] = ""


class Known(CommandModel):
    """The keys that every client understands. Others are kept as they are."""

    locale: Locale | None = None
    time_zone: TimeZone | None = None
    scheme: Literal["light", "dark", "system"] | None = None
    density: Literal["compact", "comfortable", "spacious"] | None = None
    pins: list[Pin] = F(default=[], max_length=100)
    dismissed: list[Short] = F(default=[], max_length=200)

    model_config = {"extra": "allow"}


class SetPreferences(CommandModel):
    values: Annotated[dict[str, Any], VERBATIM]


class FirstPreferences(SetPreferences):
    pass


@PREFERENCES.command("KeepPreferences", action="create", verb="", creates=True, hidden=True)
def keep(cmd: FirstPreferences, state: Preferences, ctx: Context) -> list[Event]:
    return [events.PreferencesSet(ctx.actor, checked(cmd.values))]


@PREFERENCES.command("SetPreferences", action="edit", verb="PUT", hidden=True, back=NOT_UNDOABLE)
def set_preferences(cmd: SetPreferences, state: Preferences, ctx: Context) -> list[Event]:
    values = checked(cmd.values)
    return [] if values == state.values else [events.PreferencesSet(ctx.actor, values)]


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """Raises TooLarge beyond 16 kB, Invalid for what is nested too deep."""
    if len(orjson.dumps(values)) > MAX_BYTES:
        raise TooLarge(say("preferences may have {most} bytes at most", most=MAX_BYTES))
    if any(depth > MAX_DEPTH for depth in _depths(values)):
        raise Invalid.field("", "too-deep", say("JSON may be nested {most} levels at most", most=MAX_DEPTH))
    return values


def _depths(value: Any, depth: int = 1) -> Iterator[int]:
    """How deep each object and list is. Bodies are 32 levels deep at most."""
    if isinstance(value, dict | list):
        yield depth
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _depths(inner, depth + 1)
