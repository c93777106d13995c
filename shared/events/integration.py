"""Events of the integration domain: imports, mappings, bulk acts. A landed version is never edited (see registry)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import common, jobs
from shared.events.registry import ANYTHING, event
from shared.events.sealing import Sealed

# --- Import ----------------------------------------------------------------------------------------------------------


@event("integration.ImportStarted", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportStarted:
    """`mapping`: its text as it was then. `files`: name, sha256, bytes, rows, columns, encoding, delimiter of each.

    `sha256`: keyed with the organisation's key; unkeyed in events from before 2026-11-29.

    All that the import does bears its id as correlation id. `sample`: its records are made up, to try the suite with.
    """

    name: Annotated[str, Sealed()]
    mapping: Annotated[str, Sealed()]
    files: Annotated[list[dict[str, Any]], Sealed()]
    total: int
    owner: str
    sample: bool = False


@event("integration.ImportPaused", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportPaused(jobs.Paused):
    pass


@event("integration.ImportResumed")
@dataclass(frozen=True, slots=True)
class ImportResumed(jobs.Resumed):
    pass


@event("integration.ImportCompleted", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportCompleted:
    """Every row was carried out or rejected. `steps`: name, rows and what became of them, one entry per step."""

    steps: Annotated[list[dict[str, Any]], Sealed("name", "file")]


@event("integration.ImportFailed", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class ImportFailed(jobs.Failed):
    pass


@event("integration.ImportErased")
@dataclass(frozen=True, slots=True)
class ImportErased(common.Erased):
    """Its name, mapping and files can no longer be read; an unfinished import ends, as its files are gone."""


@event("integration.ImportRevertStarted")
@dataclass(frozen=True, slots=True)
class ImportRevertStarted(jobs.RevertStarted):
    pass


@event("integration.ImportReverted")
@dataclass(frozen=True, slots=True)
class ImportReverted(jobs.Reverted):
    pass


# --- Bulk act --------------------------------------------------------------------------------------------------------


@event("integration.BulkStarted", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class BulkStarted:
    """One command on many records of a type. `command`: its full name. `body`: the same for each of them.

    `filters`: the parameters of the list that the records came from, empty when they were named by their ids. `total`:
    the records. `why`: the caller's reason, which each change bears. All that the act does bears its id as correlation
    id.
    """

    record_type: str
    command: str
    body: Annotated[dict[str, Any], Sealed()]
    filters: Annotated[dict[str, Any], Sealed()]
    total: int
    why: Annotated[str, Sealed()]
    owner: str


@event("integration.BulkPaused", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class BulkPaused(jobs.Paused):
    pass


@event("integration.BulkResumed")
@dataclass(frozen=True, slots=True)
class BulkResumed(jobs.Resumed):
    pass


@event("integration.BulkCancelled")
@dataclass(frozen=True, slots=True)
class BulkCancelled(jobs.Cancelled):
    pass


@event("integration.BulkCompleted")
@dataclass(frozen=True, slots=True)
class BulkCompleted:
    """How many of its records were changed, were so already (`unchanged`) or were refused the command (`failed`)."""

    changed: int
    unchanged: int
    failed: int


@event("integration.BulkFailed", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class BulkFailed(jobs.Failed):
    pass


@event("integration.BulkErased")
@dataclass(frozen=True, slots=True)
class BulkErased(common.Erased):
    """Its body and filter can no longer be read; an unfinished act ends."""


@event("integration.BulkRevertStarted")
@dataclass(frozen=True, slots=True)
class BulkRevertStarted(jobs.RevertStarted):
    pass


@event("integration.BulkReverted")
@dataclass(frozen=True, slots=True)
class BulkReverted(jobs.Reverted):
    pass


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
