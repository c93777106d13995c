"""The formulas of a record type in one organisation, computed for documents: `custom.<name>` as if it was typed.

A document that bears computed values says so in `formulas`: name → null, or the code of the fault why it has none.
`without` takes them off again: what is left is the fold of the record's stream.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any

from shared.clock import day, from_rfc3339, to_rfc3339
from shared.domain.custom_values import BadValue, normal, path, value_kind
from shared.domain.formula.evaluation import MOST_PLACES, Fault, Moment, Money, Value, round_to, value_of
from shared.domain.formula.syntax import BadFormula, Node, names, parse
from shared.domain.formula.typing import KINDS, Type, result_kind
from shared.domain.money import rounded
from shared.domain.types import decimal_of
from shared.messages import say, shown
from shared.views.schema import Collection, Document, Field, Kind

MOST = 50  # formulas of one record type
DEEPEST = 10  # formulas that one is made of, at any remove
COMPUTED = "formulas"
NONE = 1  # the fingerprint of no formula
_OF_KIND: dict[str, Type] = {kind: type for type, kind in KINDS.items()} | {
    "keyword": Type.TEXT,
    "reference": Type.TEXT,
    "integer": Type.NUMBER,
    "keywords": Type.LIST,
}
_parsed = lru_cache(maxsize=2000)(parse)


def types_of(collection: Collection, definitions: Iterable[Document]) -> dict[str, Type]:
    """What formulas may name: the declared fields of one value, and custom fields with the parts of money."""
    found = {f.name: _OF_KIND[f.kind.value] for f in collection.fields if _usable(f)}
    for definition in definitions:
        name, kind = path(definition["name"]), value_kind(definition)
        found[name] = _OF_KIND[kind]
        if kind == "money":
            found |= {f"{name}.amount": Type.NUMBER, f"{name}.currency": Type.TEXT}
    return found


def _usable(field: Field) -> bool:
    return field.kind is not Kind.JSON and field.name != "custom_text"


def checked(text: str, name: str, collection: Collection, definitions: Mapping[str, Document]) -> str:
    """The kind of a formula's result, where it is the field `name`. Raises BadFormula, also for a circle."""
    node = parse(text)
    others = [d for d in definitions.values() if d["name"] != name]
    if name in {_own(n) for n in names(node)} - {d["name"] for d in others}:
        raise _circle(name)
    kind = result_kind(node, types_of(collection, others))
    known = {d["name"]: d["formula"] for d in others if d["kind"] == "formula"} | {name: text}
    _check_depth(name, known, ())
    return kind


def _check_depth(name: str, known: Mapping[str, str], above: tuple[str, ...]) -> None:
    if name in above:
        raise _circle(name)
    if len(above) > DEEPEST:
        raise BadFormula("too-deep", say("formulas build on each other {most} levels deep at most", most=DEEPEST))
    for other in {_own(n) for n in names(_parsed(known[name]))} & known.keys():
        _check_depth(other, known, (*above, name))


def _circle(name: str) -> BadFormula:
    return BadFormula("circle", say("{field} would be made of itself", field=shown(path(name))))


def _own(reference: str) -> str:
    """The name of the custom field that a reference means; "" for a declared one."""
    head, _, rest = reference.partition(".")
    return rest.partition(".")[0] if head == "custom" else ""


class Formulas:
    """definitions: the live custom fields of the record type by name."""

    def __init__(self, collection: Collection, definitions: Mapping[str, Document]) -> None:
        own = {n: d for n, d in definitions.items() if d["kind"] == "formula"}
        self._types = types_of(collection, definitions.values())
        self._nodes: dict[str, Node] = {name: _parsed(d["formula"]) for name, d in own.items()}
        self._kinds = {name: value_kind(d) for name, d in own.items()}
        lines = [f"{n}={d['formula']}:{value_kind(d)}" for n, d in sorted(own.items())]
        lines += sorted(f"{n}:{t}" for n, t in self._types.items() if n.startswith("custom."))
        self.fingerprint = _hash("\n".join(lines)) if own else NONE  # another one when values may be others

    def onto(self, document: Document) -> Document:
        """The document with its computed values."""
        if not self._nodes:
            return without(document)
        document = without(document)
        run = _Run(self._nodes, self._kinds, self._types, document)
        values = {name: run.kept(name) for name in self._nodes}
        custom = {**(document.get("custom") or {}), **{n: v for n, v in values.items() if v is not None}}
        return {**document, "custom": custom, COMPUTED: {name: run.faults.get(name) for name in self._nodes}}


