"""Which column of a file is which field: by its heading and by its values, all columns weighed against one another.

A field is named as in a mapping; `account.name` is one of the row's company, `addresses.work.city` a part of an entry,
`at` when the record was made. `#2` = a further column for the same text (a second line of the street).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.integration.suggestion.assignment import assign
from services.integration.suggestion.columns import Profile
from services.integration.suggestion.headings import Meaning, bare, meanings, words
from services.integration.suggestion.targets import OF_COMPANY, Targets, own_titles
from shared.messages import Message, say

_OF_PERSONS = ("contact", "lead")
LEAST = 0.45  # confidence of a proposal
_LATER = 0.8  # a concept's second field, next to its first
_MANY = 0.02  # in favour of the column with more values, of two that are alike
_KINDS_OF = {"email": "emails", "phone": "phones"}
_VALUES_OF = {
    "email": "email",
    "phone": "phone",
    "fax": "phone",
    "mobile": "phone",
    "website": "url",
    "country": "country",
    "currency": "currency",
    "salutation": "salutation",
    "birthday": "date",
    "close_date": "date",
    "due": "date",
    "start": "date",
    "at": "date",
    "amount": "number",
    "annual_revenue": "number",
    "list_price": "number",
    "employees": "integer",
    "founded": "integer",
    "score": "integer",
    "do_not_call": "boolean",
    "do_not_email": "boolean",
}
# What values alone say of a column whose heading nobody knows: kind of value → field, confidence.
_BY_VALUES = (
    ("credit code", "tax_id", 0.9),
    ("email", "email", 0.8),
    ("url", "website", 0.6),
    ("salutation", "salutation", 0.8),
    ("company", "name", 0.6),
    ("person", "name", 0.5),
    ("country", "country", 0.5),
    ("currency", "currency", 0.5),
    ("phone", "phone", 0.55),
)
_NAME_OR_PART = frozenset({"name", "nom", "nombre"})
_FITS = 0.8  # share of the values from which on they all count as fitting
_TEXTS = frozenset({"name", "given_name", "family_name", "title", "company", "city", "account.name", "subject"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of a column. field: "" = it is left out. confidence: 0 … 1."""

    column: str
    field: str
    confidence: float
    reason: Message

    @classmethod
    def none(cls, column: str) -> Choice:
        return cls(column, "", 0.0, say("no record type suits the file; name one"))


@dataclass(frozen=True, slots=True)
class _Candidate:
    field: str
    weight: float
    reason: Message


def match(
    targets: Targets, profiles: Sequence[Profile], custom: Sequence[tuple[str, Sequence[str]]] = ()
) -> list[Choice]:
    """One choice for each column, in their order. custom: each custom field's name with its titles."""
    matcher = _Matcher(targets, _by_title(targets, custom))
    found = [matcher.candidates(p) for p in profiles]
    if targets.aggregate.name in _OF_PERSONS:
        _complete_names(found, profiles)
    names = list(dict.fromkeys(c.field for candidates in found for c in candidates.values()))
    most = max((p.rows for p in profiles), default=0) or 1
    weights = [
        [_weight(candidates.get(name), profile, most) for candidates, profile in zip(found, profiles, strict=True)]
        for name in names
    ]
    holder = {name: at for name, at in zip(names, assign(weights), strict=True) if at >= 0}
    fields = {at: name for name, at in holder.items()}
    holders = {name: profiles[at].column for name, at in holder.items()}
    return [_choice(p, found[n], fields.get(n, ""), holders) for n, p in enumerate(profiles)]


def _complete_names(found: Sequence[dict[str, _Candidate]], profiles: Sequence[Profile]) -> None:
    """`Name` next to `Vorname` (or `Nom` to `Prénom`, `Nombre` to `Apellidos`) is the other part of the name."""
    parts = {field for candidates in found for field in ("given_name", "family_name") if field in candidates}
    if len(parts) != 1:
        return
    other = "family_name" if "given_name" in parts else "given_name"
    for candidates, profile in zip(found, profiles, strict=True):
        if "name" in candidates and bare(profile.column) in _NAME_OR_PART and profile.share("person") < _FITS:
            whole = candidates.pop("name")
            candidates[other] = _Candidate(other, whole.weight, say("the other part of the name has a column"))


