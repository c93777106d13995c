"""Every registered event, an example of each, and where its golden file is."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import orjson

import shared.events
from shared.events.envelope import Metadata, Stored
from shared.events.registry import EventType, all_types
from shared.events.sealing import wrapped
from shared.security.fieldcrypt import aad, encrypt
from shared.security.keyring import Subject

FOLDER = Path(__file__).parent
TENANT, STREAM = "t1", "golden-1"
SUBJECT = "01936f00-0000-7000-8000-0000000000ff"


def every_type() -> list[EventType]:
    """All registered types: the modules of shared/events are the closed set."""
    for module in pkgutil.iter_modules(shared.events.__path__):
        importlib.import_module(f"shared.events.{module.name}")
    return [t for t in all_types() if t.cls.__module__.startswith("shared.events.")]


def path_of(name: str, version: int) -> Path:
    return FOLDER / f"{name}.v{version}.json"


def example(type_: EventType) -> dict[str, Any]:
    """A payload with a value of the right shape in every field, in clear."""
    hints = get_type_hints(type_.cls, include_extras=True)
    return {f.name: SUBJECT if f.name == type_.subject else _value(f.name, hints[f.name]) for f in fields(type_.cls)}


def _value(name: str, hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(name, next(a for a in args if a is not NoneType))
    if name == "changes":
        return {"name": {"from": "Ann", "to": "安娜"}}
    if origin is list:
        return [_value(name, args[0])] if args else []
    if origin is dict or hint is dict:
        return {"key": _value(name, args[1])} if args else {}
    simple: dict[Any, Any] = {str: f"{name} 例", int: 1795521600000000, bool: True, float: 0.5, Any: "any"}
    return simple[hint]


class OneKey:
    """A key ring with one key for everybody, or none any more."""

    def __init__(self, key: bytes | None = b"golden!!" * 4) -> None:
        self._key = key

    async def find(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        return dict.fromkeys(subjects, self._key)

    async def destroyed(self) -> int:
        return 0


def stored(name: str, version: int, payload: dict[str, Any]) -> Stored:
    """A payload as the store gives it back."""
    metadata = orjson.dumps(Metadata(actor="u1"))
    return Stored(1, TENANT, STREAM, 1, SUBJECT, name, version, 2, 3, orjson.dumps(payload), metadata)


def _sealed(value: Any, path: str, mask: Any) -> str:
    return wrapped(SUBJECT, encrypt(value, b"golden!!" * 4, aad(TENANT, STREAM, SUBJECT, path)))


def contents(type_: EventType) -> bytes:
    """A golden file. stored: the payload as it lies in the store, personal fields sealed by OneKey; event: in clear.

    A change that adds a version adds `now` to the files of the older ones: what they are upcast to.
    """
    clear = example(type_)
    sealed = dict(clear)
    for name in type_.personal:
        sealed[name] = encrypt(clear[name], b"golden!!" * 4, aad(TENANT, STREAM, SUBJECT, name))
    for name, mark in type_.sealed:
        sealed[name] = mark.changed(clear[name], name, None, _sealed)
    return orjson.dumps({"stored": sealed, "event": clear}, option=orjson.OPT_INDENT_2) + b"\n"
