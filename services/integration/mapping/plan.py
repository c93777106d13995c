"""From one row to the commands it stands for: pure. What the tenant holds already is given as `Found` and `Known`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.integration.mapping.draft import Draft, clears, gives_way
from services.integration.mapping.prepared import PreparedStep
from services.integration.mapping.spec import Expression, Listed, RowCommand, Value
from services.integration.mapping.times import Place, happened
from services.integration.mapping.values import (
    BadCell,
    Cells,
    Found,
    applies,
    country_of_row,
    evaluate,
    texts_of,
    typed,
)
from shared.clock import Micros
from shared.domain.command import Command, CommandModel
from shared.domain.phones import known_phone
from shared.domain.types import Reading
from shared.errors import FieldError
from shared.messages import said, say
from shared.messages.named import types_named
from shared.views.port import Kind

_EARLIER = say("an earlier row has this value; leave one of them out, or use the mode upsert to take both")
_THERE = say("there is a record with this value already; use the mode upsert to change it")
_TYPED = (Kind.DATE, Kind.DATETIME, Kind.INTEGER)
Outcome = Literal["created", "updated", "unchanged", "passed", "rejected"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One command of a row. occurred_at None = now. draft: what its body was made of."""

    body: CommandModel
    occurred_at: Micros | None
    draft: Draft

    @property
    def command(self) -> Command:
        return self.draft.command


@dataclass(slots=True)
class RowPlan:
    """What a row comes to. id: its record; passed: the step is not about this row.

    key: the text that tells its record ("" = none). problems reject it, warnings do not.
    """

    outcome: Outcome
    id: str = ""
    key: str = ""
    commands: list[Planned] = field(default_factory=list)
    problems: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """The record that a row's key stands for. earlier: an earlier row of this step made it or was about it."""

    id: str
    earlier: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that planning may know in addition to the row. custom_kinds: of the resource's custom fields.

    gathered: canonical form of the key → field → texts, for steps that gather.
    """

    found: Found
    now: Micros
    custom_kinds: Mapping[str, Kind] = field(default_factory=dict)
    gathered: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)


def key_text(step: PreparedStep, cells: Cells) -> str:
    """The text by which a row's record is recognised; "" for none. Raises BadCell."""
    if step.key is None:
        return ""
    texts = texts_of(step.key, cells)
    if texts and step.key_is_phone:
        return known_phone(texts[0], row_country(step, cells))
    return texts[0] if texts else ""


def row_country(step: PreparedStep, cells: Cells) -> str:
    """Whose national numbers a row means: the step says it, else the record's own country, else the organisation's."""
    own = step.spec.fields.get("country")
    return country_of_row(step.spec.country or (own if isinstance(own, Value) else None), cells, step.country)


def is_about(step: PreparedStep, cells: Cells) -> bool:
    return applies(step.spec.when, step.spec.unless, cells)


def plan_row(step: PreparedStep, cells: Cells, known: list[Known], new_id: str, around: Surroundings) -> RowPlan:
    """known: the records whose key is the row's (two or more = ambiguous). new_id: of the record it may create."""
    if not is_about(step, cells):
        return RowPlan("passed")
    plan = RowPlan("created")
    try:
        plan.key = key_text(step, cells)
    except BadCell as bad:
        return _rejected(plan, _problem(step.spec.key or "", bad))
    if step.spec.key is not None and not plan.key:
        return _rejected(
            plan,
            FieldError(step.spec.key, "required", say("without this value the record is not known; fill the cell")),
        )
    if len(known) > 1:
        why = say(
            "several records of {resource} have this value; merge them or use another key",
            resource=types_named(step.spec.resource),
        )
        return _rejected(plan, FieldError(step.spec.key or "", "ambiguous-key", why))
    return _Planner(step, cells, around, plan).run(known[0] if known else None, new_id)


def _rejected(plan: RowPlan, problem: FieldError) -> RowPlan:
    plan.outcome, plan.commands = "rejected", []
    plan.problems.append(problem)
    return plan


def _problem(field: str, bad: BadCell) -> FieldError:
    return FieldError(field, bad.code, bad.message)