def _weight(candidate: _Candidate | None, profile: Profile, rows: int) -> float:
    if candidate is None or candidate.weight < LEAST:
        return 0.0
    return candidate.weight + _MANY * profile.filled / rows


def _choice(profile: Profile, candidates: Mapping[str, _Candidate], field: str, holder: Mapping[str, str]) -> Choice:
    if field:
        chosen = candidates[field]
        return Choice(profile.column, field, round(chosen.weight, 2), chosen.reason)
    best = max(candidates.values(), key=lambda c: c.weight, default=None)
    if best is not None and best.weight >= LEAST and best.field in holder:
        why = say("the column {column} fills this field", column=holder[best.field])
        return Choice(profile.column, "", round(best.weight, 2), why)
    return Choice(profile.column, "", *_left_out(profile, best))


def _left_out(profile: Profile, best: _Candidate | None) -> tuple[float, Message]:
    found = {m.concept for m in meanings(profile.column)}
    if "kept" in found:
        return 0.9, say("the other system keeps this for itself")
    if "foreign" in found:
        return 0.9, say("only the other system has a use for this")
    if best is not None:
        return 0.3, say("the heading would suit {field}, the values do not", field=best.field)
    return 0.5, say("no field of this name; make a custom field for it, or name a field in the mapping")


