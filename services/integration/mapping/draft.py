"""The body of a command in the making, and what a mapping lets be left out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import ValidationError

from services.integration.mapping.spec import Expression, Listed
from shared.domain.command import Command, CommandModel
from shared.domain.types import MomentOrDay, Reading
from shared.errors import FieldError
from shared.messages.findings import field_error

_DAYS = (MomentOrDay, MomentOrDay | None)


@cache
def _day_fields(model: type[CommandModel]) -> frozenset[str]:
    """Those that take a day or a moment. Comparing annotations for every cell would cost more than the rest of it."""
    return frozenset(name for name, one in model.model_fields.items() if one.annotation in _DAYS)


def field_at(fields: Mapping[str, Expression], path: str) -> str:
    """The field that an error's path lies in: `emails.0.email` → `emails`; "" for none of these."""
    while path and path not in fields:
        path = path.rpartition(".")[0]
    return path


@dataclass(slots=True)
class Draft:
    """fields: what the mapping says of each. updates: of a record that is there. left: what was left out, and why."""

    command: Command
    fields: Mapping[str, Expression]
    reading: Reading
    updates: bool
    body: dict[str, Any] = field(default_factory=dict)
    left: list[FieldError] = field(default_factory=list)

    def put(self, name: str, value: Any) -> None:
        head, _, custom = name.partition(".")
        if custom:
            self.body.setdefault(head, {})[custom] = value
        else:
            self.body[name] = value

    def takes_day(self, name: str) -> bool:
        """Whether a day stays one where the command takes a moment, too."""
        model: type[CommandModel] = self.command.model
        return name in _day_fields(model)

    def empty(self, name: str) -> None:
        """Give the field the value that stands for none. Only an update has something to empty."""
        if self.updates:
            custom = name.partition(".")[2]
            self.put(name, None if custom else empty_value(self.command, name))

    @property
    def is_needless(self) -> bool:
        return self.updates and not self.body

    def model(self) -> tuple[CommandModel | None, list[FieldError]]:
        """The command's body without what may be left out; or None, and what is wrong with it."""
        while True:
            try:
                return self.command.adapter.validate_python(self.body, context=self.reading), []
            except ValidationError as error:
                problems = [field_error(found, found["loc"]) for found in error.errors()]
            if not self._leave_out(problems):
                return None, [self._cause(p) for p in problems if not self._gives_way(p)]

    def without(self, problems: Sequence[FieldError]) -> CommandModel | None:
        """The body without the values of these problems; None where the mapping insists on one of them."""
        return self.model()[0] if self._leave_out(problems) else None

    def may_lack(self, problem: FieldError) -> bool:
        """Whether the value is missing because its cell is empty, and the mapping does not insist on it."""
        name = field_at(self.fields, problem.field)
        return bool(name) and name not in self.body and gives_way(self.fields[name])

    def _leave_out(self, problems: Sequence[FieldError]) -> bool:
        """Go on without these values; False where the mapping insists on one of them."""
        if not problems or not all(map(self._gives_way, problems)):
            return False
        names = {problem: field_at(self.fields, problem.field) for problem in problems}
        places = {(name, self._entry(name, problem.field)) for problem, name in names.items()}
        for name, entry in sorted(places, reverse=True):  # so that the places of other entries stay
            self._remove(name, entry)
        self.left += problems
        return True

    def _gives_way(self, problem: FieldError) -> bool:
        name = field_at(self.fields, problem.field)
        head, _, custom = name.partition(".")
        is_there = custom in self.body.get(head, {}) if custom else bool(name) and name in self.body
        return is_there and gives_way(self.fields[name])

    def _entry(self, name: str, path: str) -> int:
        """Which entry of a list the path names; -1 for the whole value."""
        place = path[len(name) + 1 :].partition(".")[0]
        return int(place) if place.isdecimal() and isinstance(self.body.get(name), list) else -1

    def _remove(self, name: str, entry: int) -> None:
        head, _, custom = name.partition(".")
        if entry >= 0:
            del self.body[name][entry]
        elif custom:
            del self.body[head][custom]
        else:
            del self.body[name]
        if self.body.get(head) in ([], {}):
            del self.body[head]
        if entry < 0 and clears(self.fields[name]) and name not in (left.field for left in self.left):
            self.empty(name)

    def _cause(self, problem: FieldError) -> FieldError:
        """What is missing because it was left out is reported by what was wrong with it."""
        return next((left for left in self.left if left.field == problem.field), problem)


def gives_way(expression: Expression) -> bool:
    """Whether a bad value is left out."""
    parts = expression.each if isinstance(expression, Listed) else [expression]
    return all(part.on_error != "reject" and not part.required for part in parts)


def clears(expression: Expression) -> bool:
    """Whether a bad value empties the field."""
    return not isinstance(expression, Listed) and expression.on_error == "clear"


def empty_value(command: Command, name: str) -> Any:
    """The value of a field that stands for none; PydanticUndefined where a command needs one."""
    return command.model.model_fields[name].get_default(call_default_factory=True)
