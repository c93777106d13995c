"""What adapters keep of declarations, and which of several writes of a document they keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson

from shared.views import collation, text
from shared.views.port import Collection, Field, Key, Kind, Write


def dump(declaration: Collection) -> bytes:
    """A declaration as it is kept with its tables, with what else their content depends on."""
    content = {"tokens": text.VERSION, "order": collation.VERSION, **asdict(declaration)}
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def load(stored: bytes) -> Collection:
    """The declaration that `dump` kept."""
    values: dict[str, Any] = orjson.loads(stored)
    fields = tuple(_field(f) for f in values["fields"])
    boards = tuple(values.get("boards", ()))
    return Collection(values["name"], values["version"], fields, values["owner"], values["title"], boards=boards)


def _field(stored: dict[str, Any]) -> Field:
    key = stored.get("key")
    parts = {"kind": Kind(stored["kind"]), "options": tuple(stored["options"]), "key": Key(key) if key else None}
    return Field(**{**stored, **parts})


def same_shape(stored: bytes, declaration: Collection) -> bool:
    """Whether documents and indexes made under the stored declaration serve the present one."""
    return _shape(orjson.loads(stored)) == _shape(orjson.loads(dump(declaration)))


def _shape(values: dict[str, Any]) -> list[Any]:
    fields = [[f[n] for n in ("name", "kind", "indexed", "searchable")] for f in values["fields"]]
    also = [[f.get("key"), f.get("entries", False)] for f in values["fields"]]
    relevant = [f + more for f, more in zip(fields, also, strict=True) if f[2] or f[3] or more[1]]
    boards = values.get("boards") or []
    return [values["version"], values["owner"], values["tokens"], values.get("order"), boards, relevant]


def newest(writes: Iterable[Write]) -> dict[tuple[str, str], list[Write]]:
    """The writes by collection and tenant, of each document only the newest."""
    found: dict[tuple[str, str], dict[str, Write]] = {}
    for one in writes:
        group = found.setdefault((one.collection, one.tenant), {})
        if one.key not in group or one.version > group[one.key].version:
            group[one.key] = one
    return {where: list(group.values()) for where, group in found.items()}
