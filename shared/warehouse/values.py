"""Values of ClickHouse's types as JSON, by columns: what JSON has travels as it is, the rest with its type's name."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from shared.warehouse.port import Parameters

_LARGEST = 2**63 - 1  # of JSON's numbers here
_NAMED: dict[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    bytes: ("bytes", lambda v: b64encode(v).decode(), b64decode),
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    timedelta: ("timedelta", lambda v: [v.days, v.seconds, v.microseconds], lambda v: timedelta(*v)),
    int: ("int", str, int),
    float: ("float", str, float),
    Decimal: ("decimal", str, Decimal),
    UUID: ("uuid", str, UUID),
    IPv4Address: ("ipv4", str, IPv4Address),
    IPv6Address: ("ipv6", str, IPv6Address),
    tuple: ("tuple", lambda v: [_named(x) for x in v], lambda v: tuple(_value(x) for x in v)),
    list: ("list", lambda v: [_named(x) for x in v], lambda v: [_value(x) for x in v]),
    dict: (
        "dict",
        lambda v: [[_named(key), _named(value)] for key, value in v.items()],
        lambda v: {_value(key): _value(value) for key, value in v},
    ),
}
_READ = {name: read for name, _, read in _NAMED.values()}


def packed(values: Sequence[Any]) -> list[Any]:
    """A column as JSON. Raises ValueError for a type that ClickHouse does not have."""
    if all(map(_plain, values)):
        return [0, list(values)]
    return [1, [_named(value) for value in values]]


def column(sent: list[Any]) -> list[Any]:
    """What `packed` made, as it was."""
    named, values = sent
    return [_value(value) for value in values] if named else values


def packed_parameters(parameters: Parameters | None) -> list[Any] | None:
    """Bound parameters as JSON."""
    return None if parameters is None else packed(list(parameters.items()))


def parameters_of(sent: list[Any] | None) -> Parameters | None:
    """What `packed_parameters` made, as it was."""
    return None if sent is None else dict(column(sent))


def _plain(value: object) -> bool:
    kind = type(value)
    if isinstance(value, float):
        return kind is float and math.isfinite(value)
    if isinstance(value, int):
        return kind is bool or (kind is int and -_LARGEST <= value <= _LARGEST)
    return kind is str or value is None


def _named(value: Any) -> Any:
    if _plain(value):
        return value
    for kind in type(value).__mro__:
        if kind in _NAMED:
            name, write, _ = _NAMED[kind]
            return {name: write(value)}
    raise ValueError(f"ClickHouse has no type for {type(value).__name__}")


def _value(sent: Any) -> Any:
    if not isinstance(sent, dict):
        return sent
    [(name, value)] = sent.items()
    return _READ[name](value)
