"""LegalHold: a record that nobody may erase, nor what is linked to it, until the hold is released (ADR 41)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.holding import Holding
from shared.domain.record import Record
from shared.domain.types import Reference
from shared.domain.ways_back import NoWay, Way
from shared.events import audit_holds as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.views.port import Collection, Kind

RELEASE = Way("release", say("Release the hold"), holds=lambda now, event: not now.released)
SHOWN_ON = ("account", "contact", "lead", "opportunity", "user")  # the types whose pages list their holds
RELEASED = NoWay("released", "a released hold stays released; place a new one")

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class LegalHold(Record):
    """resource, record: what is held. cause: the matter; release_cause: why it was released."""

    resource: Annotated[
        str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False, required=True)
    ] = ""
    record: Annotated[
        str,
        displayed(
            Kind.KEYWORD, "记录", "Record", indexed=True, writable=False, required=True, mixed=True, types=SHOWN_ON
        ),
    ] = ""
    cause: Annotated[str, displayed(Kind.TEXT, "事由", "Matter", writable=False, required=True)] = ""
    released: Annotated[bool, displayed(Kind.BOOLEAN, "已解除", "Released", indexed=True, writable=False)] = False
    release_cause: Annotated[str, displayed(Kind.TEXT, "解除原因", "Why released", writable=False)] = ""


def evolve(state: LegalHold, event: Event) -> None:
    match event:
        case events.HoldPlaced(resource=resource, record=record, cause=cause):
            state.resource, state.record, state.cause = resource, record, cause
        case events.HoldReleased(cause=cause):
            state.released, state.release_cause = True, cause


LEGAL_HOLD = Aggregate(
    name="legal_hold",
    service="audit",
    noun="legal-holds",
    state=LegalHold,
    evolve=evolve,
    collection=Collection("legal_holds", 1, record_fields(LegalHold, owned=False), owner=None, title="cause"),
    not_undoable=frozenset({"audit.HoldPlaced", "audit.HoldReleased"}),
    holds=Holding("resource", "record", "released"),
)


# --- commands and their decisions -------------------------------------------------------------------------------------

Cause = Annotated[str, F(min_length=1, max_length=500)]


class PlaceHold(CommandModel):
    """Neither the record nor what is linked to it can be erased until the hold is released."""

    resource: Annotated[str, F(min_length=1, max_length=60)]
    record: Reference
    cause: Cause

    model_config = {
        "json_schema_extra": {
            "examples": [
                {"resource": "contact", "record": "01936f00-0000-7000-8000-0000000000bb", "cause": "Case 12/2026"}
            ]
        }
    }


async def record_is_there(cmd: PlaceHold, lookups: Lookups) -> None:
    await lookups.there("record", cmd.resource, cmd.record)


@LEGAL_HOLD.command("PlaceHold", action="create", verb="", creates=True, prepare=record_is_there, back=RELEASE)
def place(cmd: PlaceHold, state: LegalHold, ctx: Context) -> list[Event]:
    return [events.HoldPlaced(cmd.resource, cmd.record, cmd.cause)]


class ReleaseHold(CommandModel):
    """The record can be erased again, unless another hold is on it. cause: why, which the log keeps."""

    cause: Annotated[str, F(max_length=500)] = ""


@LEGAL_HOLD.command(
    "ReleaseHold",
    action="manage",
    verb="release",
    sets=("released", "release_cause"),
    when={"released": (False,)},
    back=RELEASED,
)
def release(cmd: ReleaseHold, state: LegalHold, ctx: Context) -> list[Event]:
    return [] if state.released else [events.HoldReleased(cmd.cause)]
