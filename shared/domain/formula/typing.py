"""The type of a formula's result, found from the types of the fields that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from shared.domain.formula.syntax import Apply, BadFormula, Literal, Name, Node
from shared.messages import say, shown


class Type(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    MONEY = "money"
    LIST = "list"
    NOTHING = "nothing"  # of null alone


KINDS: dict[Type, str] = {
    Type.NUMBER: "decimal",
    Type.TEXT: "text",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.MOMENT: "datetime",
    Type.MONEY: "money",
}  # the kind of custom field that a result is
_N, _T, _B, _D, _M, _C, _L = (
    *(Type.NUMBER, Type.TEXT, Type.BOOLEAN, Type.DATE, Type.MOMENT, Type.MONEY),
    Type.LIST,
)
_SIGNATURES: dict[str, Mapping[tuple[Type, ...], Type]] = {
    "+": {(_N, _N): _N, (_C, _C): _C, (_D, _N): _D},
    "-": {(_N, _N): _N, (_C, _C): _C, (_D, _N): _D, (_D, _D): _N, (_N,): _N, (_C,): _C},
    "*": {(_N, _N): _N, (_C, _N): _C, (_N, _C): _C},
    "/": {(_N, _N): _N, (_C, _N): _C, (_C, _C): _N},
    "and": {(_B, _B): _B},
    "or": {(_B, _B): _B},
    "not": {(_B,): _B},
    "days": {(_D, _D): _N, (_M, _M): _N},
    "months": {(_D, _D): _N},
    "years": {(_D, _D): _N},
    "round": {(_N,): _N, (_N, _N): _N, (_C,): _C, (_C, _N): _C},
    "abs": {(_N,): _N, (_C,): _C},
    "money": {(_N, _T): _C},
    "contains": {(_L, _T): _B, (_T, _T): _B},
}
_ORDERED = frozenset({_N, _D, _M, _C})


def type_of(node: Node, fields: Mapping[str, Type]) -> Type:
    """Raises BadFormula for an unknown name or parts that do not go together."""
    match node:
        case Literal(value):
            return _of_literal(value)
        case Name(path, at):
            if path not in fields:
                raise BadFormula("unknown-field", say("{field} is no field of this record type", field=shown(path)), at)
            return fields[path]
        case Apply(name, parts, at):
            types = [type_of(part, fields) for part in parts]
            found = _of_call(name, types)
            if found is None:
                raise _misfit(name, types, at)
            return found


def result_kind(node: Node, fields: Mapping[str, Type]) -> str:
    """The kind of field that the formula's value is. Raises BadFormula."""
    found = type_of(node, fields)
    if found not in KINDS:
        raise BadFormula("bad-type", say("the result of a formula is one value; this is a {type}", type=found), 1)
    return KINDS[found]


def _of_literal(value: Decimal | str | bool | None) -> Type:
    match value:
        case None:
            return Type.NOTHING
        case bool():
            return Type.BOOLEAN
        case Decimal():
            return Type.NUMBER
    return Type.TEXT


def _misfit(name: str, types: Sequence[Type], at: int) -> BadFormula:
    if name not in _SIGNATURES and name not in _RULES:
        known = ", ".join(FUNCTIONS)
        message = say("{name} is no function; there are {functions}", name=shown(name), functions=known)
        return BadFormula("unknown-function", message, at)
    given = ", ".join(types) or "nothing"
    message = say("{name} at character {at} does not take {types}", name=shown(name), at=at, types=given)
    return BadFormula("bad-type", message, at)


def _of_call(name: str, types: Sequence[Type]) -> Type | None:
    if name in _SIGNATURES:
        return _signed(_SIGNATURES[name], types)
    rule = _RULES.get(name)
    return rule(types) if rule is not None else None


def _signed(signatures: Mapping[tuple[Type, ...], Type], types: Sequence[Type]) -> Type | None:
    """null stands for a value of any type."""
    for wanted, result in signatures.items():
        if len(wanted) == len(types) and all(t in (w, Type.NOTHING) for w, t in zip(wanted, types, strict=True)):
            return result
    return None


def _common(types: Sequence[Type]) -> Type | None:
    """The one type that all have; None where there are several or it is a list."""
    found = set(types) - {Type.NOTHING}
    if len(found) > 1 or Type.LIST in found:
        return None
    return found.pop() if found else Type.NOTHING


def _if(types: Sequence[Type]) -> Type | None:
    fits = len(types) in (2, 3) and types[0] in (Type.BOOLEAN, Type.NOTHING)
    return _common(types[1:]) if fits else None


def _several(types: Sequence[Type]) -> Type | None:
    return _common(types) if types else None


def _largest(types: Sequence[Type]) -> Type | None:
    found = _several(types)
    return found if found in _ORDERED else None


def _equal(types: Sequence[Type]) -> Type | None:
    return None if _common(types) is None else Type.BOOLEAN


def _order(types: Sequence[Type]) -> Type | None:
    return Type.BOOLEAN if _common(types) in (*_ORDERED, Type.NOTHING) else None


def _empty(types: Sequence[Type]) -> Type | None:
    return Type.BOOLEAN if len(types) == 1 else None


def _joined(types: Sequence[Type]) -> Type | None:
    return Type.TEXT if types and Type.LIST not in types else None


_RULES: dict[str, Callable[[Sequence[Type]], Type | None]] = {
    "if": _if,
    "coalesce": _several,
    "min": _largest,
    "max": _largest,
    "empty": _empty,
    "concat": _joined,
    "&": _joined,
    "=": _equal,
    "!=": _equal,
    **dict.fromkeys(("<", "<=", ">", ">="), _order),
}
FUNCTIONS = sorted(n for n in (*_SIGNATURES, *_RULES) if n.isalpha() and n not in ("and", "or", "not"))
