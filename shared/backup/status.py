"""What is known of backups here, in two small files that any process of the data directory reads: written whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from shared.backup.drills import DRILLS
from shared.security.rootkey import write_private

ARCHIVE, DRILL = "backup.json", "drill.json"
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
        known = self.read(DRILL).get("measured", [])
        self.note(DRILL, {**found, "measured": [*known, _measured(found)][-DRILLS:]})

    def take_drills(self, found: Sequence[Mapping[str, Any]]) -> None:
        """Note what the place of the backups has, the oldest first; what was tried here last stays."""
        if not found or found[-1]["at"] < (noted := self.read(DRILL)).get("at", 0):
            return
        news = {**found[-1], "measured": [_measured(one) for one in found]}
        if {name: noted.get(name) for name in news} != news:
            self.note(DRILL, {**news, **{name: noted[name] for name in ("tried",) if name in noted}})


def _measured(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in MEASURED}
