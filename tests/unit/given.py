"""given events · when a command · then events: how every decider is tested, without any IO.

    given(ACCOUNT, AccountCreated({"name": "Acme"}, "u1")).when("CreateAccount", {...}).then(AccountCreated(...))

Names may leave the service out; events given happened a second apart, before NOW.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

import crm.roles  # noqa: F401  includes the commands of all modules, whichever tests run
from shared.clock import Micros, from_rfc3339
from shared.domain.aggregate import Aggregate
from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.domain.command import Command, Context
from shared.domain.undo import Undo, Undoing, plan_of
from shared.errors import CrmError
from shared.events.envelope import Event, Metadata, Recorded, Stored
from shared.events.registry import type_of
from shared.http.problems import invalid_from
from shared.security.permissions import Access, system_access

NOW = from_rfc3339("2026-11-24T12:00:00Z")
ID = "01936f00-0000-7000-8000-000000000001"
ME = "01936f00-0000-7000-8000-0000000000aa"


def record(stream: str, events: tuple[Event, ...], *, first_version: int = 1, now: Micros = NOW) -> list[Recorded]:
    """Events as a store would give them back, the last one a second before `now`."""
    made = []
    for version, event in enumerate(events, first_version):
        at = now - (len(events) + first_version - version) * 1_000_000
        type_ = type_of(type(event))
        event_id = str(UUID(int=version))
        metadata = Metadata(actor=ME, command_name="test")
        made.append(
            Recorded(version, "t1", stream, version, event_id, type_.name, type_.version, at, at, event, metadata)
        )
    return made


def stored(stream: str, *events: Event, first_version: int = 1, now: Micros = NOW) -> list[Stored]:
    """The same without what they say: as the listeners of a projection get them."""
    made = record(stream, events, first_version=first_version, now=now)
    return [Stored(*one[:9], b"{}", b"{}") for one in made]


class Given:
    """A record with a past."""

    def __init__(self, aggregate: Aggregate[Any], events: tuple[Event, ...], id: str = ID) -> None:
        self.aggregate, self.id = aggregate, id
        self.history = record(aggregate.stream(id), events)

    @property
    def state(self) -> Any:
        """A fresh fold of the past."""
        return self.aggregate.fold(self.history)

    def when(
        self,
        name: str,
        body: dict[str, Any] | None = None,
        *,
        facts: Any = None,
        access: Access | None = None,
        now: Micros = NOW,
        reason: str = "",
        calendar: Calendar = UTC_CALENDAR,
        own_calendar: Calendar | None = None,
    ) -> Outcome:
        """Decide one command. `facts`: what its `prepare` would have looked up, or that of an undo's steps."""
        command = self._command(name)
        access = access or system_access("t1", ME)
        counter = iter(range(1, 1000))
        context = Context(
            "t1",
            self.id,
            access.user,
            now,
            now,
            access,
            lambda: f"new-{next(counter)}",
            facts,
            reason,
            calendar,
            own_calendar or calendar,
        )
        try:
            parsed = command.adapter.validate_python(body or {})
            if command.model is Undo:
                context = replace(context, facts=self._undoing(parsed, facts))
            return Outcome(self, command.decide(parsed, self.state, context), None)
        except ValidationError as error:
            return Outcome(self, [], invalid_from(error))
        except CrmError as error:
            return Outcome(self, [], error)

    def _undoing(self, undo: Undo, facts: Any) -> Undoing:
        try:
            plan = plan_of(self.aggregate, undo.version, self.history, undo.first)
        except CrmError as refusal:
            return Undoing(refusal=refusal)
        return Undoing(plan, [facts] * len(plan.steps))

    def _command(self, name: str) -> Command:
        commands = self.aggregate.commands
        return commands[name] if name in commands else commands[f"{self.aggregate.service}.{name}"]


class Outcome:
    def __init__(self, given: Given, events: list[Event], error: CrmError | None) -> None:
        self._given, self.events, self.error = given, events, error

    def then(self, *events: Event) -> Given:
        """Exactly these events, in this order. Returns the record with them in its past."""
        assert self.error is None, f"refused: {self.error} {self.error.errors}"
        assert self.events == list(events)
        return self.and_so()

    def and_so(self) -> Given:
        """The record with whatever was decided in its past."""
        assert self.error is None, f"refused: {self.error} {self.error.errors}"
        past = tuple(r.event for r in self._given.history)
        return Given(self._given.aggregate, (*past, *self.events), self._given.id)

    def then_nothing(self) -> Given:
        """Already so: no events and no error."""
        return self.then()

    def then_rejected(self, error: type[CrmError], field: str | None = None, code: str | None = None) -> CrmError:
        """Refused with this error, naming the field, with the stable code (of a field or of the error itself)."""
        assert self.error is not None, f"decided instead: {self.events}"
        assert isinstance(self.error, error), repr(self.error)
        if field is not None:
            assert field in [e.field for e in self.error.errors], self.error.errors
        if code is not None:
            assert code in [*(e.code for e in self.error.errors), self.error.extra.get("code")], self.error.errors
        return self.error


def given(aggregate: Aggregate[Any], *events: Event, id: str = ID) -> Given:
    """A record with these events in its past; none = there is no such record yet."""
    return Given(aggregate, events, id)
