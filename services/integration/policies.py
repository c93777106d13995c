"""The policies of the integration service: what an erasure does to imports."""

from __future__ import annotations

from pathlib import Path

from services.integration.imports.erasing import erasure_policies
from shared.streaming.policies import Policy


def policies(files: Path) -> tuple[Policy, ...]:
    """files: the folder of the files of imports, see `Ports.files`."""
    return erasure_policies(files)
