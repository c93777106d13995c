"""What is known of backups here, in two small files that any process of the data directory reads: written whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from shared.security.rootkey import write_private

ARCHIVE, DRILL = "backup.json", "drill.json"
DRILLS = 26  # whose measures are kept: half a year of weekly ones
MEASURED = ("at", "ok", "events", "rpo_seconds", "log_seconds", "views_seconds")


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """folder: the data directory."""

    folder: Path

    def read(self, name: str) -> dict[str, Any]:
        """What was noted last; empty before."""
        try:
            found = orjson.loads((self.folder / name).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def note(self, name: str, values: Mapping[str, Any]) -> None:
        """Replace what was noted."""
        write_private(self.folder / name, orjson.dumps(values))

    def note_drill(self, found: Mapping[str, Any]) -> None:
        """Note the last drill, with what the ones before it measured."""
        measured = {name: found[name] for name in MEASURED}
        self.note(DRILL, {**found, "measured": [*self.read(DRILL).get("measured", []), measured][-DRILLS:]})
