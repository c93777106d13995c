"""Events of the integration domain: imports and their mappings. A landed version is never edited (see registry)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import ANYTHING, event
from shared.events.sealing import Sealed

# --- Import ----------------------------------------------------------------------------------------------------------


@event("integration.ImportStarted", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportStarted:
    """`mapping`: its text as it was then. `files`: name, sha256, bytes, rows, columns, encoding, delimiter of each.

    `sha256`: keyed with the organisation's key; unkeyed in events from before 2026-11-29.

    All that the import does bears its id as correlation id.
    """

    name: Annotated[str, Sealed()]
    mapping: Annotated[str, Sealed()]
    files: Annotated[list[dict[str, Any]], Sealed()]
    total: int
    owner: str


@event("integration.ImportPaused", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportPaused:
    """By a user, or (`reason`) because it cannot go on for now."""

    reason: Annotated[str, Sealed()]


@event("integration.ImportResumed")
@dataclass(frozen=True, slots=True)
class ImportResumed:
    pass


@event("integration.ImportCompleted", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportCompleted:
    """Every row was carried out or rejected. `steps`: name, rows and what became of them, one entry per step."""

    steps: Annotated[list[dict[str, Any]], Sealed("name", "file")]


@event("integration.ImportFailed", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportFailed:
    """It cannot go on at all; what it did so far stands and can be reverted."""

    reason: Annotated[str, Sealed()]


@event("integration.ImportErased")
@dataclass(frozen=True, slots=True)
class ImportErased(common.Erased):
    """Its name, mapping and files can no longer be read; an unfinished import ends, as its files are gone."""


@event("integration.ImportRevertStarted")
@dataclass(frozen=True, slots=True)
class ImportRevertStarted:
    """`by`: the user in whose name its records are archived and its changes undone."""

    by: str


@event("integration.ImportReverted")
@dataclass(frozen=True, slots=True)
class ImportReverted:
    """`archived`, `undone`: how many records; `left`: how many stay as they are, since others changed them."""

    archived: int
    undone: int
    left: int


# --- Import mapping --------------------------------------------------------------------------------------------------


@event("integration.ImportMappingSaved", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportMappingSaved:
    """`mapping`: the text as its author wrote it, comments included."""

    name: str
    description: Annotated[str, Sealed()]
    mapping: Annotated[str, Sealed()]
    owner: str | None


@event("integration.ImportMappingChanged", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportMappingChanged(common.DetailsChanged):
    changes: Annotated[common.Changes, Sealed("description", "mapping")]


@event("integration.ImportMappingTransferred")
@dataclass(frozen=True, slots=True)
class ImportMappingTransferred(common.Transferred):
    pass


@event("integration.ImportMappingTagsChanged")
@dataclass(frozen=True, slots=True)
class ImportMappingTagsChanged(common.TagsChanged):
    pass


@event("integration.ImportMappingArchived")
@dataclass(frozen=True, slots=True)
class ImportMappingArchived(common.Archived):
    pass


@event("integration.ImportMappingRestored")
@dataclass(frozen=True, slots=True)
class ImportMappingRestored(common.Restored):
    pass


@event("integration.ImportMappingChangeUndone", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportMappingChangeUndone(common.ChangeUndone):
    changes: Annotated[common.Changes, Sealed("description", "mapping")]
