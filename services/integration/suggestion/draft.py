"""A whole mapping for a file, made of the choices for its columns: to be looked over, completed, and used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.integration.suggestion.columns import Profile
from services.integration.suggestion.expressions import Expression, Expressions
from services.integration.suggestion.further import Fields, Further, Sample
from services.integration.suggestion.matching import Choice
from services.integration.suggestion.targets import Targets
from services.integration.suggestion.value_maps import Stage
from shared.views.port import Kind

_OURS = {"account": "companies", "contact": "people", "lead": "leads", "opportunity": "deals", "activity": "activities"}
_KEYS = ("external_id", "code", "email", "name")  # by what records are recognised, the best first
_NAMES_ARE_KEYS = ("account", "product")


def draft(
    targets: Targets, sample: Sample, choices: Sequence[Choice], stages: Sequence[Stage] = (), *, companies: bool = True
) -> dict[str, Any]:
    """The mapping as JSON. stages: of the pipeline that deals come into. companies: the caller may import them, too."""
    profiles = {p.column: p for p in sample.profiles}
    taken = {c.field: profiles[c.column] for c in choices if c.field}
    values = Expressions(targets.aggregate, taken, stages)
    further = Further(targets, sample, taken, values)
    return {"name": sample.file, "steps": _Draft(targets, sample, taken, values, companies, further).steps()}


@dataclass(slots=True)
class _Draft:
    targets: Targets
    sample: Sample
    taken: Mapping[str, Profile]
    values: Expressions
    companies: bool
    further: Further

    @property
    def _type(self) -> str:
        return self.targets.aggregate.name

    def steps(self) -> list[dict[str, Any]]:
        main = self._main()
        steps = [self._company(), *self._by_outcome(main), self._parents(main)]
        return [step for step in steps if step is not None]

    def _by_outcome(self, main: dict[str, Any]) -> list[dict[str, Any]]:
        """Of deals whose beginning is not known those that are closed begin on the day of their end."""
        closed = self.further.closed()
        if closed is None or "at" in main:
            return [main]
        column, texts, at = closed
        then = [{"at": at, **command} for command in main["then"]]
        ended = {**main, "name": "closed deals", "when": {column: texts}, "at": at, "then": then}
        return [{**main, "unless": {column: texts}}, ended]

    def _company(self) -> dict[str, Any] | None:
        """The companies that the rows name: made where they are missing."""
        name = self.taken.get("account.name") or (self.taken.get("account") if self._type == "opportunity" else None)
        name = name or self.taken.get("links.account")
        if name is None or not self.companies or not name.filled:
            return None
        fields: Fields = {"name": name.column}
        for target, profile in self.taken.items():
            head, _, own = target.partition(".")
            if head == "account" and own not in ("", "name") and profile.filled:
                fields[own] = self.values.plain(profile, own)
        return {
            "name": "their companies",
            "file": self.sample.file,
            "resource": "account",
            "mode": "ensure",
            "key": "name",
            "unless": {name.column: ""},
            "fields": fields,
        }

    def _main(self) -> dict[str, Any]:
        fields = self._fields()
        mode, key = self._mode(fields)
        step: dict[str, Any] = {"name": _OURS.get(self._type, self._type), "file": self.sample.file}
        step |= {"resource": self._type, "mode": mode}
        if key:
            step["key"], fields[key] = key, self.taken[key].column  # a key has to be right
        if country := self.values.country():
            step["country"] = country
        if at := self._at():
            step["at"] = at
        step["fields"] = fields
        then = self.further.commands(step.get("at"))
        return step | ({"then": then} if then else {})

    def _fields(self) -> Fields:
        fields: Fields = {}
        for target, profile in self.taken.items():
            name = target.partition("#")[0]
            if name != target and name in self.taken:  # the two are joined
                continue
            if name != "parent" and (name in self.targets.fields or name.startswith("custom.")):
                fields[name] = self.values.of(target, profile)
        if self._type == "contact":
            self._names(fields)
            if account := self.values.account():
                fields["account"] = account
        if self._type == "activity" and "kind" not in fields:
            fields["kind"] = {"constant": "task"}
        if self._type == "opportunity" and "name" not in fields:
            parts = [self.taken[n].column for n in ("product", "account", "external_id") if n in self.taken]
            fields |= {"name": {"concat": parts[:2], "separator": " · "}} if parts else {}
        return fields

    def _names(self, fields: Fields) -> None:
        """Rows without a name are people, too: they go by their e-mail address."""
        own = [self.taken[n].column for n in ("name", "given_name", "family_name") if n in self.taken]
        mail = self.taken.get("email")
        nameless = any(not any(row.get(c, "").strip() for c in own) for row in self.sample.rows)
        if mail is not None and nameless and "name" not in fields:
            fields["name"] = mail.column

    def _mode(self, fields: Fields) -> tuple[str, str]:
        """How rows and records go together, and by which field."""
        for name in _KEYS:
            profile = self.taken.get(name)
            declared = self.targets.aggregate.collection.field(name)
            if profile is None or declared is None or not declared.indexed or name not in fields:
                continue
            if name == "email" and (profile.share("email") < 1 or profile.parts > 1):
                continue
            by_name = name != "name" or self._type in _NAMES_ARE_KEYS
            if profile.unique and by_name and declared.kind in (Kind.TEXT, Kind.KEYWORD):
                return ("ensure" if self._closes() else "upsert"), name
        return "create", ""

    def _closes(self) -> bool:
        """Whether rows go through a course that no second import may repeat."""
        return self._type in ("lead", "opportunity") and ("status" in self.taken or "stage" in self.taken)

    def _at(self) -> Expression | None:
        """When the record was made; left out unless every cell says it."""
        profile = self.taken.get("at")
        if profile is None or profile.share("date") < 1 or any(d > self.sample.today for d in _days(profile)):
            return None
        return self.values.dated(profile, moment=True)

    def _parents(self, main: Mapping[str, Any]) -> dict[str, Any] | None:
        parent, key = self.taken.get("parent"), main.get("key")
        if parent is None or not parent.filled or not key:
            return None
        return {
            "name": "their parents",
            "file": self.sample.file,
            "resource": self._type,
            "mode": "update",
            "key": key,
            "unless": {parent.column: ""},
            "fields": {key: main["fields"][key]},
            "then": [
                {
                    "command": self.targets.named("parent"),
                    "fields": {"parent": {"column": parent.column, "lookup": f"{self._type}.name", "on_error": "warn"}},
                }
            ],
        }


def _days(profile: Profile) -> list[date]:
    return [d for d in map(profile.day, profile.values) if d is not None]