def without(document: Document) -> Document:
    """The document as it was before values were computed."""
    if COMPUTED not in document:
        return document
    computed = document[COMPUTED] or {}
    custom = {n: v for n, v in (document.get("custom") or {}).items() if n not in computed}
    return {n: v for n, v in document.items() if n != COMPUTED} | {"custom": custom}


def sources_of(definitions: Iterable[Document]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Of all live formulas: record type → the field's path → the fields that it names."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for d in definitions:
        if d["kind"] == "formula" and not d["archived"]:
            sources = tuple(dict.fromkeys(names(_parsed(d["formula"]))))
            found.setdefault(d["resource"], {})[path(d["name"])] = sources
    return found


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") + NONE + 1


class _Run:
    """The evaluation for one document. Each formula is computed once."""

    def __init__(
        self, nodes: Mapping[str, Node], kinds: Mapping[str, str], types: Mapping[str, Type], document: Document
    ) -> None:
        self._nodes, self._kinds, self._types, self._document = nodes, kinds, types, document
        self._done: dict[str, Any] = {}  # name → the kept value
        self._open: set[str] = set()
        self.faults: dict[str, str] = {}

    def kept(self, name: str) -> Any:
        """The value as documents keep it; None where there is none. What it is made of is computed first."""
        if name not in self._done and name not in self._open:
            self._open.add(name)
            for other in {_own(n) for n in names(self._nodes[name])} & self._nodes.keys():
                self.kept(other)
            self._done[name] = self._computed(name)
        return self._done.get(name)

    def _computed(self, name: str) -> Any:
        try:
            return _kept(self._kinds[name], value_of(self._nodes[name], self._read))
        except (Fault, BadValue) as fault:
            self.faults[name] = fault.code
        except DecimalException:
            self.faults[name] = "out-of-range"
        return None

    def _read(self, reference: str) -> Value:
        type_ = self._types.get(reference)
        if type_ is None:
            raise Fault("unknown-field")
        own = _own(reference)
        if not own:
            return _typed(type_, self._document.get(reference))
        if own not in self._nodes:
            value = (self._document.get("custom") or {}).get(own)
        elif own not in self._done:
            raise Fault("circle")
        elif own in self.faults:
            raise Fault(self.faults[own])
        else:
            value = self._done[own]
        part = reference.removeprefix(path(own)).removeprefix(".")
        return _typed(type_, value.get(part) if part and isinstance(value, dict) else value)


def _typed(type_: Type, value: Any) -> Value:
    """A document's value as formulas compute with it. Raises Fault for what is of another kind (a mask, say)."""
    if value is None or value == "":
        return [] if type_ is Type.LIST else None
    try:
        match type_:
            case Type.NUMBER:
                return _decimal(value)
            case Type.DATE:
                return day(value)
            case Type.MOMENT:
                return Moment(from_rfc3339(value))
            case Type.MONEY:
                return Money(_decimal(value["amount"]), value["currency"])
            case Type.LIST:
                return value if isinstance(value, list) else [value]
    except (ValueError, TypeError, AttributeError, KeyError):
        raise Fault("wrong-type") from None
    return value


def _decimal(value: Any) -> Decimal:
    if (found := decimal_of(value)) is None:
        raise ValueError
    return found


def _kept(kind: str, value: Value) -> Any:
    """A result in the form of its kind. Raises BadValue for what the kind does not take."""
    match value:
        case None | "":
            return None
        case Money(amount, currency):
            value = {"amount": rounded(amount, currency), "currency": currency}
        case bool() | str():
            pass
        case Moment():
            return to_rfc3339(value)
        case Decimal():
            places = min(MOST_PLACES, max(0, 37 - value.adjusted()))
            value = f"{round_to(value, places):f}"
        case date():
            value = value.isoformat()
    return normal({"kind": kind, "options": []}, value)
