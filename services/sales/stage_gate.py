"""Stages as they are written down, and the gates before them: what a deal needs to enter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field as F

from services.sales.values import Probability
from shared.domain.command import CommandModel
from shared.domain.types import Titles
from shared.errors import FieldError, Forbidden, Rejected
from shared.security.permissions import Access

Stage = dict[str, Any]  # key, zh, en, titles (if there are any), probability, gate (None = open to all), retired
MAX_STAGES = 50
Key = Annotated[str, F(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
Label = Annotated[str, F(min_length=1, max_length=60)]
GateField = Annotated[
    str,
    F(
        pattern=r"^(amount|close_date|account|product|next_step|source|description|owner|contact_roles|lines"
        r"|custom\.[A-Za-z0-9_]{1,60})$"
    ),
]


class Point(CommandModel):
    """One point of a gate's checklist."""

    key: Key
    zh: Label
    en: Label


class Gate(CommandModel):
    """What a deal needs to enter a stage. roles: whose hand (empty = anyone's). fields: what must be filled in.

    checklist: points to tick. back: the earlier stages a deal may go back to from here; null = any.
    """

    roles: list[Annotated[str, F(max_length=64)]] = F(default=[], max_length=50)
    fields: list[GateField] = F(default=[], max_length=50)
    checklist: list[Point] = F(default=[], max_length=50)
    back: list[Key] | None = F(default=None, max_length=MAX_STAGES)


class StageModel(CommandModel):
    """titles: what it is called in a language, before zh and en."""

    key: Key
    zh: Label
    en: Label
    titles: Titles = {}
    probability: Probability
    gate: Gate | None = None

    def stored(self) -> Stage:
        found = {**self.model_dump(), "retired": False}
        return found if found["titles"] else {name: value for name, value in found.items() if name != "titles"}


class StageGate(Rejected):
    """The gate before the stage is closed: an error for each thing it asks for."""

    type = "stage-gate"
    title = "The stage asks for more before a deal may enter it"


def check_gate(stage: Stage, values: dict[str, Any], ticked: Iterable[str], access: Access) -> None:
    """Let a deal with these field values enter, or raise Forbidden (whose hand) or StageGate (what is missing)."""
    gate = stage["gate"]
    if gate is None:
        return
    if gate["roles"] and not {"system", *gate["roles"]}.intersection(role.id for role in access.roles):
        raise Forbidden("your role may not move a deal into this stage", code="stage-role", stage=stage["key"])
    missing = [name for name in gate["fields"] if _empty(values, name)]
    seen = [name for name in missing if access.may_see("opportunity", name)]
    undone = [p["key"] for p in gate["checklist"] if p["key"] not in set(ticked)]
    errors = [FieldError(name, "required-by-stage", "the stage needs this field") for name in seen]
    errors += [FieldError(f"checklist.{key}", "unticked", "the stage needs this point ticked") for key in undone]
    if errors or missing:
        raise StageGate(errors=errors, stage=stage["key"])


def _empty(values: dict[str, Any], name: str) -> bool:
    head, _, custom = name.partition(".")
    value = (values.get("custom") or {}).get(custom) if custom else values.get(head)
    return value is None or value in ("", [], {})


def may_go(stages: list[Stage], origin: str, target: str) -> bool:
    """Whether the origin's gate lets a deal go to the target: only moves back may be barred, by a stage in use."""
    keys = [s["key"] for s in stages]
    if origin not in keys or keys.index(target) > keys.index(origin):
        return True
    stage = stages[keys.index(origin)]
    gate = stage["gate"]
    return stage["retired"] or gate is None or gate["back"] is None or target in gate["back"]
