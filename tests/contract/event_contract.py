"""The files of the events' contract in docs/contracts: what they must hold, and what they hold."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson

from shared.streaming.kafka.contract import document, file_of, schema_of
from tests.golden.catalogue import every_type

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "contracts"
DOCUMENT = FOLDER / "asyncapi.json"


def wanted() -> dict[Path, dict[str, Any]]:
    """The files that follow from the program: the document, and the schema of each event's newest version."""
    types = every_type()
    versions = [(one.name, version) for one in types for version in range(1, one.version + 1)]
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    found = {FOLDER / file_of(one.name, one.version): schema_of(one) for one in types}
    return {DOCUMENT: document(types, versions, release), **found}


def written(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"


def write() -> None:
    """Write them. Schemas of older versions stay as they are."""
    for path, content in wanted().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(content))
