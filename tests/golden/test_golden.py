"""What was ever stored decodes as it always did."""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from shared.events.codec import Codec
from shared.events.registry import EventType, type_named
from shared.security.keycache import KeyCache
from shared.security.keyring import KeyRing
from tests.golden.catalogue import FOLDER, OneKey, every_type, example, path_of, stored

FILES = sorted(FOLDER.glob("*.json"))


def codec(ring: OneKey) -> Codec:
    return Codec(KeyCache(cast(KeyRing, ring)))


def parts(path: Path) -> tuple[str, int, dict[str, Any]]:
    """The event's name, its version and the file's content."""
    name, _, version = path.stem.rpartition(".v")
    return name, int(version), orjson.loads(path.read_bytes())


@pytest.mark.parametrize("type_", every_type(), ids=lambda t: t.name)
def test_every_version_has_its_file(type_: EventType) -> None:
    missing = [v for v in range(1, type_.version + 1) if not path_of(type_.name, v).exists()]
    assert not missing, f"{type_.name}: no golden file of {missing}; run python -m tests.golden.write"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
async def test_it_decodes_as_it_always_did(path: Path) -> None:
    name, version, golden = parts(path)
    every_type()
    event = (await codec(OneKey()).decode(stored(name, version, golden["stored"]))).event
    added = {f.name: _default(f) for f in fields(event) if f.default is not MISSING or f.default_factory is not MISSING}
    assert asdict(event) == {**added, **golden.get("now", golden["event"])}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
async def test_it_decodes_to_masks_once_the_key_is_destroyed(path: Path) -> None:
    name, version, golden = parts(path)
    every_type()
    event = asdict((await codec(OneKey(None)).decode(stored(name, version, golden["stored"]))).event)
    for field in type_named(name).personal:
        assert event[field] == type_named(name).masks[field]


def test_the_example_has_every_field_of_its_event() -> None:
    for type_ in every_type():
        assert set(example(type_)) == set(type_.field_names)


def _default(field: Any) -> Any:
    return field.default if field.default is not MISSING else field.default_factory()
