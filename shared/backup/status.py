"""What is known of backups here, in two small files that any process of the data directory reads: written whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from shared.security.rootkey import write_private

ARCHIVE, DRILL = "backup.json", "drill.json"


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
