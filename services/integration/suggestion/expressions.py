"""Where a field's value comes from, as a mapping says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.integration.suggestion.columns import Profile
from services.integration.suggestion.value_maps import Stage, stage_map, value_map
from shared.domain.countries import BadCountry, country_of
from shared.kernel.catalogue import AnyAggregate
from shared.views.port import Key, Kind

_CHECKED = (Kind.DATE, Kind.DATETIME, Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN)
_CHECKED_NAMES = frozenset({"country", "currency", "language", "type", "email", "phone", "fax", "due", "start"})
_LISTED = ("email", "phone", "fax", "mobile")  # of which a cell may hold several
_DAYS = ("birthday", "close_date", "due", "start")
_MAPS = {
    ("account", "type"): "account.type",
    ("account", "grade"): "account.grade",
    ("activity", "done"): "activity.status",
    ("activity", "priority"): "activity.priority",
    ("activity", "kind"): "activity.kind",
}
_ISO_HOURS = ("T%H:%M:%S", "T%H:%M:%S%z", "T%H:%M:%S.%f%z", " %H:%M:%S%z")
_NATIVE = ("", "%Y-%m-%d")  # days that are understood as they stand
_MOMENTS = (*_NATIVE, *(f"%Y-%m-%d{hour}" for hour in (" %H:%M", " %H:%M:%S", *_ISO_HOURS)))
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")  # no other country writes such numbers
_MANY = 0.4  # share of the phone numbers: the others may be landlines
Expression = Any


@dataclass(frozen=True, slots=True)
class Expressions:
    """aggregate: of the rows. taken: field → its column. stages: of the pipeline that deals come into."""

    aggregate: AnyAggregate
    taken: Mapping[str, Profile]
    stages: Sequence[Stage]

    def of(self, target: str, profile: Profile) -> Expression:
        """The value of a field of the row's own record. A bad value of a field that may be empty is left out."""
        return _without_blanks(profile, self._of(target, profile))

    def _of(self, target: str, profile: Profile) -> Expression:
        name = target.rpartition(".")[2]
        if (further := self.taken.get(f"{target}#2")) is not None:
            return self._joined(profile, further)
        if (ref := self._ref(name)) and "." not in target:
            return self._reference(ref, profile)
        if (known := _MAPS.get((self.aggregate.name, name))) is not None:
            return self._replaced(profile, value_map(known, profile.values))
        if name == "stage" and self.stages:
            return self._replaced(profile, stage_map(profile.values, self.stages))
        if self._kind(name) is Kind.BOOLEAN:
            return self._replaced(profile, value_map("boolean", profile.values))
        if name in _DAYS or self._kind(name) is Kind.DATE:
            moment = name in ("due", "start")
            return {**_dict(self.dated(profile, moment=moment)), "on_error": "warn"}
        if name == "probability":
            return self._replaced(profile, {t: t.rstrip("% ") for t in profile.values if t.endswith("%")})
        return self.plain(profile, name)

    def plain(self, profile: Profile, name: str) -> Expression:
        """A text as it stands; one that may be wrong does not cost the row."""
        if name in _LISTED and profile.parts > 1:
            return self.part(profile, 1)
        declared = self.aggregate.collection.field(name)
        keyed = declared is not None and declared.key in (Key.EMAIL, Key.PHONE)
        if name in _CHECKED_NAMES or keyed or self._kind(name) in _CHECKED or name.startswith("custom."):
            return _without_blanks(profile, {"column": profile.column, "on_error": "warn"})
        return profile.column

    def part(self, profile: Profile, number: int) -> Expression:
        """One of several values in a cell, counted from 1."""
        return {"column": profile.column, "split": profile.split, "part": number, "on_error": "warn"}

    def dated(self, profile: Profile, *, moment: bool = False) -> Expression:
        """A day, or a moment, with the form in which the file writes it."""
        if profile.date_form in (_MOMENTS if moment else _NATIVE):
            return profile.column
        return {"column": profile.column, "date": profile.date_form}

    def account(self) -> Expression | None:
        """The company of a person: by its name, else by the number that the other system gave it."""
        for name in ("name", "external_id"):
            if (profile := self.taken.get(f"account.{name}")) is not None and profile.filled:
                return {"column": profile.column, "lookup": f"account.{name}", "on_error": "warn"}
        return None

    def country(self) -> Expression | None:
        """Whose phone numbers are meant where they have no country code: the row's own country, else the usual one."""
        numbers = [text for p in self.taken.values() if p.share("phone") for text in p.values]
        profile = self.taken.get("country") or self.taken.get("addresses.work.country")
        if not numbers:
            return None
        if profile is None:
            return "CN" if sum(map(_is_chinese_mobile, numbers)) > _MANY * len(numbers) else None
        codes = Counter(code for text in profile.values.elements() if (code := code_of(text)))
        return {"column": profile.column, "default": codes.most_common(1)[0][0]} if codes else None

    def _kind(self, name: str) -> Kind | None:
        declared = self.aggregate.collection.field(name)
        return declared.kind if declared is not None else None

    def _ref(self, name: str) -> str:
        """The record type that a field refers to, "" for none."""
        declared = self.aggregate.collection.field(name)
        return (declared.ref if declared is not None else None) or ""

    def _reference(self, ref: str, profile: Profile) -> Expression:
        by = "email" if ref == "user" and profile.share("email") > 0.8 else "name"
        return {"column": profile.column, "lookup": f"{ref}.{by}", "on_error": "warn"}

    def _replaced(self, profile: Profile, table: Mapping[str, str]) -> Expression:
        found: dict[str, Any] = {"column": profile.column}
        if table:
            found["replace"] = dict(table)
        return {**found, "on_error": "warn"}

    def _joined(self, profile: Profile, further: Profile) -> Expression:
        east = any("\u4e00" <= sign <= "\u9fff" for text in profile.values for sign in text)
        parts = [further.column, profile.column] if east else [profile.column, further.column]
        return {"concat": parts, "separator": "" if east else ", "}


def _without_blanks(profile: Profile, expression: Expression) -> Expression:
    """`0/0/00` and `n/a` are no values."""
    found = _dict(expression)
    if not profile.blanks or "column" not in found:
        return expression
    return {**found, "replace": {**dict.fromkeys(sorted(profile.blanks), ""), **found.get("replace", {})}}


def _dict(expression: Expression) -> dict[str, Any]:
    return expression if isinstance(expression, dict) else {"column": expression}


def _is_chinese_mobile(text: str) -> bool:
    return bool(_CHINESE_MOBILE.fullmatch(re.sub(r"[\s-]", "", text)))


def code_of(text: str) -> str:
    """The ISO code of a country, "" for a text that is none."""
    try:
        return country_of(text)
    except BadCountry:
        return ""
