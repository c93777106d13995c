"""What further commands of a row set: entries of a contact, tags, links, and how leads and deals stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.integration.suggestion.columns import Profile
from services.integration.suggestion.expressions import Expression, Expressions
from services.integration.suggestion.targets import BY_COMMAND, Targets
from services.integration.suggestion.value_maps import meaning_of

Fields = dict[str, Expression]
MOST = 5  # values of one cell
_ENTRIES = {"email": "emails", "phone": "phones"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What was looked at. rows: the first ones, by column. today: for days that lie ahead."""

    file: str
    profiles: Sequence[Profile]
    rows: Sequence[Mapping[str, str]]
    today: date


@dataclass(slots=True)
class Further:
    targets: Targets
    sample: Sample
    taken: Mapping[str, Profile]
    values: Expressions
    then: list[dict[str, Any]] = field(default_factory=list)

    def commands(self, begun: Expression | None) -> list[dict[str, Any]]:
        """begun: when the record is made; nothing of it is older than the end of a closed deal."""
        self._entries(begun)
        self._tags()
        self._lead_status()
        self._outcome()
        return self.then

    def _then(self, verb: str, fields: Fields, unless: Sequence[str] = (), **more: Any) -> None:
        command: dict[str, Any] = {"command": self.targets.named(verb), **more}
        if unless:
            command["unless"] = dict.fromkeys(unless, "")
        self.then.append({**command, "fields": fields} if fields else command)

    def _entries(self, begun: Expression | None) -> None:
        """Further e-mails and phones, addresses, grade, links."""
        for target, profile in self.taken.items():
            head, _, kind = target.partition(".")
            if not profile.filled:
                continue
            if target in _ENTRIES and self.targets.aggregate.name == "contact":
                self._entry(_ENTRIES[target], "other", profile, 2)
            elif head in _ENTRIES.values():
                self._entry(head, kind, profile, 1)
            elif head == "grade":
                self._then("grade", {"grade": self.values.of(target, profile)}, [profile.column])
            elif head == "links":
                link = {"column": profile.column, "lookup": f"{kind}.name", "on_error": "warn"}
                self._then("link", {"type": {"constant": kind}, "id": link}, [profile.column])
            elif target == "contact":
                role = {"column": profile.column, "lookup": "contact.name", "on_error": "warn"}
                more = {"at": begun} if begun else {}
                self._then("contact-role", {"contact": role, "role": {"constant": "other"}}, [profile.column], **more)
        kinds = dict.fromkeys(t.split(".")[1] for t in self.taken if t.startswith("addresses."))
        for kind in kinds:
            own = {t.split(".")[2]: p for t, p in self.taken.items() if t.startswith(f"addresses.{kind}.")}
            fields = {n: self.values.of(f"addresses.{kind}.{n}", p) for n, p in own.items() if "#" not in n}
            if not any(p.filled for p in own.values()):
                continue
            self._then("add-address", {**fields, "kind": {"constant": kind}}, [p.column for p in own.values()])

    def _entry(self, head: str, kind: str, profile: Profile, first: int) -> None:
        """The e-mails or phones of a cell, from the first one that its record does not have yet."""
        verb, name = BY_COMMAND[head]
        for number in range(first, min(profile.parts, MOST) + 1):
            value = self.values.plain(profile, name) if number == 1 else self.values.part(profile, number)
            self._then(verb, {name: value, "kind": {"constant": kind}}, [profile.column])

    def _tags(self) -> None:
        if (tags := self.taken.get("tags")) is None:
            return
        value: dict[str, Any] = {"column": tags.column, "split": tags.split or ";"}
        parts = {part.strip() for text in tags.values for part in text.split(value["split"])}
        if groups := {part: part[2:] for part in sorted(parts) if part.startswith("* ")}:  # Google's own
            value["replace"] = groups
        self._then("tags", {"add": value}, [tags.column])

    def _lead_status(self) -> None:
        if self.targets.aggregate.name == "lead" and (status := self.taken.get("status")) is not None:
            found = {text: meaning_of("lead.status", text) for text in status.values}
            by = {
                value: [t for t, v in found.items() if v == value] for value in ("working", "qualified", "disqualified")
            }
            if active := by["working"] + by["qualified"]:
                self._then("start", {}, when={status.column: active})
            if by["qualified"]:
                self._then("qualify", {}, when={status.column: by["qualified"]})
            if by["disqualified"]:
                self._then("disqualify", {"reason": status.column}, when={status.column: by["disqualified"]})

    def _outcome(self) -> None:
        """Deals that are won and lost."""
        for end, verb in (("won", "win"), ("lost", "lose")):
            column, texts = self._ended(end)
            if not texts:
                continue
            more: dict[str, Any] = {"when": {column: texts}}
            closed = self.closed()
            if closed is not None:
                more["at"] = closed[2]
            reason = self.taken.get("lost_reason")
            why = {"column": reason.column, "default": "-"} if reason is not None else {"constant": "-"}
            self._then(verb, {"reason": why} if verb == "lose" else {}, **more)

    def _ended(self, *ends: str) -> tuple[str, list[str]]:
        """The column that tells how a deal stands, and its values for these ends."""
        outcome = self.taken.get("status") or self.taken.get("stage")
        if self.targets.aggregate.name != "opportunity" or outcome is None:
            return "", []
        return outcome.column, [t for t in outcome.values if meaning_of("deal.outcome", t) in ends]

    def closed(self) -> tuple[str, list[str], Expression] | None:
        """Closed deals: column and values that tell them, and their day, if it is there and no day to come."""
        profile, (column, texts) = self.taken.get("close_date"), self._ended("won", "lost")
        if profile is None or not texts or profile.share("date") < 1:
            return None
        rows = [row for row in self.sample.rows if row.get(column, "").strip() in texts]
        days = [profile.day(row.get(profile.column, "")) for row in rows]
        if any(day > self.sample.today for day in days if day is not None):
            return None
        return column, texts, self.values.dated(profile, moment=True)