def _by_title(targets: Targets, custom: Sequence[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Bare heading → the fields that are called so in the suite itself."""
    found: dict[str, list[str]] = {}
    for title, field in own_titles(targets, custom):
        found.setdefault(bare(title), []).append(field)
    return found


@dataclass(frozen=True, slots=True)
class _Matcher:
    targets: Targets
    titles: Mapping[str, Sequence[str]]

    @property
    def _type(self) -> str:
        return self.targets.aggregate.name

    def candidates(self, profile: Profile) -> dict[str, _Candidate]:
        """The likeliest way to each field."""
        found: dict[str, _Candidate] = {}
        for candidate in (*self._by_heading(profile), *self._by_title(profile)):
            if candidate.field not in found or found[candidate.field].weight < candidate.weight:
                found[candidate.field] = candidate
        if (not found and not meanings(profile.column)) or 0 < max(
            (c.weight for c in found.values()), default=0
        ) < LEAST:
            found.update((c.field, c) for c in self._by_values(profile))
        return found

    def _by_title(self, profile: Profile) -> Iterator[_Candidate]:
        for name in self.titles.get(bare(profile.column), ()):
            fit, _ = self._fit(name, profile)
            yield _Candidate(name, 0.99 * fit, say("the field has this name"))

    def _by_heading(self, profile: Profile) -> Iterator[_Candidate]:
        for meaning in meanings(profile.column):
            for place, field in enumerate(self._targets(meaning)):
                fit, kind = self._fit(field, profile)
                weight = meaning.score * (_LATER if place else 1.0) * fit
                yield _Candidate(field, weight, _because(meaning, kind, profile))

    def _fit(self, field: str, profile: Profile) -> tuple[float, str]:
        """A list of companies does not hold the names of persons."""
        if field == "name" and self._type in _OF_PERSONS and profile.share("company") > 0.5:
            return 0.4, ""
        return _fit(field, profile)

    def _by_values(self, profile: Profile) -> Iterator[_Candidate]:
        for kind, field, weight in _BY_VALUES:
            share = profile.share(kind)
            target = self._of_values(kind, field)
            if profile.filled and share >= _FITS and target:
                yield _Candidate(target, weight * share, say("the values are {kind}", kind=_kind(kind)))
                return

    def _of_values(self, kind: str, field: str) -> str:
        name = self._type
        if kind == "company" and name in ("contact", "lead", "opportunity"):
            field = {"contact": "account.name", "lead": "company", "opportunity": "account"}[name]
        if kind == "person" and name not in ("contact", "lead"):
            return ""
        return field if self.targets.has(field) else ""

    def _targets(self, meaning: Meaning) -> list[str]:
        """The fields that a meaning may stand for here, the likeliest first."""
        own = words().fields.get(self._type, {})
        about = meaning.about if meaning.about not in ("", self._type) else ""
        given = _of_another(about, own, meaning) if about else own.get(meaning.concept, meaning.concept)
        listed = [given] if isinstance(given, str) else given
        return [t for field in listed if (t := self._of_kind(field, meaning)) and self.targets.has(t)]

    def _of_kind(self, field: str, meaning: Meaning) -> str:
        """The field for the kind that the heading names: a private phone, a second address."""
        kind = meaning.kind or ("other" if meaning.number > 1 else "")
        if kind in ("", "work"):
            return field
        if field.startswith("addresses."):
            return field.replace(".work.", f".{kind}.")
        if (entry := _KINDS_OF.get(field)) and self._type == "contact":
            return f"{entry}.{kind}"
        if field in ("address", "address#2", "city", "region", "postcode", "country"):
            return field if kind == "billing" else ""
        return field if meaning.number <= 1 or meaning.kind else ""


def _of_another(about: str, own: Mapping[str, str | list[str]], meaning: Meaning) -> str | list[str]:
    """A field of the company or the person next to the row's own record."""
    if about == "account":
        if meaning.concept in ("name", "company"):
            return own.get("company", "")
        if meaning.concept == "record_id":
            return own.get("company_id", "")
        field = f"account.{words().fields['account'].get(meaning.concept, '-')}"
        return field if field in OF_COMPANY and own.get("company") == "account.name" else ""
    if about == "contact" and meaning.concept in ("name", "full_name"):
        return own.get("full_name", "")
    return ""


def _fit(field: str, profile: Profile) -> tuple[float, str]:
    """How well the values suit a field, and the kind that they are of (where the field has one)."""
    if not profile.filled:
        return 0.9, ""
    base = field.partition("#")[0].rpartition(".")[2] if not field.startswith(("emails.", "phones.")) else ""
    kind = _VALUES_OF.get(base or {"e": "email", "p": "phone"}[field[0]])
    if field in ("account.name", "company"):
        return (0.7 if profile.share("person") > _FITS and not profile.share("company") else 1.0), ""
    if field == "tax_id" and profile.share("credit code") >= _FITS:
        return 1.0, "credit code"
    if kind is None:
        odd = field in _TEXTS and max(profile.share("email"), profile.share("url"), profile.share("date")) > _FITS
        strange = (field == "title") * profile.share("salutation")
        return (0.3 if odd else 1.0 - 0.7 * strange), ""
    if profile.certain:
        return 1.0, ""
    share = profile.share(kind)
    if kind == "salutation":
        return 0.75 + 0.25 * share, kind if share > _FITS else ""
    return (1.0 if share >= _FITS else max(0.1, share)), kind


def _because(meaning: Meaning, kind: str, profile: Profile) -> Message:
    if kind == "date" and profile.unclear:
        first = _DAY if profile.date_form.startswith("%d") else _MONTH
        return say(
            "the heading says so; nothing tells which number is the day: the {first} comes first here", first=first
        )
    if kind in _VALUES_OF.values() and profile.filled and profile.share(kind) < _FITS:
        return say("the heading says so, but not all values are {kind}", kind=_kind(kind))
    if kind:
        return say("the heading says so, and the values are {kind}", kind=_kind(kind))
    if not profile.filled:
        return say("the heading says so; the column is empty")
    if meaning.score < 0.8:
        return say("the heading is spelt much like a known one")
    return say("the heading says so")


def _kind(kind: str) -> Message:
    return _NAMES[kind]


_DAY, _MONTH = say("day"), say("month")
_NAMES = {
    "email": say("e-mail addresses"),
    "phone": say("phone numbers"),
    "url": say("web addresses"),
    "country": say("countries"),
    "currency": say("currencies"),
    "salutation": say("salutations"),
    "date": say("days"),
    "number": say("numbers"),
    "integer": say("whole numbers"),
    "boolean": say("yes or no"),
    "company": say("names of companies"),
    "person": say("names of persons"),
    "credit code": say("social credit codes with a right check digit"),
}