@dataclass(slots=True)
class _Planner:
    step: PreparedStep
    cells: Cells
    around: Surroundings
    plan: RowPlan

    def run(self, known: Known | None, new_id: str) -> RowPlan:
        mode, plan = self.step.spec.mode, self.plan
        plan.id = known.id if known else new_id
        if known is None and mode == "update":
            why = say("there is no record with this value; correct it, or use the mode upsert to make one")
            return _rejected(plan, FieldError(self.step.spec.key or "", "unknown-record", why))
        if known is not None and mode == "create":
            why = _EARLIER if known.earlier else _THERE
            return _rejected(plan, FieldError(self.step.spec.key or "", "duplicate", why))
        if known is not None and (mode == "ensure" or (known.earlier and self.step.gathers)):
            plan.outcome = "unchanged"
            return plan
        self._main(known)
        for further, command in self.step.further_commands:
            if applies(further.when, further.unless, self.cells):
                self._add(command, further)
        if plan.problems:
            plan.outcome, plan.commands = "rejected", []
        elif known is not None:
            plan.outcome = "updated" if plan.commands else "unchanged"
        return plan

    def _main(self, known: Known | None) -> None:
        command = self.step.patch if known is not None else self.step.create
        if command is None:
            return
        leave_out = self.step.spec.key if known is not None else None
        self._add(command, self.step.spec, leave_out=leave_out, takes=set(command.model.model_fields))

    def _add(
        self, command: Command, row_command: RowCommand, leave_out: str | None = None, takes: set[str] | None = None
    ) -> None:
        """Plan one command. takes: fields that are no part of it are left out (an update of what a create sets)."""
        reading = Reading(country=row_country(self.step, self.cells))
        draft = Draft(command, row_command.fields, reading, updates=leave_out is not None)
        before = len(self.plan.problems)
        for name, expression in row_command.fields.items():
            if name != leave_out and (takes is None or name.partition(".")[0] in takes):
                self._fill(draft, name, expression)
        at = self._moment(row_command)
        if len(self.plan.problems) > before or draft.is_needless:
            self.plan.warnings += draft.left
            return
        body, problems = draft.model()
        if takes is None and all(p in draft.left or draft.may_lack(p) for p in problems):
            problems = []  # a further command that lacks what may be left out is left out itself
        self.plan.problems += problems
        self.plan.warnings += draft.left
        if body is not None and not draft.is_needless:
            self.plan.commands.append(Planned(body, at, draft))

    def _fill(self, draft: Draft, name: str, expression: Expression) -> None:
        try:
            value = self._value(name, expression)
        except BadCell as bad:
            if gives_way(expression):
                draft.left.append(_problem(name, bad))
                if clears(expression):
                    draft.empty(name)
            else:
                self.plan.problems.append(_problem(name, bad))
            return
        if value is not None:
            takes_day = draft.takes_day(name)
            draft.put(name, typed(value, self._kind(name), self._place(name, expression), takes_day=takes_day))
        elif isinstance(expression, Value) and expression.clear and self._is_empty(expression):
            draft.empty(name)

    def _is_empty(self, value: Value) -> bool:
        return not any(self.cells.get(column, "").strip() for column in value.columns())

    def _value(self, name: str, expression: Expression) -> Any:
        """Raises BadCell."""
        gathered = self._gathered(name) if name in self.step.gathers else None
        value = evaluate(expression, self.cells, self.around.found, gathered)
        if value is None and not isinstance(expression, Listed):
            if expression.required:
                self.plan.problems.append(FieldError(name, "required", say("this value is needed; fill the cell")))
            elif expression.expected:
                self.plan.warnings.append(FieldError(name, "missing", say("there is no value")))
        return value

    def _gathered(self, name: str) -> list[str] | None:
        form = self.around.found.canonical(self.step.spec.resource, self.step.spec.key or "", self.plan.key)
        return self.around.gathered.get(form, {}).get(name)

    def _kind(self, name: str) -> Kind | None:
        """Of custom fields, and of those that files write in more forms than a command reads from text by itself."""
        if custom := name.partition(".")[2]:
            return self.around.custom_kinds.get(custom)
        declared = self.step.aggregate.collection.field(name)
        return declared.kind if declared and declared.kind in _TYPED else None

    def _place(self, name: str, expression: Expression) -> Place:
        def warn(code: str, message: str) -> None:
            self.plan.warnings.append(FieldError(name, code, message))

        return Place(self.step.calendar_of(expression), warn)

    def _moment(self, row_command: RowCommand) -> Micros | None:
        at = row_command.at
        if at is None:
            return None
        try:
            texts = texts_of(at, self.cells)
            return happened(texts[0], self.around.now, self._place("at", at), self.step.calendar) if texts else None
        except BadCell as bad:
            self.plan.problems.append(_problem("at", bad))
        except ValueError as error:
            self.plan.problems.append(FieldError("at", "bad-date", said(error)))
        return None
